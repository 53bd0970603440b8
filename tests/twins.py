"""Rules, each shown to catch what it forbids: by a twin of what it judges that breaks it.

A rule reads one thing (the template, the code, the workflows) and names every breach. A file that has rules lists them
as twins: each a rule, what to make of the thing so that it breaks the rule, and part of what the rule then says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

type Rule[Thing] = Callable[[Thing], Iterator[str]]
"""Names every breach; none for what keeps the rule."""

type Twin[Thing, Change] = tuple[Rule[Thing], Change, str]


def rules[Thing](twins: Sequence[Twin[Thing, Any]]) -> list[Rule[Thing]]:
    """Name the rules that *twins* break, each once."""
    return list(dict.fromkeys(rule for rule, _, _ in twins))


def each_rule(twins: Sequence[Twin[Any, Any]]) -> pytest.MarkDecorator:
    """Ask a test of each `rule`."""
    return pytest.mark.parametrize("rule", rules(twins), ids=lambda rule: rule.__name__)


def each_twin(twins: Sequence[Twin[Any, Any]]) -> pytest.MarkDecorator:
    """Ask a test of each `rule`, the `change` that breaks it, and the `breach` that it then names."""
    names = [f"{rule.__name__}-{breach}" for rule, _, breach in twins]
    return pytest.mark.parametrize(("rule", "change", "breach"), twins, ids=names)


def catches[Thing](rule: Rule[Thing], broken: Thing, breach: str) -> bool:
    """Tell whether *rule* says *breach* of what is *broken*."""
    return any(breach in each for each in rule(broken))


def written[Thing](names: Mapping[str, Any], reads: str) -> set[Rule[Thing]]:
    """Find the rules of a file, whose *names* are these: they read *reads*, and are nobody's own affair."""
    return {each for name, each in names.items() if _is_rule(each, reads) and not name.startswith("_")}


def _is_rule(each: Any, reads: str) -> bool:
    annotations = getattr(each, "__annotations__", {})
    return annotations.get("return") == Iterator[str] and list(annotations) == [reads, "return"]
