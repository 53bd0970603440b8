from pathlib import Path

import pytest

from local.build import reduce
from local.refusals import Refused

HANDLER = """
from ours import near

def handler(event, context):
    from ours.deep import late
    return late.answer(near)
"""


@pytest.fixture
def artefact(tmp_path: Path) -> Path:
    """The code of two functions, one of which imports as one must not forget that people do."""
    files = {
        "api/__init__.py": "",
        "api/first.py": HANDLER,
        "api/second.py": "import ours.far",
        "ours/__init__.py": "",
        "ours/near.py": "",
        "ours/far.py": "",
        "ours/deep/__init__.py": "",
        "ours/deep/late.py": 'import ours.at_last\n\ndef answer(near):\n    """Say something."""\n',
        "ours/at_last.py": "",
        "ours/deep/table.json": "{}",
        "ours/deep/pages/page.html": "",
        "other/__init__.py": "",
        "other/table.json": "{}",
        "note.txt": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def left(artefact: Path) -> set[str]:
    return {str(path.relative_to(artefact)) for path in artefact.rglob("*") if path.is_file()}


def test_what_is_imported_wherever_it_is_written_stays_and_nothing_else_does(artefact: Path) -> None:
    reduce(artefact, "api.first")

    assert left(artefact) == {
        *("api/__init__.pyc", "api/first.pyc", "ours/__init__.pyc", "ours/near.pyc", "ours/at_last.pyc"),
        *("ours/deep/__init__.pyc", "ours/deep/late.pyc", "ours/deep/table.json", "ours/deep/pages/page.html"),
        "note.txt",
    }


def test_bytecode_has_no_docstrings(artefact: Path) -> None:
    assert b"Say something." in (artefact / "ours/deep/late.py").read_bytes()

    reduce(artefact, "api.first")

    assert b"Say something." not in (artefact / "ours/deep/late.pyc").read_bytes()


def test_a_module_that_does_not_compile_is_refused(artefact: Path) -> None:
    (artefact / "ours/far.py").write_text("def")

    with pytest.raises(Refused, match=r"ours/far\.py does not compile"):
        reduce(artefact, "api.second")
