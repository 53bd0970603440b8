from itertools import product

import pytest

from onboarding.domain.access import ELIGIBLE, Access, Caller, RegisteredTenant, Role, Standing
from onboarding.domain.connection import Connection, ConnectionDetails
from onboarding.domain.session import Session
from tests.calling import CLIENT, ENTRA_TENANT, SECRET_ARN
from tests.unit.samples import ALICE, CONNECTION, OTHER_CONNECTION, TENANT, access, session

ORDER = ("readonly", "operator", "manager", "owner")


@pytest.mark.parametrize(("role", "least"), list(product(Role, Role)))
def test_a_role_covers_itself_and_those_before_it(role: Role, least: Role) -> None:
    assert role.covers(least) is (ORDER.index(role.value) >= ORDER.index(least.value))


def test_operators_and_up_can_be_assigned_a_session() -> None:
    assert ELIGIBLE == (Role.OPERATOR, Role.MANAGER, Role.OWNER)


def test_a_caller_without_a_role_is_at_least_nothing() -> None:
    registrar = Access(
        Caller(100, platform_scope=True), RegisteredTenant(id=TENANT, name="Contoso"), role=None, session=None
    )

    assert not registrar.is_at_least(Role.READONLY)


def test_a_member_is_at_least_what_their_role_covers() -> None:
    assert access(ALICE).is_at_least(Role.OPERATOR)
    assert not access(ALICE).is_at_least(Role.MANAGER)
    assert access(ALICE).user_id == ALICE


@pytest.mark.parametrize(
    ("connection_ids", "default"),
    [(set(), None), ({CONNECTION}, CONNECTION), ({CONNECTION, OTHER_CONNECTION}, None)],
    ids=["none", "one", "two"],
)
def test_a_tenant_s_default_connection_is_its_only_one(connection_ids: set[int], default: int | None) -> None:
    tenant = RegisteredTenant(id=TENANT, name="Contoso", connection_ids=frozenset(connection_ids))

    assert tenant.default_connection_id == default


def test_runs_use_the_connection_that_the_open_session_chose() -> None:
    chosen = session(provider_connection_id=OTHER_CONNECTION)

    assert access(ALICE, CONNECTION, current=chosen).connection_id == OTHER_CONNECTION


def test_without_an_open_session_runs_use_the_tenant_s_default_connection() -> None:
    assert access(ALICE, CONNECTION).connection_id == CONNECTION


def test_in_a_session_that_chose_none_runs_use_the_tenant_s_default_connection() -> None:
    undecided = session(provider_connection_id=None)

    assert access(ALICE, CONNECTION, current=undecided).connection_id == CONNECTION


def test_with_nothing_chosen_and_several_to_choose_from_there_is_no_connection() -> None:
    assert (
        access(ALICE, CONNECTION, OTHER_CONNECTION, current=session(provider_connection_id=None)).connection_id is None
    )


def standing(*connection_ids: int, current: Session | None = None) -> Standing:
    """Make what is read of where the sample connection stands, in a tenant that has *connection_ids*."""
    details = ConnectionDetails(entra_tenant_id=ENTRA_TENANT, client_id=CLIENT, credential_arn=SECRET_ARN)
    registered = Connection(id=CONNECTION, tenant_id=TENANT, **details.model_dump())
    return Standing(access(ALICE, *connection_ids).tenant, registered, current)


@pytest.mark.parametrize("chosen", [CONNECTION, OTHER_CONNECTION, None])
@pytest.mark.parametrize("connection_ids", [(CONNECTION,), (CONNECTION, OTHER_CONNECTION)])
def test_what_is_in_use_is_one_thing_for_runs_and_for_what_happens_in_nobody_s_name(
    chosen: int | None, connection_ids: tuple[int, ...]
) -> None:
    for current in (session(provider_connection_id=chosen), None):
        runs_use = access(ALICE, *connection_ids, current=current).connection_id

        assert standing(*connection_ids, current=current).is_in_use is (runs_use == CONNECTION)
