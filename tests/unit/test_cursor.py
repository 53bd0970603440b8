"""Cursors: opaque, and good only for the list they came from."""

import base64
from urllib.parse import parse_qsl, urlsplit

import pytest

from onboarding.cursor import List
from onboarding.domain.model import LARGEST_ID
from onboarding.errors import Invalid
from onboarding.views.problems import FieldError

EVIDENCE = List(1, "/tenants/1/onboarding/evidence")
RBAC = (("taskType", "rbac_check"),)
ANOTHER_S = {
    "another tenant": List(2, "/tenants/2/onboarding/evidence"),
    "a tenant whose id begins alike": List(11, "/tenants/11/onboarding/evidence"),
    "a filter": List(1, EVIDENCE.path, RBAC),
    "another list": List(1, "/tenants/1/onboarding/sessions"),
    "a user's list": List(1, "/me/evidence", of_user=True),
}
QUEUE = List(1, "/onboarding/sessions", of_user=True)


def encoded(text: bytes) -> str:
    """Encode as cursors are."""
    return base64.urlsafe_b64encode(text).decode()


def cursor_of(pages: List, after_id: int = 500) -> str:
    """Take the cursor out of the link to the page after *after_id*."""
    link = pages.link(after_id, 200)
    assert link is not None
    return dict(parse_qsl(urlsplit(link[1 : link.index(">")]).query))["cursor"]


def test_there_is_no_link_at_the_end() -> None:
    assert EVIDENCE.link(None, 200) is None


def test_the_link_leads_to_the_next_page_of_the_same_list() -> None:
    link = List(1, EVIDENCE.path, RBAC).link(500, 25)

    assert link is not None
    target, relation = link.split("; ")
    url = urlsplit(target.strip("<>"))
    assert relation == 'rel="next"'
    assert (url.scheme, url.netloc, url.path) == ("", "", "/tenants/1/onboarding/evidence")
    assert [name for name, _ in parse_qsl(url.query)] == ["taskType", "limit", "cursor"]
    assert dict(parse_qsl(url.query))["limit"] == "25"


def test_without_a_cursor_a_list_begins_at_its_beginning() -> None:
    assert EVIDENCE.after(None) is None


@pytest.mark.parametrize("after_id", [1, 500, LARGEST_ID])
@pytest.mark.parametrize("pages", [EVIDENCE, *ANOTHER_S.values()], ids=["evidence", *ANOTHER_S])
def test_a_cursor_goes_on_after_the_last_one_seen(pages: List, after_id: int) -> None:
    assert pages.after(cursor_of(pages, after_id)) == after_id


@pytest.mark.parametrize("other", ANOTHER_S.values(), ids=ANOTHER_S)
def test_another_list_s_cursor_is_refused(other: List) -> None:
    with pytest.raises(Invalid) as refused:
        EVIDENCE.after(cursor_of(other))

    assert refused.value.code == "invalid_request"
    assert refused.value.fields == {"errors": [FieldError(field="cursor", message="is not of this list")]}


@pytest.mark.parametrize(
    "other",
    [
        List(2, QUEUE.path, of_user=True),
        List(11, QUEUE.path, of_user=True),
        List(1, "/tenants/1/onboarding/sessions"),
    ],
    ids=["another user's", "a user's whose id begins alike", "the tenant's of that id"],
)
def test_another_s_cursor_is_refused_in_a_queue(other: List) -> None:
    assert QUEUE.after(cursor_of(QUEUE)) == 500
    with pytest.raises(Invalid):
        QUEUE.after(cursor_of(other))


def test_a_cursor_of_everything_is_refused_where_a_filter_is_on() -> None:
    with pytest.raises(Invalid):
        List(1, EVIDENCE.path, RBAC).after(cursor_of(EVIDENCE))


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "!",
        "ä",
        "٣",
        "====",
        "\x00",
        "=" + cursor_of(EVIDENCE),
        cursor_of(EVIDENCE)[:-4],
        cursor_of(EVIDENCE) + "AAAA",
        cursor_of(EVIDENCE) + "\n",
        encoded(b""),
        encoded(b"500"),
        encoded(b"evidence@1?@"),
        encoded(b"evidence@1?@0"),
        encoded(b"evidence@1?@-5"),
        encoded(b"evidence@1?@ 500"),
        encoded("evidence@1?@٣".encode()),
        encoded(b"evidence@1?@9007199254740992"),
        encoded(b"evidence@1?x@500"),
        encoded(b"evidence@1@500"),
        encoded(b"Evidence@1?@500"),
        encoded(b"\xff\xfe@500"),
    ],
)
def test_a_cursor_that_was_tampered_with_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid) as refused:
        EVIDENCE.after(cursor)

    assert refused.value.fields == {"errors": [FieldError(field="cursor", message="is not of this list")]}
