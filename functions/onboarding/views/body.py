"""What every body that callers see is made of."""

from pydantic import BaseModel, ConfigDict


class View(BaseModel):
    """A body as callers see it."""

    model_config = ConfigDict(frozen=True, defer_build=True)
