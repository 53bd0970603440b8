import pytest

from onboarding.routes import allowed

IN_A_TENANT = "/tenants/1/onboarding"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/tenants/1", ("PUT",)),
        ("/tenants/1/members/2", ("DELETE", "PUT")),
        ("/tenants/1/provider-connections/101", ("PUT",)),
        ("/tenants/1/preflight", ("GET", "HEAD")),
        (f"{IN_A_TENANT}/session", ("GET", "HEAD", "POST")),
        (f"{IN_A_TENANT}/session/7000", ("PATCH",)),
        (f"{IN_A_TENANT}/sessions", ("GET", "HEAD")),
        (f"{IN_A_TENANT}/tasks", ("GET", "HEAD")),
        (f"{IN_A_TENANT}/tasks/rbac_check/runs", ("POST",)),
        (f"{IN_A_TENANT}/runs/500", ("GET", "HEAD")),
        (f"{IN_A_TENANT}/runs/500/cancel", ("POST",)),
        (f"{IN_A_TENANT}/evidence", ("GET", "HEAD")),
        ("/consent/callback", ("GET",)),
    ],
)
def test_a_path_can_be_asked_with_its_methods(path: str, methods: tuple[str, ...]) -> None:
    assert allowed(path) == methods


@pytest.mark.parametrize("tenant_id", ["x", "0", "-1", "%31", "1 "])
def test_whether_an_id_is_one_is_not_judged_by_the_path(tenant_id: str) -> None:
    assert allowed(f"/tenants/{tenant_id}/onboarding/session") == ("GET", "HEAD", "POST")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/tenants",
        "/tenants/",
        "/tenants/1/",
        "/tenants//onboarding/session",
        "tenants/1",
        "//tenants/1",
        "/TENANTS/1",
        "/tenants/1/onboarding",
        f"{IN_A_TENANT}/session/",
        f"{IN_A_TENANT}/session/7000/lock",
        f"{IN_A_TENANT}/tasks/rbac_check",
        f"{IN_A_TENANT}/tasks/a/b/runs",
        f"{IN_A_TENANT}/runs",
        f"{IN_A_TENANT}/evidence/2000",
        f"/dev{IN_A_TENANT}/evidence",
        f"{IN_A_TENANT}/evidence?limit=1",
    ],
)
def test_there_is_no_such_path(path: str) -> None:
    assert allowed(path) == ()
