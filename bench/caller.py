"""Who calls AWS in the bench: nobody real. Imported before any module of ours could read the environment."""

import os

from tests.deployment import CALLER


def shut_out() -> None:
    """Leave nothing of a person's own AWS settings, and be the caller that the tests are."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "POWERTOOLS_"))]:
        del os.environ[name]
    os.environ.update(CALLER)


shut_out()
