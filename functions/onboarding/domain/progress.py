"""How far an exclusive task has come."""

from pydantic import NonNegativeInt

from onboarding.domain.model import Concept


class Progress(Concept):
    """What an operator sees of a run under way; *done* and *total* count areas of the tenant."""

    done: NonNegativeInt
    total: NonNegativeInt
    message: str
