"""`make token`: print an access token for the running deployment."""

import argparse
import sys

from local.issuer import LIFETIME, Issuer
from local.refusals import Refused
from local.state import State


def main() -> None:
    """Print the token that the command line asks for; say in one line why not."""
    parser = argparse.ArgumentParser(prog="local.print_token", description=__doc__, allow_abbrev=False)
    parser.add_argument("--user", help="user id; without one the token has none")
    parser.add_argument("--scope")
    parser.add_argument("--ttl", type=int, default=LIFETIME, help="in seconds; a negative one makes an expired token")
    arguments = parser.parse_args()
    state = State.chosen()
    try:
        issuer = Issuer.of(state, state.stack()["issuer"])
    except Refused as refused:
        sys.exit(f"Refused: {refused}")
    print(issuer.token(arguments.user, scope=arguments.scope, lifetime=arguments.ttl))


if __name__ == "__main__":
    main()
