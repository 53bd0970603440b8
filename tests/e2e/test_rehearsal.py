"""What would be deployed can be seen before there is an account: the local deployment makes the change set."""

import re

from tests import template
from tests.e2e.conftest import LocalDeployment


def test_a_rehearsal_shows_all_that_a_first_deployment_to_prod_makes(local: LocalDeployment) -> None:
    shown = local.make("rehearse", "STAGE=prod")

    assert shown.returncode == 0, shown.stdout + shown.stderr
    added = set(re.findall(r"^(?:\+ Add|  Off) +(\w+)", shown.stdout, re.MULTILINE))
    # What SAM names by its content is named otherwise; a long name is broken into two lines.
    missing = {
        name
        for name in template.read()["Resources"]
        if name not in {"Dependencies", "Page", "Reference"}
        and not any(name.startswith(each) for each in added if len(each) >= min(len(name), 20))
    }
    assert missing == set()
    assert "Changeset created successfully" in shown.stdout
    # Nobody is named in prod's settings yet: neither webhook, nor address, nor who moves dead letters.
    off = set(re.findall(r"^  Off +(\w+)", shown.stdout, re.MULTILINE))
    assert {"Notices", "GotWorse", "Webhook", "WebhookConnection"} <= off
    assert "Uploading" not in shown.stdout
    assert re.search(rf"\d+ resources would be added, {len(off)} are off in prod\. Nothing was made\.\n$", shown.stdout)


def test_a_rehearsal_leaves_nothing_behind(local: LocalDeployment) -> None:
    before = local.stack

    local.make("rehearse", "STAGE=dev")

    assert local.stack == before
    assert local.call("GET", "/tenants/1/onboarding/session", token=local.token(4)).status == 200


def test_a_stage_that_is_not_there_is_refused_in_one_line(local: LocalDeployment) -> None:
    refused = local.make("rehearse", "STAGE=nowhere")

    assert refused.returncode != 0
    assert refused.stderr.splitlines()[0] == (
        "Refused: there is no [nowhere.deploy.parameters] of samconfig.toml; there are: dev, prod, staging"
    )
