"""DynamoDB's expressions, as far as this project writes them: read once, then judged on items as often as asked.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

import operator
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from pydynox.exceptions import ValidationException

type Item = dict[str, Any]
type Names = Mapping[str, str]
type Values = Mapping[str, Any]
type Judge = Callable[[Item, Names, Values], bool]
type Read = Callable[[Item, Names, Values], Any]
type Change = Callable[[Item, Item, Names, Values], None]
"""Changes the second item, reading the first: every operand is the item's before the update."""

MISSING = object()
"""What an operand is that the item does not have."""

_TOKEN = re.compile(r"\s*(<>|<=|>=|[=<>(),+.]|[#:]?\w+)")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_KINDS: dict[type, str] = {
    bool: "BOOL",
    int: "N",
    float: "N",
    str: "S",
    bytes: "B",
    dict: "M",
    list: "L",
    type(None): "NULL",
}


class Condition(NamedTuple):
    """A condition, and the placeholders it uses."""

    judge: Judge
    used: frozenset[str]


class Update(NamedTuple):
    """The changes of an update, the placeholders it uses, and the paths it writes."""

    changes: tuple[Change, ...]
    used: frozenset[str]
    paths: tuple[tuple[str, ...], ...]
    added: tuple[str, ...]
    """Placeholders of what is summed up: they must be numbers."""


def kind(value: object) -> str:
    """Name DynamoDB's type of *value*."""
    if isinstance(value, set | frozenset):
        return "SS" if any(isinstance(each, str) for each in value) else "NS"
    return _KINDS[type(value)]


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are the same to DynamoDB: True is not 1, and what is missing equals nothing."""
    if left is MISSING or right is MISSING or kind(left) != kind(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(equal(value, right[name]) for name, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)


@cache
def condition(text: str) -> Condition:
    """Read a condition.

    Raises:
        SyntaxError: If it is none that this project writes.
    """
    reader = _Reader(text)
    judge = reader.any_of()
    reader.end()
    return Condition(judge, frozenset(reader.used))


@cache
def update(text: str) -> Update:
    """Read an update.

    Raises:
        SyntaxError: If it is none that this project writes.
    """
    reader = _Reader(text)
    changes = reader.changes()
    reader.end()
    return Update(tuple(changes), frozenset(reader.used), tuple(reader.paths), tuple(reader.added))


def updated(item: Item, text: str, names: Names, values: Values) -> Item:
    """Make what the update *text* makes of *item*, which stays as it is.

    Raises:
        ValidationException: As DynamoDB does, if a path leads nowhere or an operand is of a wrong type.
    """
    read = update(text)
    after: Item = copied(item)
    for path in read.paths:  # where nothing can be written is told before what cannot be read
        _parent(item, path, names)
    for change in read.changes:
        change(item, after, names, values)
    return after


def copied(value: Any) -> Any:
    """Copy a value with all that is in it."""
    if isinstance(value, dict):
        return {name: copied(each) for name, each in value.items()}
    if isinstance(value, list):
        return [copied(each) for each in value]
    return set(value) if isinstance(value, set) else value


class _Reader:
    """Reads one expression, from its first token to its last."""

    def __init__(self, text: str) -> None:
        self.used: set[str] = set()
        self.paths: list[tuple[str, ...]] = []
        self.added: list[str] = []
        self._text = text
        self._tokens = _tokens(text)
        self._place = 0

    # ── Conditions: OR binds least, then AND, then NOT ───────────────────────────────────────────────────────────────

    def any_of(self) -> Judge:
        judges = [self.all_of()]
        while self._skip("OR"):
            judges.append(self.all_of())
        return judges[0] if len(judges) == 1 else lambda i, n, v: any(judge(i, n, v) for judge in judges)

    def all_of(self) -> Judge:
        judges = [self.negated()]
        while self._skip("AND"):
            judges.append(self.negated())
        return judges[0] if len(judges) == 1 else lambda i, n, v: all(judge(i, n, v) for judge in judges)

    def negated(self) -> Judge:
        if self._skip("NOT"):
            judge = self.negated()
            return lambda i, n, v: not judge(i, n, v)
        if self._skip("("):
            judge = self.any_of()
            self._expect(")")
            return judge
        return self.judged()

    def judged(self) -> Judge:
        word = self._peek()
        if word in {"attribute_exists", "attribute_not_exists"}:
            wanted = word == "attribute_exists"
            operand = self._arguments()[0]
            return lambda i, n, v: (operand(i, n, v) is not MISSING) is wanted
        if word == "begins_with":
            whole, start = self._arguments()
            return lambda i, n, v: _begins(whole(i, n, v), start(i, n, v))
        return self.compared(self.operand())

    def compared(self, left: Read) -> Judge:
        sign = self._next()
        if sign.upper() == "IN":
            self._expect("(")
            choices = [self.operand()]
            while self._skip(","):
                choices.append(self.operand())
            self._expect(")")
            return lambda i, n, v: any(equal(left(i, n, v), choice(i, n, v)) for choice in choices)
        right = self.operand()
        if sign == "=":
            return lambda i, n, v: equal(left(i, n, v), right(i, n, v))
        if sign == "<>":
            return lambda i, n, v: not equal(left(i, n, v), right(i, n, v))
        compare = _COMPARISONS.get(sign)
        if compare is None:
            raise SyntaxError(f"{sign!r} in {self._text!r}")
        return lambda i, n, v: _ordered(left(i, n, v), right(i, n, v)) and compare(left(i, n, v), right(i, n, v))

    # ── Operands ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def operand(self) -> Read:
        word = self._peek()
        if word == "size":
            measured = self._arguments()[0]
            return lambda i, n, v: _size(measured(i, n, v))
        if word == "if_not_exists":
            there, otherwise = self._arguments()
            return lambda i, n, v: _first(there(i, n, v), lambda: otherwise(i, n, v))
        if word.startswith(":"):
            self.used.add(self._next())
            return lambda _i, _n, v: v[word]
        path = self.path()
        return lambda i, n, _v: _at(i, path, n)

    def path(self) -> tuple[str, ...]:
        parts = [self._next()]
        while self._skip("."):
            parts.append(self._next())
        if not all(part.startswith("#") for part in parts):
            raise SyntaxError(f"a name without # in {self._text!r}")
        self.used.update(parts)
        return tuple(parts)

    def _arguments(self) -> list[Read]:
        self._next()
        self._expect("(")
        read = [self.operand()]
        while self._skip(","):
            read.append(self.operand())
        self._expect(")")
        return read

    # ── Updates ──────────────────────────────────────────────────────────────────────────────────────────────────────

    def changes(self) -> list[Change]:
        changes: list[Change] = []
        while self._place < len(self._tokens):
            clause = {"SET": self._set, "REMOVE": self._remove, "ADD": self._add}[self._next().upper()]
            changes.append(clause())
            while self._skip(","):
                changes.append(clause())
        return changes

    def _set(self) -> Change:
        path = self.path()
        self.paths.append(path)
        self._expect("=")
        value = self._sum()

        def change(before: Item, after: Item, names: Names, values: Values) -> None:
            told = value(before, names, values)
            if told is MISSING:
                raise ValidationException(
                    "The provided expression refers to an attribute that does not exist in the item"
                )
            _parent(after, path, names)[names[path[-1]]] = copied(told)

        return change

    def _sum(self) -> Read:
        left_word, left = self._peek(), self.operand()
        if not self._skip("+"):
            return left
        right_word, right = self._peek(), self.operand()
        self.added += [word for word in (left_word, right_word) if word.startswith(":")]
        return lambda i, n, v: _added(left(i, n, v), right(i, n, v))

    def _remove(self) -> Change:
        path = self.path()
        self.paths.append(path)

        def change(_before: Item, after: Item, names: Names, _values: Values) -> None:
            _parent(after, path, names).pop(names[path[-1]], None)

        return change

    def _add(self) -> Change:
        path, value = self.path(), self.operand()
        self.paths.append(path)

        def change(before: Item, after: Item, names: Names, values: Values) -> None:
            there, more = _at(before, path, names), value(before, names, values)
            _parent(after, path, names)[names[path[-1]]] = copied(more) if there is MISSING else _grown(there, more)

        return change

    # ── Tokens ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def end(self) -> None:
        if self._place != len(self._tokens):
            raise SyntaxError(f"{self._peek()!r} in {self._text!r}")

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _next(self) -> str:
        word = self._peek()
        self._place += 1
        return word

    def _skip(self, word: str) -> bool:
        if self._peek().upper() != word:
            return False
        self._place += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._skip(word):
            raise SyntaxError(f"no {word!r} where it should be in {self._text!r}")


def _tokens(text: str) -> list[str]:
    tokens, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise SyntaxError(text[place:])
        tokens.append(match[1])
        place = match.end()
    return tokens


def _at(item: Item, path: tuple[str, ...], names: Names) -> Any:
    here: Any = item
    for part in path:
        if not isinstance(here, dict) or names[part] not in here:
            return MISSING
        here = here[names[part]]
    return here


def _parent(item: Item, path: tuple[str, ...], names: Names) -> dict[str, Any]:
    parent = _at(item, path[:-1], names)
    if not isinstance(parent, dict):
        raise ValidationException("The document path provided in the update expression is invalid for update")
    return parent


def _ordered(left: Any, right: Any) -> bool:
    if left is MISSING or right is MISSING:
        return False
    return kind(left) == kind(right) and kind(left) in {"N", "S", "B"}


def _begins(whole: Any, start: Any) -> bool:
    return isinstance(whole, str) and isinstance(start, str) and whole.startswith(start)


def _size(value: Any) -> Any:
    return len(value) if isinstance(value, str | bytes | dict | list | set | frozenset) else MISSING


def _first(value: Any, otherwise: Callable[[], Any]) -> Any:
    return otherwise() if value is MISSING else value


def _added(left: Any, right: Any) -> Any:
    if left is MISSING or right is MISSING:
        return MISSING
    if kind(left) != "N" or kind(right) != "N":
        raise ValidationException("An operand in the update expression has an incorrect data type")
    return left + right


def _grown(there: Any, more: Any) -> Any:
    if kind(there) != kind(more):
        raise ValidationException("An operand in the update expression has an incorrect data type")
    return there | more if isinstance(there, set) else there + more
