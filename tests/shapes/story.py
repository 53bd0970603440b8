"""What is lived through to leave an item of every kind behind: two tenants, one at work and one in its initial sync."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from onboarding import clock, ids
from onboarding.domain.finding import Finding, FindingStatus
from onboarding.domain.progress import Progress
from onboarding.domain.reasons import ReasonCode
from onboarding.domain.run import RunStatus
from onboarding.wiring import stores
from tests.arranging import LEASE, at_step, claimed, found, opened, started
from tests.calling import call, connection, register


def live() -> None:
    """Live through it, over the real routes and stores of the day."""
    register(1)
    register(2)
    _complete()
    _be_at_work()
    _sync(2)


def _complete() -> None:
    session_id = at_step(5)
    found("rbac_check", "warn", "role_excess", payload={"roles": ["62e90394-69f5-4237-9190-012177145e10"]})
    answer = call("update_session", sessionId=session_id, body={"status": "completed"})
    assert answer.status == 200, answer


def _be_at_work() -> None:
    """Leave a session that was handed on, a consent on its way, a run at work, one that waits, and one cancelled."""
    session_id = opened()
    call("register_connection", connectionId=102, body=connection())
    call("register_member", userId=4, body={"role": "readonly"})
    assert call("update_session", sessionId=session_id, body={"current_step": 2}).status == 200
    assert call("update_session", sessionId=session_id, body={"assigned_to_user_id": 3}).status == 200
    noted = {"current_step": 1, "note": "Calls back.", "waiting_until": "2026-12-01T09:30:00Z"}
    assert call("update_session", user=3, sessionId=session_id, body=noted).status == 200
    url = call("create_consent_link", user=3, connectionId=101).body["url"]
    assert parse_qs(urlsplit(url).query)["state"]
    run, now = claimed(started("consent_status", user=3)), clock.now()
    propagating = Finding(status=FindingStatus.WARN, reason_code=ReasonCode.CONSENT_PROPAGATING, message="Not yet.")
    stores.runs().end(run, RunStatus.SUCCEEDED, propagating, ids.new(), now, recheck_at=now + timedelta(minutes=1))
    claimed(started("verify_permissions", user=3))
    key = {"Idempotency-Key": "mine"}
    assert call("start_run", user=3, taskType="license_check", headers=key).status == 201
    assert call("cancel_run", user=3, runId=started("intune_status", user=3)).status == 200


def _sync(tenant: int) -> None:
    """Leave an initial sync under way, of which some is done."""
    opened(tenant=tenant)
    run = claimed(started("initial_sync", tenant=tenant), tenant=tenant)
    progress = Progress(done=1, total=6, message="Device configurations")
    stores.runs().checkpoint(run, progress, {"areas": {}, "next": None}, clock.now() + LEASE)
