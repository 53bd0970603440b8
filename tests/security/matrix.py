"""Who may do what, as data: the source is "People and access" in the design, and every cell is asked.

A cell is the status that a person is answered with; what stands for a status with a code of its own is told in `WORDS`.
"""

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """What a cell stands for: a status, and the code of a refusal."""

    status: int
    code: str | None = None


WORDS = {
    "401": Answer(401, "unauthenticated"),
    "403": Answer(403, "role_insufficient"),
    "404": Answer(404, "tenant_not_found"),
    "none": Answer(404, "route_not_found"),
    "take": Answer(403, "takeover_forbidden"),
    "asgn": Answer(403, "assignment_forbidden"),
    "abdn": Answer(403, "abandon_forbidden"),
    "lock": Answer(409, "session_locked"),
    "lost": Answer(409, "lock_lost"),
    "page": Answer(404, "page_not_built"),
}

# ── Routes and people ────────────────────────────────────────────────────────────────────────────────────────────────

PEOPLE = (
    *("readonly", "operator", "manager", "owner"),
    *("readonly elsewhere", "operator elsewhere", "manager elsewhere", "owner elsewhere"),
    *("nobody", "platform"),
    *("platform and readonly", "platform and operator", "platform and manager", "platform and owner"),
    "no token",
)
"""Members of the tenant, members of another tenant only, who is member of none, who has the platform's scope without a
membership and with one, and who brings no token: the columns, from left to right."""

ROUTES = """
                     | member here      | member elsewhere | no- | plat- | platform, and    | no
                     |                  | only             | body| form  | member here      | token
                     | rea ope man own  | rea ope man own  |     |       | rea ope man own  |
---------------------+------------------+------------------+-----+-------+------------------+------
list_my_sessions     | 200 200 200 200  | 200 200 200 200  | 200 |  200  | 200 200 200 200  | 401
list_members         | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
list_connections     | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
get_session          | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
list_sessions        | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
list_tasks           | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
get_run              | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
list_evidence        | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
compare_evidence     | 200 200 200 200  | 404 404 404 404  | 404 |  404  | 200 200 200 200  | 401
list_audit           | 403 403 403 200  | 404 404 404 404  | 404 |  404  | 403 403 403 200  | 401
create_session       | 403 201 201 201  | 404 404 404 404  | 404 |  404  | 403 201 201 201  | 401
update_session       | 403 200 200 200  | 404 404 404 404  | 404 |  404  | 403 200 200 200  | 401
start_run            | 403 201 201 201  | 404 404 404 404  | 404 |  404  | 403 201 201 201  | 401
cancel_run           | 403 200 200 200  | 404 404 404 404  | 404 |  404  | 403 200 200 200  | 401
preflight_connection | 403 200 200 200  | 404 404 404 404  | 404 |  404  | 403 200 200 200  | 401
create_consent_link  | 403 201 201 201  | 404 404 404 404  | 404 |  404  | 403 201 201 201  | 401
register_member      | 403 403 403 200  | 404 404 404 404  | 404 |  200  | 200 200 200 200  | 401
remove_member        | 403 403 403 204  | 404 404 404 404  | 404 |  204  | 204 204 204 204  | 401
register_connection  | 403 403 403 201  | 404 404 404 404  | 404 |  201  | 201 201 201 201  | 401
register_tenant      | 403 403 403 403  | 404 404 404 404  | 404 |  200  | 200 200 200 200  | 401
serve_openapi        | 200 200 200 200  | 200 200 200 200  | 200 |  200  | 200 200 200 200  | 200
serve_docs           | 200 200 200 200  | 200 200 200 200  | 200 |  200  | 200 200 200 200  | 200
record_consent       | 400 400 400 400  | 400 400 400 400  | 400 |  400  | 400 400 400 400  | 400
serve_page           | 200 200 200 200  | 200 200 200 200  | 200 |  200  | 200 200 200 200  | 200
serve_page_itself    | page page page page | page page page page | page | page | page page page page | page
unmatched            | none none none none | none none none none | none | none | none none none none | 401
unmatched_options    | 204 204 204 204  | 204 204 204 204  | 204 |  204  | 204 204 204 204  | 204
"""

PUBLIC = ("record_consent", "serve_docs", "serve_openapi", "serve_page", "serve_page_itself", "unmatched_options")
"""The closed list of what is asked without a token."""

# ── Acts whose right depends on the body of a PATCH, and people ──────────────────────────────────────────────────────

ACTORS = (
    *("readonly", "operator", "assignee", "holder", "manager", "owner"),
    *("owner elsewhere", "nobody", "platform", "platform and readonly", "platform and operator"),
)
"""As above; `assignee` and `holder` are an operator to whom the session is assigned, or who holds its live lock."""

ME, ANOTHER = 0, 6
"""Stands for whoever asks; and an operator who has nothing to do with the session."""

BODIES: dict[str, dict[str, Any]] = {
    "change the step": {"current_step": 1},
    "leave a note": {"note": "Calls back.", "waiting_until": None},
    "change the connection": {"provider_connection_id": 102},
    "keep the lock": {},
    "take over": {"takeover": True},
    "assign oneself": {"assigned_to_user_id": ME},
    "take over and assign oneself": {"assigned_to_user_id": ME, "takeover": True},
    "assign another": {"assigned_to_user_id": ANOTHER},
    "take over and assign another": {"assigned_to_user_id": ANOTHER, "takeover": True},
    "unassign": {"assigned_to_user_id": None},
    "abandon": {"status": "abandoned"},
    "take over and abandon": {"status": "abandoned", "takeover": True},
    "complete": {"status": "completed"},
}
"""What each act asks for."""

ACTS = """
                                        | member here                   | owner no-  plat platform and
                                        | rea  ope  asgd hold man  own  | else  body form rea  ope
----------------------------------------+-------------------------------+-----------------------------
change the step, lock free              | 403  200  200  200  200  200  | 404   404  404  403  200
change the step, lock held              | 403  lock lock 200  lock lock | 404   404  404  403  lock
leave a note, lock free                 | 403  200  200  200  200  200  | 404   404  404  403  200
leave a note, lock held                 | 403  lock lock 200  lock lock | 404   404  404  403  lock
change the connection, lock free        | 403  200  200  200  200  200  | 404   404  404  403  200
change the connection, lock held        | 403  lock lock 200  lock lock | 404   404  404  403  lock
keep the lock, lock free                | 403  lost lost 200  lost lost | 404   404  404  403  lost
keep the lock, lock held                | 403  lost lost 200  lost lost | 404   404  404  403  lost
take over, lock free                    | 403  200  200  200  200  200  | 404   404  404  403  200
take over, lock held                    | 403  take 200  200  200  200  | 404   404  404  403  take
assign oneself, lock free               | 403  200  200  200  200  200  | 404   404  404  403  200
assign oneself, lock held               | 403  lock lock 200  lock lock | 404   404  404  403  lock
take over and assign oneself, lock held | 403  take 200  200  200  200  | 404   404  404  403  take
assign another, lock free               | 403  asgn 200  200  200  200  | 404   404  404  403  asgn
assign another, lock held               | 403  lock lock 200  lock lock | 404   404  404  403  lock
take over and assign another, lock held | 403  take 200  200  200  200  | 404   404  404  403  take
unassign, lock free                     | 403  asgn 200  200  200  200  | 404   404  404  403  asgn
unassign, lock held                     | 403  lock lock 200  lock lock | 404   404  404  403  lock
abandon, lock free                      | 403  abdn 200  200  200  200  | 404   404  404  403  abdn
abandon, lock held                      | 403  lock lock 200  lock lock | 404   404  404  403  lock
take over and abandon, lock held        | 403  take 200  200  200  200  | 404   404  404  403  take
complete, lock free                     | 403  200  200  200  200  200  | 404   404  404  403  200
complete, lock held                     | 403  lock lock 200  lock lock | 404   404  404  403  lock
"""
"""Every act while nobody holds the lock, and while another does; who is the holder holds it either way."""

NAMED = {"owner", "platform and readonly", "platform and operator", "platform and manager", "platform and owner"}
"""Who is shown, of a connection, what names its credential: whoever may register one, and is a member."""

type Cells = dict[str, dict[str, Answer]]
"""What is expected, or was answered, by row and by person."""


def routes(table: str = ROUTES) -> Cells:
    """Read what every route answers everybody."""
    return _cells(table, PEOPLE)


def acts(table: str = ACTS) -> Cells:
    """Read what everybody is answered who asks for an act within a PATCH."""
    return _cells(table, ACTORS)


def cell(word: str) -> Answer:
    """Read one cell."""
    return WORDS.get(word) or Answer(int(word))


def _cells(table: str, people: tuple[str, ...]) -> Cells:
    _, _, rows = table.partition("---")
    cells: Cells = {}
    for row in rows.splitlines()[1:]:
        name, *words = row.replace("|", " ").rsplit(maxsplit=len(people))
        cells[name.strip()] = {who: cell(word) for who, word in zip(people, words, strict=True)}
    return cells
