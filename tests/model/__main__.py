"""`make model`: search the protocol to the last state, and every variant until it is caught."""

import sys

from tests.model.search import Found, search
from tests.model.variants import VARIANTS, WHOLE


def main() -> int:
    """Search, print what was found, and say by the exit code whether all was as it should be."""
    failures = 0
    for scope in WHOLE:
        found = search(scope.protocol(), most=scope.most_states)
        failures += found.breach is not None
        reach = "all of them" if found.exhausted else "as far as the bound"
        _say(f"{scope.name}: {_figures(found)}, {reach}, {'no violation, none stuck' if not found.breach else found}")
    caught = 0
    for name, (scope, breach) in VARIANTS.items():
        found = search(scope.protocol(name))
        caught += found.breach == breach
        _say(f"variant '{name}' ({scope.name}): {_figures(found)}: {found.breach or 'NOT CAUGHT'}")
        _say(f"    {' · '.join(found.way)}")
    _say(f"{len(WHOLE)} searches, {failures} violations; {caught} of {len(VARIANTS)} variants caught")
    return 1 if failures or caught < len(VARIANTS) else 0


def _figures(found: Found) -> str:
    return f"{found.states:,} states, {found.steps:,} steps, {found.seconds:.1f} s"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
