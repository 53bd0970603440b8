"""Many tenants from a file: judged whole, walked side by side, stopped and taken up again."""

import csv
import io
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tenant_onboarding_cli.api import Api, connect
from tenant_onboarding_cli.exits import Exit
from tenant_onboarding_cli.failures import Failure
from tenant_onboarding_cli.many import Bulk, Ended
from tenant_onboarding_cli.patience import Patience
from tenant_onboarding_cli.rows import Row, read, registrations
from tenant_onboarding_cli.tokens import Given
from tests.command_line.conftest import Cli
from tests.command_line.serving import Asked, Reply, Service, problem

GUID = "7a4ffd5a-9dc5-4d7b-a5b1-1bd6ac3cd13f"


def written(home: Path, *lines: str) -> Path:
    path = home / "tenants.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def mistakes(home: Path, *lines: str) -> list[tuple[int, str]]:
    with pytest.raises(Failure) as refused:
        read(written(home, *lines))
    assert refused.value.exit is Exit.USAGE
    return [(each["line"], each["column"]) for each in refused.value.problem["mistakes"]]


def test_a_file_is_read_with_its_lines(home: Path) -> None:
    path = written(home, "tenant_id,name,members", "5,Adventure Works,1:owner  3:operator", "", '6,"Two\nlines",')

    assert [(row.line, row.tenant, row.name, row.members) for row in read(path)] == [
        (2, 5, "Adventure Works", ((1, "owner"), (3, "operator"))),
        (5, 6, "Two\nlines", ()),
    ]


def test_a_file_that_a_spreadsheet_saved_is_read_too(home: Path) -> None:
    path = home / "tenants.csv"
    path.write_bytes(b"\xef\xbb\xbftenant_id,name\r\n5,Caf\xc3\xa9\r\n")

    assert read(path)[0].name == "Café"


def test_what_is_registered_comes_in_the_order_in_which_it_must(home: Path) -> None:
    lines = (
        "tenant_id,name,members,connection_id,entra_tenant_id,client_id,credential_kind",
        f"5,Relecloud,1:owner,501,{GUID},{GUID},federation",
    )

    [row] = read(written(home, *lines))

    assert list(registrations(row)) == [
        ("/tenants/5", {"name": "Relecloud"}),
        ("/tenants/5/members/1", {"role": "owner"}),
        (
            "/tenants/5/provider-connections/501",
            {"entra_tenant_id": GUID, "client_id": GUID, "credential_kind": "federation"},
        ),
    ]


def test_a_connection_without_details_is_chosen_and_not_registered(home: Path) -> None:
    [row] = read(written(home, "tenant_id,connection_id", "5,501"))

    assert (row.connection, list(registrations(row))) == (501, [])


def test_every_mistake_is_told_with_its_line(home: Path) -> None:
    found = mistakes(
        home,
        "tenant_id,members,connection_id,entra_tenant_id,client_id,credential_kind,credential_arn,certificate_thumbprint",
        "5,,,,,,,",
        "five,,,,,,,",
        "5,,,,,,,",
        "6,1:boss x,,,,,,",
        f"7,,,{GUID},,,,",
        f"8,,801,nonsense,{GUID},,arn:aws:x,",
        f"9,,901,{GUID},{GUID},password,,",
        f"10,,1001,{GUID},{GUID},federation,arn:aws:x,",
        f"11,,1101,{GUID},{GUID},,hunter2,",
        f"12,,1201,{GUID},{GUID},certificate,arn:aws:x,",
        "13,",
    )

    assert found == [
        (3, "tenant_id"),
        (4, "tenant_id"),
        (5, "members"),
        (5, "members"),
        (6, "connection_id"),
        (7, "entra_tenant_id"),
        (8, "credential_kind"),
        (9, "credential_arn"),
        (10, "credential_arn"),
        (11, "certificate_thumbprint"),
        (12, "(all)"),
    ]


@pytest.mark.parametrize(
    ("first", "columns"),
    [("tenant", ["tenant", "tenant_id"]), ("tenant_id,tenant_id", ["tenant_id"]), ("name", ["tenant_id"])],
)
def test_the_first_line_is_judged_too(home: Path, first: str, columns: list[str]) -> None:
    assert [column for _, column in mistakes(home, first, "5")] == columns


def test_a_mistake_that_may_be_a_secret_is_not_repeated(home: Path) -> None:
    lines = ("tenant_id,connection_id,entra_tenant_id,client_id,credential_arn", f"11,1,{GUID},{GUID},hunter2")

    with pytest.raises(Failure) as refused:
        read(written(home, *lines))

    assert "hunter2" not in str(refused.value.shown())


def test_with_a_mistake_nothing_is_asked(ask: Cli, service: Service, home: Path) -> None:
    written(home, "tenant_id,name", "5,Adventure Works", "x,")

    result = ask("bulk", "tenants.csv")

    assert (result.exit_code, service.asked) == (2, [])
    assert "line 3, tenant_id: must be an integer" in result.stderr


@pytest.mark.parametrize("text", [b"", b"tenant_id\n", b"tenant_id\n\xff\n", b'tenant_id\n"5\n'])
def test_a_file_that_is_none_is_refused_in_a_sentence(ask: Cli, home: Path, text: bytes) -> None:
    (home / "tenants.csv").write_bytes(text)

    assert ask("bulk", "tenants.csv").exit_code == 2
    assert ask("bulk", "missing.csv").exit_code == 2


# ── Carrying it out ──────────────────────────────────────────────────────────────────────────────────────────────────


def rows(tenants: Iterable[int]) -> list[Row]:
    return [Row(tenant, tenant, f"Tenant {tenant}", (), None, {}) for tenant in tenants]


@pytest.fixture
def registering(service: Service) -> Iterator[Callable[[int], Bulk]]:
    """Registers tenants, so many of them at once."""
    with connect(service.url) as http:
        api = Api(http, Given("a-token"), Patience(60), lambda _: None)
        yield lambda at_once: Bulk(api, None, at_once=at_once, timeout=60, tell=lambda _, __: None)


def test_never_more_at_once_than_was_asked_for(service: Service, registering: Callable[[int], Bulk]) -> None:
    both_are_there, most, now = threading.Barrier(2, timeout=20), [0], [0]
    lock = threading.Lock()

    def answer(_: Asked) -> Reply:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        both_are_there.wait()  # so two are seen at once, and a third would be
        with lock:
            now[0] -= 1
        return Reply(200, {})

    for tenant in range(1, 9):
        service.plan("PUT", f"/tenants/{tenant}", answer)

    reports = list(registering(2).carried_out(rows(range(1, 9))))

    assert [report.outcome for report in reports] == [Ended.REGISTERED] * 8
    assert most == [2]


def test_stopped_it_lets_come_back_what_was_asked_and_asks_nothing_more(
    service: Service, registering: Callable[[int], Bulk]
) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def second(_: Asked) -> Reply:
        asked.set()
        go_on.wait(timeout=20)
        return Reply(200, {})

    service.plan("PUT", "/tenants/1", Reply(200, {}))
    service.plan("PUT", "/tenants/2", second)
    bulk = registering(1)
    carried_out = bulk.carried_out(rows(range(1, 30)))
    outcomes = [next(carried_out).outcome]
    assert asked.wait(timeout=20)

    bulk.stop()
    go_on.set()
    outcomes += [report.outcome for report in carried_out]

    assert len(service.asked) == 2
    assert Counter(outcomes) == {Ended.REGISTERED: 2, Ended.INTERRUPTED: 27}


def test_one_who_is_not_signed_in_is_told_once_and_the_rest_is_left(
    service: Service, registering: Callable[[int], Bulk]
) -> None:
    for tenant in range(1, 30):
        service.plan("PUT", f"/tenants/{tenant}", Reply(401, {"message": "Unauthorized"}))

    reports = sorted(registering(1).carried_out(rows(range(1, 30))), key=lambda report: report.line)

    assert len(service.asked) == 1
    assert [report.outcome for report in reports] == [Ended.STOPPED] + [Ended.INTERRUPTED] * 28


def test_when_the_gateway_throttles_one_all_of_them_wait(service: Service, registering: Callable[[int], Bulk]) -> None:
    throttled = Reply(429, {"message": "Too Many Requests"}, {"Retry-After": "1"})
    service.plan("PUT", "/tenants/1", throttled, Reply(200, {}))
    service.plan("PUT", "/tenants/2", Reply(200, {}))

    reports = list(registering(1).carried_out(rows([1, 2])))

    assert [report.exit_code for report in reports] == [Exit.OK, Exit.OK]
    assert [asked.path for asked in service.asked] == ["/tenants/1", "/tenants/1", "/tenants/2"]


def test_the_report_has_a_row_for_each_tenant_in_the_order_of_the_file(ask: Cli, service: Service, home: Path) -> None:
    written(home, "tenant_id,name", "5,Adventure Works", "6,=2+3", "7,Bellows")
    service.plan("PUT", "/tenants/5", Reply(200, {}))
    service.plan("PUT", "/tenants/6", problem(403, "role_insufficient"))
    service.plan("PUT", "/tenants/7", Reply(201, {}))

    result = ask("bulk", "tenants.csv", "--register-only", "--report", "report.csv", "-o", "json")

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [(each["tenant_id"], each["outcome"], each["exit_code"]) for each in told] == [
        (5, "registered", 0),
        (6, "stopped", 1),
        (7, "registered", 0),
    ]
    kept = list(csv.DictReader(io.StringIO((home / "report.csv").read_text())))
    assert [each["tenant_id"] for each in kept] == ["5", "6", "7"]
    assert (kept[1]["name"], kept[1]["code"], kept[1]["request_id"]) == ("'=2+3", "role_insufficient", "request-7")


def test_a_report_is_csv_or_json_and_said_so_before_anything_is_asked(ask: Cli, service: Service, home: Path) -> None:
    written(home, "tenant_id,name", "5,Adventure Works")

    assert ask("bulk", "tenants.csv", "--report", "report.xlsx").exit_code == 2
    assert service.asked == []


def test_a_file_can_be_judged_without_doing_anything(ask: Cli, service: Service, home: Path) -> None:
    written(home, "tenant_id,name", "5,Adventure Works")

    assert ask("bulk", "tenants.csv", "--check").exit_code == 0
    assert service.asked == []
