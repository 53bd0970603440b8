"""`python -m local run | stop | token`: what the Makefile's targets of these names call."""

import argparse
import sys

from local.issuer import LIFETIME, Issuer
from local.refusals import Refused
from local.run import Options, run, run_detached, stop
from local.state import State


def main() -> None:
    """Do what the command line asks; say in one line why not."""
    arguments = _parser().parse_args()
    state = State.chosen()
    try:
        if arguments.command == "run":
            _run(state, arguments)
        elif arguments.command == "stop":
            print("Stopped." if stop(state) else "Nothing was running.")
        else:
            issuer = Issuer.of(state, state.stack()["issuer"])
            print(issuer.token(arguments.user, scope=arguments.scope, lifetime=arguments.ttl))
    except Refused as refused:
        sys.exit(f"Refused: {refused}")


def _run(state: State, arguments: argparse.Namespace) -> None:
    if arguments.detach:
        run_detached(state, [argument for argument in sys.argv[2:] if argument != "--detach"])
        return
    parameters = dict(given.partition("=")[::2] for given in arguments.parameter)
    run(state, Options(arguments.port, arguments.fresh, parameters, arguments.tell))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="local", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run")
    start.add_argument("--port", type=int, default=8000)
    start.add_argument("--detach", action="store_true", help="return when the API answers")
    start.add_argument("--fresh", action="store_true", help="forget all data first")
    start.add_argument("--parameter", action="append", default=[], metavar="Name=value", help="of the template")
    start.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    commands.add_parser("stop")
    token = commands.add_parser("token")
    token.add_argument("--user", help="user id; without one the token has none")
    token.add_argument("--scope")
    token.add_argument("--ttl", type=int, default=LIFETIME, help="seconds; a negative one makes an expired token")
    return parser


if __name__ == "__main__":
    main()
