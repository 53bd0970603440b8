"""How a test session says that something of Debian's is being installed."""

from typing import Any

import pytest

from local.debian import Say


def saying(config: pytest.Config) -> Say:
    """Make what speaks to whoever watches a test session, although what tests print is kept back."""

    def say(sentence: str) -> None:
        terminal: Any = config.pluginmanager.get_plugin("terminalreporter")
        capture: Any = config.pluginmanager.get_plugin("capturemanager")
        with capture.global_and_fixture_disabled():
            terminal.write_line(sentence)

    return say
