"""What each probe makes of a tenant's answers: every cell of the tasks' table."""

from datetime import timedelta
from typing import Any

import pytest

from onboarding.domain.catalogue import CATALOGUE, Kind, Task
from onboarding.domain.finding import Finding, FindingStatus, Obstacle
from onboarding.domain.permissions import OPTIONAL, REQUIRED
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.roles import compare
from onboarding.domain.tenant import Organization, Principal, Sku, Tenant
from onboarding.tasks import PROBES, rbac_check
from tests.tenant import (
    ALL,
    CONNECTION,
    GRAPH_ID,
    NOW,
    PRINCIPAL_ID,
    TENANT_ID,
    PlainTenant,
    grants,
    obstacle,
)

OK, WARN, FAIL, UNKNOWN = FindingStatus


def examine(task: Task, tenant: Tenant, **connection: Any) -> Finding:
    return PROBES[task](tenant, CONNECTION.model_copy(update=connection), NOW)


def judged(task: Task, tenant: Tenant, **connection: Any) -> tuple[FindingStatus, ReasonCode | None]:
    finding = examine(task, tenant, **connection)
    return finding.status, finding.reason_code


def consented(**ago: float) -> dict[str, Any]:
    return {"consented_at": NOW - timedelta(**ago)}


def test_every_probe_of_the_catalogue_can_be_examined() -> None:
    assert set(PROBES) == {task for task, spec in CATALOGUE.items() if spec.kind is Kind.PROBE}


@pytest.mark.parametrize("task", PROBES)
def test_a_healthy_tenant_is_ok(task: Task) -> None:
    finding = examine(task, PlainTenant())

    assert (finding.status, finding.reason_code, finding.next_check_at) == (OK, None, None)
    assert finding.message
    assert finding.payload["version"] == 1


class TestConsentStatus:
    task = Task.CONSENT_STATUS

    def test_enabled_and_one_required_role_in_a_fresh_token_is_ok(self) -> None:
        finding = examine(self.task, PlainTenant(roles=frozenset({"Organization.Read.All"})))

        assert finding == Finding.ok(
            "Consent was given: a fresh token carries 1 of the 9 permissions.",
            version=1,
            entra_tenant_id=TENANT_ID,
            permissions=["Organization.Read.All"],
        )

    @pytest.mark.parametrize("roles", [frozenset(), OPTIONAL, frozenset({"User.Read.All"})])
    def test_no_required_role_is_consent_missing_whatever_the_principal_says(self, roles: frozenset[str]) -> None:
        assert judged(self.task, PlainTenant(roles=roles)) == (FAIL, ReasonCode.CONSENT_MISSING)

    def test_an_absent_principal_is_consent_missing(self) -> None:
        assert judged(self.task, PlainTenant(own=None)) == (FAIL, ReasonCode.CONSENT_MISSING)

    def test_roles_in_a_token_that_outlived_their_grants_are_consent_missing(self) -> None:
        finding = examine(self.task, PlainTenant(granted=()))

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.CONSENT_MISSING)
        assert finding.message == (
            "A fresh token still carries permissions, but the grants behind them are gone: the consent was revoked."
        )
        assert finding.payload["permissions"] == sorted(ALL)

    def test_grants_that_do_not_show_yet_propagate_like_roles_that_do_not(self) -> None:
        assert judged(self.task, PlainTenant(granted=()), **consented(minutes=3)) == (
            WARN,
            ReasonCode.CONSENT_PROPAGATING,
        )

    def test_one_required_permission_that_is_granted_and_in_the_token_is_consent(self) -> None:
        both = PlainTenant(granted=grants("Organization.Read.All"))
        neither = PlainTenant(
            granted=grants("Organization.Read.All"),
            roles=frozenset({"Application.Read.All", "DeviceManagementApps.Read.All"}),
        )

        assert judged(self.task, both) == (OK, None)
        assert judged(self.task, neither) == (FAIL, ReasonCode.CONSENT_MISSING)

    def test_a_token_that_may_not_read_grants_is_believed(self) -> None:
        refusals = {"grants": obstacle(ReasonCode.PERMISSION_MISSING)}

        tenant = PlainTenant(roles=frozenset({"Organization.Read.All"}), refusals=refusals)

        assert judged(self.task, tenant) == (OK, None)

    @pytest.mark.parametrize("question", ["grants", "graph_principal"])
    def test_grants_that_cannot_be_read_now_are_no_judgement(self, question: str) -> None:
        tenant = PlainTenant(refusals={question: obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN)})

        with pytest.raises(Obstacle):
            examine(self.task, tenant)

    def test_a_disabled_application_fails_always(self) -> None:
        disabled = PlainTenant(own=Principal(PRINCIPAL_ID, enabled=False))

        assert judged(self.task, disabled) == (FAIL, ReasonCode.APP_DISABLED)
        assert judged(self.task, disabled, **consented(minutes=1)) == (FAIL, ReasonCode.APP_DISABLED)

    @pytest.mark.parametrize("tenant", [PlainTenant(roles=frozenset()), PlainTenant(own=None)])
    def test_consent_given_less_than_24_hours_ago_propagates(self, tenant: PlainTenant) -> None:
        finding = examine(self.task, tenant, **consented(minutes=3))

        assert (finding.status, finding.reason_code) == (WARN, ReasonCode.CONSENT_PROPAGATING)
        assert finding.next_check_at == NOW + timedelta(minutes=2)

    def test_consent_given_24_hours_ago_is_missing(self) -> None:
        tenant = PlainTenant(roles=frozenset())

        assert judged(self.task, tenant, **consented(hours=24)) == (FAIL, ReasonCode.CONSENT_MISSING)

    @pytest.mark.parametrize("reason", [ReasonCode.APP_NOT_IN_TENANT, ReasonCode.CONSENT_MISSING])
    def test_a_token_refused_for_want_of_consent_propagates_too(self, reason: ReasonCode) -> None:
        tenant = PlainTenant(refusals={"token_roles": obstacle(reason)})

        assert judged(self.task, tenant, **consented(minutes=1)) == (WARN, ReasonCode.CONSENT_PROPAGATING)
        with pytest.raises(Obstacle) as raised:
            examine(self.task, tenant)
        assert raised.value.finding.reason_code is reason

    def test_another_refusal_never_propagates(self) -> None:
        tenant = PlainTenant(refusals={"token_roles": obstacle(ReasonCode.CREDENTIAL_EXPIRED)})

        with pytest.raises(Obstacle):
            examine(self.task, tenant, **consented(minutes=1))

    def test_without_any_role_even_the_own_principal_may_be_refused(self) -> None:
        refusals = {"principal": obstacle(ReasonCode.PERMISSION_MISSING)}

        assert judged(self.task, PlainTenant(roles=frozenset(), refusals=refusals)) == (
            FAIL,
            ReasonCode.CONSENT_MISSING,
        )
        with pytest.raises(Obstacle):
            examine(self.task, PlainTenant(refusals=refusals))

    def test_throttling_is_no_judgement(self) -> None:
        tenant = PlainTenant(refusals={"principal": obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN)})

        with pytest.raises(Obstacle):
            examine(self.task, tenant, **consented(minutes=1))

    def test_what_is_not_ours_is_not_kept(self) -> None:
        finding = examine(self.task, PlainTenant(roles=ALL | {"eyJhbGciOi.secret"}))

        assert finding.payload["permissions"] == sorted(ALL)


class TestVerifyPermissions:
    task = Task.VERIFY_PERMISSIONS

    def test_all_granted_and_in_the_token_is_ok(self) -> None:
        finding = examine(self.task, PlainTenant())

        assert finding == Finding.ok(
            "All 9 permissions are granted and work, and nothing beyond them.",
            version=1,
            held=sorted(ALL),
            missing=[],
            optional_missing=[],
            excess=[],
            not_in_token=[],
            judged_by="grants_and_token",
        )

    def test_optional_missing_warns_by_name(self) -> None:
        tenant = PlainTenant(roles=REQUIRED, granted=grants(*REQUIRED))

        finding = examine(self.task, tenant)

        assert (finding.status, finding.reason_code) == (WARN, ReasonCode.PERMISSION_OPTIONAL_MISSING)
        assert finding.message == ("Not granted, and the application can do without: DeviceManagementScripts.Read.All.")

    def test_excess_warns_by_name_and_before_optional_missing(self) -> None:
        extra = {"19dbc75e-c2e2-444c-a770-ec69d8559fc7": "Directory.ReadWrite.All"}
        tenant = PlainTenant()
        tenant.app_roles = {**tenant.app_roles, **extra}
        tenant.granted = (*grants(*REQUIRED), replace_role(tenant, "19dbc75e-c2e2-444c-a770-ec69d8559fc7"))
        tenant.roles = REQUIRED | {"Directory.ReadWrite.All"}

        finding = examine(self.task, tenant)

        assert (finding.status, finding.reason_code) == (WARN, ReasonCode.PERMISSION_EXCESS)
        assert finding.message == "Granted beyond what the application needs: Directory.ReadWrite.All."
        assert finding.payload["optional_missing"] == ["DeviceManagementScripts.Read.All"]

    def test_required_missing_fails_by_name_and_tells_of_excess_too(self) -> None:
        missing = "Organization.Read.All"
        tenant = PlainTenant(roles=ALL - {missing} | {"User.Read.All"}, granted=grants(*(ALL - {missing})))

        finding = examine(self.task, tenant)

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.PERMISSION_MISSING)
        assert finding.message == (
            "Not granted: Organization.Read.All. Granted beyond what the application needs: User.Read.All."
        )

    def test_granted_and_not_in_a_fresh_token_fails_and_says_so(self) -> None:
        finding = examine(self.task, PlainTenant(roles=ALL - {"Organization.Read.All"}))

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.PERMISSION_MISSING)
        assert finding.message == "Granted, but not in a fresh token yet: Organization.Read.All."

    def test_in_the_token_and_no_longer_granted_fails(self) -> None:
        assert judged(self.task, PlainTenant(granted=())) == (FAIL, ReasonCode.PERMISSION_MISSING)

    @pytest.mark.parametrize("question", ["grants", "graph_principal"])
    def test_on_403_the_tokens_roles_are_judged_alone_and_never_ok(self, question: str) -> None:
        tenant = PlainTenant(refusals={question: obstacle(ReasonCode.PERMISSION_MISSING)})

        finding = examine(self.task, tenant)

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.PERMISSION_MISSING)
        assert finding.message == "Not granted: Application.Read.All."
        assert finding.payload["judged_by"] == "token"
        assert finding.payload["held"] == sorted(ALL - {"Application.Read.All"})

    def test_an_absent_application_has_no_grants_to_judge(self) -> None:
        with pytest.raises(Obstacle) as raised:
            examine(self.task, PlainTenant(own=None))

        assert raised.value.finding.reason_code is ReasonCode.APP_NOT_IN_TENANT

    def test_throttling_is_no_judgement(self) -> None:
        tenant = PlainTenant(refusals={"grants": obstacle(ReasonCode.GRAPH_THROTTLED, UNKNOWN)})

        with pytest.raises(Obstacle):
            examine(self.task, tenant)


def replace_role(tenant: PlainTenant, role_id: str) -> Any:
    return tenant.granted[0]._replace(role_id=role_id, resource_id=GRAPH_ID)


class TestConnectionDiagnostics:
    task = Task.CONNECTION_DIAGNOSTICS

    def customer(self, **details: Any) -> PlainTenant:
        return PlainTenant(customer=PlainTenant().customer._replace(**details))

    def test_the_expected_domain_among_the_verified_ones_is_ok(self) -> None:
        finding = examine(self.task, PlainTenant())

        assert finding == Finding.ok(
            "Contoso answers.", version=1, entra_tenant_id=TENANT_ID, display_name="Contoso", answered_in_ms=180
        )

    def test_without_an_expected_domain_the_tenant_id_alone_is_compared(self) -> None:
        assert judged(self.task, self.customer(domains=frozenset()), expected_domain=None) == (OK, None)

    def test_another_customers_domains_fail(self) -> None:
        finding = examine(self.task, self.customer(display_name="Lamna", domains=frozenset({"lamna.example"})))

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.WRONG_TENANT)
        assert finding.message == "Lamna answers, and contoso.example is not among its verified domains."

    def test_another_tenants_id_fails_even_with_the_right_domain(self) -> None:
        tenant = self.customer(id="99999999-2222-4333-8444-555555555555")

        assert judged(self.task, tenant) == (FAIL, ReasonCode.WRONG_TENANT)

    def test_an_answer_slower_than_two_seconds_warns(self) -> None:
        slow = self.customer(answered_in=timedelta(seconds=2.1))

        assert judged(self.task, slow) == (WARN, ReasonCode.GRAPH_SLOW)
        assert judged(self.task, self.customer(answered_in=timedelta(seconds=2))) == (OK, None)

    @pytest.mark.parametrize(
        ("expires_in", "expected"),
        [
            (timedelta(days=30), (OK, None)),
            (timedelta(days=29, hours=23), (WARN, ReasonCode.CREDENTIAL_EXPIRING)),
            (timedelta(0), (WARN, ReasonCode.CREDENTIAL_EXPIRING)),
            (timedelta(days=-3), (WARN, ReasonCode.CREDENTIAL_EXPIRING)),
        ],
    )
    def test_a_credential_that_expires_within_30_days_warns(
        self, expires_in: timedelta, expected: tuple[FindingStatus, ReasonCode | None]
    ) -> None:
        assert judged(self.task, PlainTenant(), credential_expires_at=NOW + expires_in) == expected

    def test_an_expiring_credential_is_told_with_its_date(self) -> None:
        soon, gone = NOW + timedelta(days=7), NOW - timedelta(days=7)

        assert examine(self.task, PlainTenant(), credential_expires_at=soon).message == (
            "The credential expires on 2026-03-09."
        )
        assert examine(self.task, PlainTenant(), credential_expires_at=gone).message == (
            "The credential still works, though it was to expire on 2026-02-23."
        )

    def test_the_wrong_tenant_weighs_more_than_an_expiring_credential(self) -> None:
        tenant = self.customer(domains=frozenset({"lamna.example"}))

        assert judged(self.task, tenant, credential_expires_at=NOW) == (FAIL, ReasonCode.WRONG_TENANT)

    def test_verified_domains_are_not_kept(self) -> None:
        finding = examine(self.task, self.customer(domains=frozenset({"contoso.example", "secret.example"})))

        assert "secret.example" not in str(finding)


class TestLicenseCheck:
    task = Task.LICENSE_CHECK

    def bought(self, *skus: tuple[str, str]) -> PlainTenant:
        return PlainTenant(
            bought=tuple(Sku(f"SKU_{n}", status, 5, 5, frozenset({plan})) for n, (status, plan) in enumerate(skus))
        )

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            ("Enabled", (OK, None)),
            ("Warning", (WARN, ReasonCode.LICENSE_WARNING)),
            ("Suspended", (FAIL, ReasonCode.LICENSE_SUSPENDED)),
            ("Deleted", (FAIL, ReasonCode.LICENSE_SUSPENDED)),
            ("LockedOut", (FAIL, ReasonCode.LICENSE_SUSPENDED)),
            ("SomethingNew", (FAIL, ReasonCode.LICENSE_SUSPENDED)),
        ],
    )
    def test_the_state_of_the_subscription_decides(self, status: str, expected: object) -> None:
        assert judged(self.task, self.bought((status, "INTUNE_A"))) == expected

    @pytest.mark.parametrize(
        "plan", ["INTUNE_A", "Intune_A", "INTUNE_A_VL", "INTUNE_A_GOV", "INTUNE_A_D", "INTUNE_EDU", "INTUNE_SMBIZ"]
    )
    def test_every_plan_that_is_intune_counts(self, plan: str) -> None:
        assert judged(self.task, self.bought(("Enabled", plan))) == (OK, None)

    @pytest.mark.parametrize(
        "plan", ["INTUNE_O365", "INTUNE_P2", "Intune_Defender", "INTUNE_AX", "EXCHANGE_S_STANDARD"]
    )
    def test_a_plan_that_only_sounds_like_it_does_not(self, plan: str) -> None:
        assert judged(self.task, self.bought(("Enabled", plan))) == (FAIL, ReasonCode.LICENSE_MISSING)

    def test_no_subscription_at_all_fails(self) -> None:
        assert judged(self.task, self.bought()) == (FAIL, ReasonCode.LICENSE_MISSING)

    def test_the_best_subscription_decides_and_all_are_kept(self) -> None:
        finding = examine(self.task, self.bought(("Suspended", "INTUNE_A"), ("Enabled", "INTUNE_EDU")))

        assert finding == Finding.ok(
            "Intune is included in SKU_0 (Suspended), SKU_1 (Enabled).",
            version=1,
            skus=[
                {"sku": "SKU_0", "status": "Suspended", "enabled_units": 5, "consumed_units": 5},
                {"sku": "SKU_1", "status": "Enabled", "enabled_units": 5, "consumed_units": 5},
            ],
        )

    def test_that_no_unit_is_left_is_normal(self) -> None:
        tenant = PlainTenant(bought=(Sku("SPB", "Enabled", 5, 9, frozenset({"INTUNE_A"})),))

        assert judged(self.task, tenant) == (OK, None)


class TestIntuneStatus:
    task = Task.INTUNE_STATUS

    @pytest.mark.parametrize(
        ("state", "expected"),
        [
            ("active", (OK, None)),
            ("warning", (WARN, ReasonCode.INTUNE_WARNING)),
            ("pending", (WARN, ReasonCode.INTUNE_PENDING)),
            ("disabled", (FAIL, ReasonCode.INTUNE_DISABLED)),
            ("deleted", (FAIL, ReasonCode.INTUNE_DISABLED)),
            ("blocked", (FAIL, ReasonCode.INTUNE_DISABLED)),
            ("lockedOut", (FAIL, ReasonCode.INTUNE_DISABLED)),
            (None, (UNKNOWN, ReasonCode.INTUNE_UNKNOWN)),
            ("somethingNew", (UNKNOWN, ReasonCode.INTUNE_UNKNOWN)),
        ],
    )
    def test_the_state_of_the_account_decides(self, state: str | None, expected: object) -> None:
        assert judged(self.task, PlainTenant(intune=state)) == expected

    def test_state_and_authority_are_kept_in_microsofts_words(self) -> None:
        finding = examine(self.task, PlainTenant(authority="sccm"))

        assert finding == Finding.ok(
            "Intune is active. Its authority for managing devices is sccm.",
            version=1,
            subscription_state="active",
            mdm_authority="sccm",
        )

    def test_words_that_are_not_microsofts_are_not_kept(self) -> None:
        finding = examine(self.task, PlainTenant(intune="secret", authority="secret"))

        assert "secret" not in str(finding)
        assert finding.payload == {"version": 1}

    def test_without_the_permission_for_more_the_state_alone_decides(self) -> None:
        tenant = PlainTenant(refusals={"mdm_authority": obstacle(ReasonCode.PERMISSION_MISSING)})

        assert judged(self.task, tenant) == (OK, None)

    @pytest.mark.parametrize("question", ["intune_subscription", "mdm_authority"])
    def test_an_obstacle_is_no_judgement(self, question: str) -> None:
        tenant = PlainTenant(refusals={question: obstacle(ReasonCode.INTUNE_NOT_PROVISIONED)})

        with pytest.raises(Obstacle):
            examine(self.task, tenant)


class TestRbacCheck:
    task = Task.RBAC_CHECK
    global_administrator = "62e90394-69f5-4237-9190-012177145e10"
    unknown = "deadbeef-69f5-4237-9190-012177145e10"

    def test_over_privileged_warns_by_name(self) -> None:
        finding = examine(self.task, PlainTenant(held_roles=frozenset({self.global_administrator, self.unknown})))

        assert (finding.status, finding.reason_code) == (WARN, ReasonCode.ROLE_EXCESS)
        assert finding.message == (
            f"Assigned beyond what the application needs: Global Administrator, role {self.unknown}."
        )
        assert finding.payload["excess"] == [self.global_administrator, self.unknown]

    def test_an_expected_role_that_is_missing_fails(self) -> None:
        finding = rbac_check.judged(compare(frozenset({self.unknown}), frozenset({self.global_administrator})))

        assert (finding.status, finding.reason_code) == (FAIL, ReasonCode.ROLE_MISSING)
        assert finding.message == "Not assigned: Global Administrator."

    def test_only_expected_roles_is_ok(self) -> None:
        held = frozenset({self.global_administrator})

        assert rbac_check.judged(compare(held, held)).status is OK

    def test_an_application_that_is_not_there_holds_nothing(self) -> None:
        assert judged(self.task, PlainTenant(own=None)) == (FAIL, ReasonCode.APP_NOT_IN_TENANT)


@pytest.mark.parametrize("task", PROBES)
def test_every_finding_that_is_not_ok_has_a_reason(task: Task) -> None:
    odd = [
        PlainTenant(roles=frozenset()),
        PlainTenant(own=None),
        PlainTenant(granted=()),
        PlainTenant(bought=()),
        PlainTenant(intune=None),
        PlainTenant(held_roles=frozenset({"x"})),
        PlainTenant(customer=Organization("x", "x", frozenset(), timedelta())),
    ]

    for tenant in odd:
        try:
            finding = examine(task, tenant)
        except Obstacle as raised:
            finding = raised.finding
        assert (finding.status is OK) == (finding.reason_code is None)
