"""Every refusal there is: code and sentence as the source raises them, its status, and the fields that are its own."""

import ast
import sys
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, create_model

from onboarding.domain.catalogue import Task
from onboarding.domain.finding import FindingStatus
from onboarding.domain.model import Id, Instant
from onboarding.domain.reasons import ReasonCode
from onboarding.errors import Transient
from onboarding.problems import STATUS
from onboarding.views.body import View
from onboarding.views.problems import FieldError, ProblemView
from onboarding.views.sessions import SessionView

SOURCE = Path(sys.modules["onboarding"].__file__ or "").parent.parent


class RefusalKind(NamedTuple):
    """What a code stands for."""

    code: str
    status: HTTPStatus
    sentence: str | None
    """None where it says what it is about."""

    @property
    def schema_name(self) -> str:
        """What its body is called: `session_locked` → `SessionLockedProblem`."""
        return f"{self.code.title().replace('_', '')}Problem"

    def model(self) -> type[BaseModel]:
        """Make the model of its body: that of every refusal, and its own fields."""
        fields: dict[str, Any] = {
            "code": Literal[self.code],
            "type": Literal[f"urn:onboarding:problem:{self.code}"],
            "status": Literal[int(self.status)],
            **FIELDS.get(self.code, {}),
        }
        parts: dict[str, Any] = {name: (annotation, ...) for name, annotation in fields.items()}
        words = self.sentence or SENTENCES[self.code]
        made: type[BaseModel] = create_model(self.schema_name, __base__=_Body, __doc__=words, **parts)
        return made


class _Body(ProblemView):
    """The body of every refusal, with no fields but its own."""

    model_config = ConfigDict(extra="ignore")


class UnmetGate(View):
    """A gate that is not met, by the task that keeps it shut; null is the choice of a connection."""

    task_type: Task | None
    status: FindingStatus
    reason_code: ReasonCode | None
    stale: bool = False
    """Whether it was met once, by a finding that is too old now; told where a session is to be completed."""


FIELDS: dict[str, dict[str, Any]] = {
    "invalid_request": {"errors": list[FieldError]},
    "session_locked": {"locked_by_user_id": Id, "locked_until": Instant},
    "lock_lost": {"locked_by_user_id": Id | None, "locked_until": Instant | None},
    "step_prerequisites_unmet": {"blocking": list[UnmetGate]},
    "run_blocked": {"blocking_run_id": Id, "blocking_task_type": Task, "started_by_user_id": Id | None},
    "run_budget_spent": {"limit": int},
    "version_stale": {"session": SessionView},
}
"""The fields that a code has beside those of every refusal."""

HEADERS: dict[str, tuple[str, ...]] = {
    "unauthenticated": ("WWW-Authenticate",),
    "method_not_allowed": ("Allow",),
    "session_locked": ("Retry-After",),
    "run_blocked": ("Retry-After",),
    "run_budget_spent": ("Retry-After",),
    "version_stale": ("ETag",),
    "unavailable": ("Retry-After",),
}
"""The headers that a code has beside those of every answer."""

SENTENCES = {
    "internal_error": "Something went wrong on our side.",
    "invalid_request": "The request is malformed; `errors` says where.",
    "run_blocked": "A run is under way in this tenant that has to end first.",
    "step_prerequisites_unmet": "The session cannot go on yet: some of its tasks are not good enough.",
    "unavailable": "Nothing was decided; the same request may succeed in a moment.",
}
"""In place of sentences that say what they are about."""


def refusals() -> dict[str, RefusalKind]:
    """List every refusal that the source can raise, by its code."""
    found = {each.code: each for path in sorted(SOURCE.rglob("*.py")) for each in _raised_in(path)}
    broken = RefusalKind("internal_error", HTTPStatus.INTERNAL_SERVER_ERROR, None)
    return dict(sorted({**found, broken.code: broken}.items()))


def _raised_in(path: Path) -> Iterator[RefusalKind]:
    """Find the calls that make a refusal: of a kind, with a code and a sentence."""
    kinds = {kind.__name__: kind for kind in STATUS}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
            kind = kinds[node.func.id]
            if kind is Transient:
                yield RefusalKind("unavailable", STATUS[kind], None)
            else:
                code = ast.literal_eval(node.args[0])
                yield RefusalKind(code, STATUS[kind], None if code in SENTENCES else _sentence(node.args[1], path))


def _sentence(node: ast.expr, path: Path) -> str:
    if isinstance(node, ast.JoinedStr):
        module = import_module(".".join(path.relative_to(SOURCE).with_suffix("").parts))
        return "".join(str(_value(part, module)) for part in node.values)
    return str(ast.literal_eval(node))


def _value(part: ast.expr, module: ModuleType) -> object:
    """Give what stands in a sentence: words, or a constant of the *module* that says it."""
    return getattr(module, ast.unparse(part.value)) if isinstance(part, ast.FormattedValue) else ast.literal_eval(part)
