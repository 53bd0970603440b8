from onboarding.domain.permissions import OPTIONAL, PERMISSIONS, REQUIRED, compare, names_of
from onboarding.domain.tenant import Grant, GraphPrincipal
from tests.tenant import GRAPH_ID, ROLE_IDS

GRAPH = GraphPrincipal(GRAPH_ID, {"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.All"})
ALL = REQUIRED | OPTIONAL


def test_nothing_we_ask_for_can_write() -> None:
    assert not [permission.name for permission in PERMISSIONS if "Write" in permission.name]


def test_only_the_permission_to_read_scripts_is_optional() -> None:
    assert {"DeviceManagementScripts.Read.All"} == OPTIONAL
    assert len(REQUIRED) == 8


def test_a_grant_is_named_by_the_tenants_own_principal_of_microsoft_graph() -> None:
    renamed = GraphPrincipal(GRAPH_ID, {"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.Everything"})

    assert names_of([Grant("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30", GRAPH_ID)], renamed) == {
        "Application.Read.Everything"
    }


def test_a_role_the_tenant_does_not_name_is_named_by_our_table() -> None:
    grant = Grant(ROLE_IDS["Organization.Read.All"], GRAPH_ID)

    assert names_of([grant], GRAPH) == {"Organization.Read.All"}


def test_a_role_nobody_names_is_named_by_its_id() -> None:
    unknown = "deadbeef-0000-4000-8000-000000000000"

    assert names_of([Grant(unknown, GRAPH_ID)], GRAPH) == {f"role {unknown}"}


def test_what_does_not_look_like_a_permission_is_not_taken_for_a_name() -> None:
    odd = GraphPrincipal(GRAPH_ID, {"deadbeef-0000-4000-8000-000000000000": "alice@contoso.example, secret"})

    named = names_of([Grant("deadbeef-0000-4000-8000-000000000000", GRAPH_ID)], odd)

    assert named == {"role deadbeef-0000-4000-8000-000000000000"}


def test_a_role_of_another_api_does_not_pass_for_one_of_microsoft_graph() -> None:
    grant = Grant(ROLE_IDS["Application.Read.All"], "somebody-else")

    assert names_of([grant], GRAPH) == {f"role {ROLE_IDS['Application.Read.All']} of another API"}


def test_an_assignment_without_a_role_grants_nothing() -> None:
    assert names_of([Grant("00000000-0000-0000-0000-000000000000", "any")], GRAPH) == frozenset()


def test_everything_granted_and_in_the_token_is_held() -> None:
    found = compare(ALL, ALL)

    assert found == (ALL, (), (), (), ())


def test_a_required_permission_that_is_only_granted_does_not_work_yet() -> None:
    found = compare(ALL, ALL - {"Organization.Read.All"})

    assert found.missing == ("Organization.Read.All",)
    assert found.not_in_token == ("Organization.Read.All",)


def test_a_role_in_the_token_whose_grant_is_gone_is_missing() -> None:
    found = compare(ALL - {"Organization.Read.All"}, ALL)

    assert found.missing == ("Organization.Read.All",)
    assert found.not_in_token == ()


def test_what_was_never_asked_for_is_excess_wherever_it_shows() -> None:
    found = compare(ALL | {"Directory.Read.All"}, ALL | {"User.Read.All"})

    assert found.excess == ("Directory.Read.All", "User.Read.All")


def test_a_permission_to_write_does_not_stand_in_for_one_to_read() -> None:
    granted = ALL - {"DeviceManagementApps.Read.All"} | {"DeviceManagementApps.ReadWrite.All"}

    found = compare(granted, granted)

    assert found.missing == ("DeviceManagementApps.Read.All",)
    assert found.excess == ("DeviceManagementApps.ReadWrite.All",)
