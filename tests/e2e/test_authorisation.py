"""Who may do what, over real HTTP: every cell of the matrix, past the real gateway's authorizer and its routes."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest

from local import page
from local.issuer import Issuer
from local.state import State
from tests.deployment import Deployment
from tests.e2e.conftest import ROOT, LocalDeployment
from tests.security import matrix
from tests.security.matrix import Answer, Cells
from tests.security.scene import Asked, Pattern, Person, Tenants, arranged, asked, body_of, person
from tests.tallies import tally

ASSERTED = tally("MATRIX: {cells} cells asserted over HTTP")

AT_ONCE = 3
"""Rows asked side by side; each takes a process of its own, and the emulator starts few at a time."""


class Client:
    """Asks a deployment as anybody, in tenants written past it."""

    def __init__(self, local: LocalDeployment, pattern: Pattern) -> None:
        stack = local.stack
        dynamodb = boto3.client("dynamodb", endpoint_url=stack["aws_endpoint_url"], region_name=stack["region"])
        self.pattern = pattern
        self.tenants = Tenants(dynamodb, stack["tables"])
        self._local = local
        self._issuer = Issuer.of(State(ROOT / local.folder), stack["issuer"])

    def ask(self, how: Asked, tenant: int, someone: Person) -> Answer:
        """Ask in *tenant* as *someone*, and give status and code."""
        path = how.route.path.replace("+}", "}").format(tenantId=tenant, **how.ids)
        path += f"?{how.query}" if how.query else ""
        user, scope = someone
        token = None if user is None else self._issuer.token(str(user), scope=scope or None)
        # As a browser asks beforehand, which the gateway answers by itself.
        preflight = {"Origin": self._local.url, "Access-Control-Request-Method": "GET"}
        headers = preflight if how.route.method == "OPTIONS" else {}
        told = self._local.call(how.route.method, path, token=token, body=how.body, headers=headers)
        is_json = told.headers.get("content-type", "").startswith("application/json")
        return Answer(told.status, told.json().get("code") if is_json and told.status >= 400 else None)


@pytest.fixture
def client(local: LocalDeployment, deployed: Deployment) -> Client:
    """A client, and a tenant to copy that was brought about in-process: quicker than over HTTP, and the same."""
    made = Client(local, arranged(deployed))
    made.tenants.add_elsewhere()
    return made


def side_by_side(rows: Iterable[str], ask: Callable[[str], dict[str, Answer]]) -> Cells:
    """Ask row by row, a few at once."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return dict(zip(rows, threads.map(ask, rows), strict=True))


def as_deployed(cells: Cells) -> Cells:
    """Expect without a token what the gateway says, whose 401 has no code; and the page, where it was built."""
    built = {matrix.WORDS["page"]: Answer(200)} if page.is_built() else {}
    return {
        name: {who: Answer(401) if cell.status == 401 else built.get(cell, cell) for who, cell in row.items()}
        for name, row in cells.items()
    }


def test_every_route_answers_everybody_as_the_matrix_says(client: Client) -> None:
    cells = matrix.routes()

    def ask(name: str) -> dict[str, Answer]:
        how, told = asked(name, client.pattern.known), {}
        shared = client.tenants.copy(client.pattern)
        for who, cell in cells[name].items():
            writes = cell.status < 400 and how.route.method not in {"GET", "OPTIONS"}
            tenant = client.tenants.copy(client.pattern) if writes else shared
            told[who] = client.ask(how, tenant, person(who))
        return told

    assert side_by_side(cells, ask) == as_deployed(cells)
    ASSERTED["cells"] += sum(map(len, cells.values()))


def test_every_act_within_a_patch_is_open_to_whom_the_matrix_says(client: Client) -> None:
    cells = matrix.acts()

    def ask(name: str) -> dict[str, Answer]:
        (act, _, lock), told = name.partition(", lock "), {}
        shared = client.tenants.copy(client.pattern, held=lock == "held")
        for who, cell in cells[name].items():
            tenant = shared
            if cell.status < 400 or who in {"assignee", "holder"}:
                tenant = client.tenants.copy(client.pattern, who=who, held=lock == "held")
            how = asked("update_session", client.pattern.known)._replace(body=body_of(act, person(who).user))
            told[who] = client.ask(how, tenant, person(who))
        return told

    assert side_by_side(cells, ask) == as_deployed(cells)
    ASSERTED["cells"] += sum(map(len, cells.values()))
