"""The layer `Reference` is written by whoever comes first, and left alone by all others."""

from pathlib import Path

from local import reference


def test_what_is_up_to_date_is_left_untouched(tmp_path: Path) -> None:
    first = {path.name: path.stat().st_mtime_ns for path in reference.write(tmp_path).iterdir()}
    assert first.keys() == {"docs.html", "openapi.json"}
    assert {path.name: path.stat().st_mtime_ns for path in reference.write(tmp_path).iterdir()} == first


def test_an_older_file_is_written_anew(tmp_path: Path) -> None:
    page = reference.write(tmp_path) / "docs.html"
    told = page.read_text()
    page.write_text("an older one")
    reference.write(tmp_path)
    assert page.read_text() == told
