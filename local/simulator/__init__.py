"""Microsoft's stand-in: Entra's token endpoint and the parts of Microsoft Graph that the tasks ask, on one machine.

What it imitates and what it does not: `docs/simulator.md`.
"""

from local.simulator.app import create_app

__all__ = ["create_app"]
