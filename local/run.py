"""`make run`: one process that serves the front and owns the emulator, until it is asked to end."""

import argparse
import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Coroutine
from dataclasses import dataclass, replace

from aiohttp import web

from local import deployment, emulator, page
from local.build import build, machine_architecture
from local.front import HOST, ISSUER_PREFIX, MICROSOFT_PREFIX, Gateway, create_app, listen
from local.issuer import AUDIENCE, Issuer
from local.processes import Process
from local.refusals import Refused
from local.seed import seed
from local.sign_in import CLIENT_ID as PAGE_CLIENT_ID
from local.sign_in import PAGE_PATH, SignIn
from local.simulator import create_app as create_microsoft
from local.state import AlreadyRunning, Deployed, Running, Stack, State
from local.stop import end_leftovers
from local.tenants import CLIENT_ID, TENANTS

PLATFORM_USER = "1000"
"""Whose name the seeding is done in: a user of the owning product, and a member of no tenant."""

ADMIN_SCOPE = "onboarding.admin"
READY = b"ready"


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for; *parameters* are those of the template."""

    port: int
    fresh: bool
    parameters: dict[str, str]
    tell: int | None = None
    """A pipe that waits for word that the API answers."""

    def running(self, emulator: Process | None = None) -> Running:
        """Say who we are to whoever comes next."""
        return Running(Process.of(os.getpid()), self.port, self.parameters, emulator)

    @property
    def api_url(self) -> str:
        """The one address that people and browsers see."""
        return f"http://{HOST}:{self.port}"


def run(state: State, options: Options) -> None:
    """Serve until a signal ends it; a deployment that runs already as it is asked for here is left alone.

    Raises:
        Refused: If one runs otherwise, the port is taken, or the template cannot be deployed.
    """
    try:
        with state.held():
            end_leftovers(state)
            try:
                with _reserved(options.port) as reserved:
                    if options.fresh:
                        state.wipe()
                    state.record(options.running())
                    page.build_if_possible()
                    build(machine_architecture())
                    deployment.check_parameters(options.parameters)
                    _shut_out_personal_settings()
                    with emulator.port_for(state) as port:
                        asyncio.run(_serve(state, options, reserved, port))
            finally:
                state.record(None)
    except AlreadyRunning as refused:
        there = refused.running
        alike = there is not None and (there.port, there.parameters) == (options.port, options.parameters)
        if options.fresh or not alike or not state.stack_file.exists():
            raise
        print(f"Already running at {options.api_url}, with the code it was started with (`make stop` ends it).")


def run_detached(state: State, arguments: list[str]) -> None:
    """Run `python -m local.run` with *arguments* in the background, and return when the API answers.

    Raises:
        SystemExit: With its exit code, if it ends instead; what it said has been printed by then.
    """
    state.make()
    before = state.log.stat().st_size if state.log.exists() else 0
    ready, tell = os.pipe()
    with state.log.open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "local.run", *arguments, "--tell", str(tell)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[tell],
            start_new_session=True,
        )
    os.close(tell)
    with state.log.open() as said:
        said.seek(before)
        try:
            while not select.select([ready], [], [], 0.1)[0]:
                sys.stdout.write(said.read())
                sys.stdout.flush()
        except KeyboardInterrupt:
            child.terminate()
        answer = os.read(ready, len(READY))
        if answer != READY:
            child.wait()
        sys.stdout.write(said.read())
    if answer != READY:
        raise SystemExit(child.returncode)


def _reserved(port: int) -> socket.socket:
    """Bind *port* before anything else is done.

    Raises:
        Refused: If something else listens there.
    """
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        reserved.bind((HOST, port))
    except OSError as error:
        reserved.close()
        raise Refused(
            f"port {port} is taken ({error.strerror}): choose another one, as in `make run PORT=8001`"
        ) from None
    return reserved


def _shut_out_personal_settings() -> None:
    """Keep profiles and proxies that are meant for the real AWS away from the emulator."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = HOST


async def _serve(state: State, options: Options, reserved: socket.socket, port: int) -> None:
    """Bring everything up, the emulator on *port*; say so, and serve until a signal comes or the emulator is gone."""
    gateway = Gateway(f"{HOST}:{options.port}")
    issuer = Issuer.of(state, options.api_url + ISSUER_PREFIX)
    secrets = {str(CLIENT_ID): state.client_secret()}
    microsoft = create_microsoft(tenants=TENANTS, secrets=secrets, state_path=state.simulator)
    runner = web.AppRunner(create_app(gateway, issuer, SignIn(issuer, options.api_url), microsoft), access_log=None)
    listening = await listen(runner, reserved)

    loop = asyncio.get_running_loop()
    asked_to_end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, asked_to_end.set)

    print("Starting the emulator …", flush=True)
    process = emulator.start(state, port)
    started = Process.of(process.pid)
    state.record(options.running(started))
    asked = asyncio.create_task(asked_to_end.wait())
    died = asyncio.create_task(asyncio.to_thread(process.wait))
    up = asyncio.create_task(_bring_up(state, options, port, issuer, gateway))
    deployed = None
    try:
        await asyncio.wait({asked, died, up}, return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            stack, deployed = up.result()
            _announce(state, options, stack)
            await asyncio.wait({asked, died}, return_when=asyncio.FIRST_COMPLETED)
        if died.done():
            raise Refused(f"the emulator ended by itself: its last words are in {state.emulator_log}")
        if deployed is None:
            raise Refused("it was ended before it was up")
    finally:
        up.cancel()
        await asyncio.wait({up})
        state.stack_file.unlink(missing_ok=True)
        await gateway.close()
        if await asyncio.to_thread(emulator.end, started, state) and deployed is not None:
            state.record_deployed(deployed)
        listening.close()
        await runner.cleanup()


async def _bring_up(
    state: State, options: Options, port: int, issuer: Issuer, gateway: Gateway
) -> tuple[Stack, Deployed]:
    """Deploy to the emulator on *port*, open the gateway, and register the tenants if the stack is new."""
    await emulator.answers(port)
    microsoft = options.api_url + MICROSOFT_PREFIX
    wanted = deployment.Wanted(
        parameters={
            "Issuer": issuer.url,
            "PublicUrl": options.api_url,
            "Audience": AUDIENCE,
            "AllowedOrigins": options.api_url,
            "Architecture": machine_architecture(),
            "PageClientId": PAGE_CLIENT_ID,
            **options.parameters,
        },
        clouds={"global": {"login": f"{microsoft}/login", "graph": f"{microsoft}/graph"}},
    )
    deployed = await _finished(asyncio.to_thread(deployment.deploy, state, port, wanted))
    gateway.open(deployment.upstream(port))
    if not deployed.seeded:
        print("Registering the tenants …", flush=True)
        arn = await asyncio.to_thread(deployment.client_secret_arn, port)
        await seed(options.api_url, issuer.token(PLATFORM_USER, scope=ADMIN_SCOPE), arn)
    facts = await asyncio.to_thread(deployment.facts, port)
    stack = Stack(
        api_url=options.api_url,
        issuer=issuer.url,
        audience=AUDIENCE,
        graph_url=wanted.clouds["global"]["graph"],
        aws_endpoint_url=emulator.endpoint(port),
        region=emulator.REGION,
        tables=facts.tables,
        queues=facts.queues,
        functions=facts.functions,
    )
    return stack, replace(deployed, seeded=True)


async def _finished[Outcome](work: Coroutine[None, None, Outcome]) -> Outcome:
    """Let *work* come to its end before it may be cancelled: a stack that is half made cannot be updated."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def _announce(state: State, options: Options, stack: Stack) -> None:
    """Write the facts for tools, say it to people, and tell whoever waits."""
    new = state.stack_file.with_suffix(".new")
    new.write_text(json.dumps(stack, indent=1) + "\n")
    new.replace(state.stack_file)
    print(f"Ready at {options.api_url} (`make -s token AS=2` prints a token, `make stop` ends it)", flush=True)
    if page.is_built():
        print(f"The page is at {options.api_url}{PAGE_PATH}", flush=True)
    if options.tell is not None:
        os.write(options.tell, READY)
        os.close(options.tell)


def main() -> None:
    """Do what the command line asks; say in one line why not."""
    parser = argparse.ArgumentParser(prog="local.run", description=__doc__, allow_abbrev=False)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--detach", action="store_true", help="return when the API answers")
    parser.add_argument("--fresh", action="store_true", help="forget all data first")
    parser.add_argument("--parameter", action="append", default=[], metavar="Name=value", help="of the template")
    parser.add_argument("--tell", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    state = State.chosen()
    try:
        if arguments.detach:
            run_detached(state, [argument for argument in sys.argv[1:] if argument != "--detach"])
        else:
            parameters = dict(given.partition("=")[::2] for given in arguments.parameter)
            run(state, Options(arguments.port, arguments.fresh, parameters, arguments.tell))
    except Refused as refused:
        sys.exit(f"Refused: {refused}")
    except KeyboardInterrupt:
        sys.exit("Ended before it was up.")


if __name__ == "__main__":
    main()
