"""The pages of the development sign-in: whom to sign in as, and why one cannot. Nothing is loaded from anywhere.

They have one style sheet, in the page, and the policy names its digest; there is no script.
"""

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from urllib.parse import urlencode

from aiohttp import web

from local.tenants import NAMES, ROLES

_STYLE = """
:root { color-scheme: light dark; --ink: #0f141a; --soft: #424650; --page: #f3f3f7; --card: #fff; --line: #8c8c94;
  --accent: #006ce0; --wrong: #b3001b; }
@media (prefers-color-scheme: dark) { :root { --ink: #ebebf0; --soft: #b4b4bb; --page: #0f141a; --card: #161d26;
  --line: #72747e; --accent: #75cfff; --wrong: #ff8f8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 2rem 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem; }
p { margin: .25rem 0 1rem; color: var(--soft); }
ul { list-style: none; margin: 0 0 1.5rem; padding: 0; }
li { margin: 0 0 .5rem; }
button, input { font: inherit; color: inherit; border-radius: .5rem; border: 1px solid var(--line); min-height: 2.75rem;
  background: var(--card); padding: .5rem .875rem; }
button { cursor: pointer; }
li button { width: 100%; text-align: start; display: flex; justify-content: space-between; gap: 1rem; }
li button b { font-weight: 600; }
li button span { color: var(--soft); }
button:hover { border-color: var(--accent); }
button:focus-visible, input:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
label { display: block; font-weight: 600; margin-bottom: .25rem; }
.other { display: flex; gap: .5rem; }
.other input { flex: 1; min-width: 0; }
.wrong { color: var(--wrong); }
"""

_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",  # the address holds the state
    "X-Content-Type-Options": "nosniff",
}


def picker(query: Mapping[str, str], *, wrong: str | None) -> web.Response:
    """Offer the people of the seeded tenants, and anybody else by id; *wrong* is an id that was none."""
    # The form is sent where it came from, with all that the page asked: nothing is kept here meanwhile.
    action = escape("?" + urlencode(list(query.items())))
    people = "".join(
        f'<li><button name="user" value="{user}"><b>{escape(name)}</b> '
        f"<span>{escape(ROLES.get(user, 'member of nothing'))} · user {user}</span></button></li>"
        for user, name in NAMES.items()
    )
    told, described = "", ""
    if wrong is not None:
        told = (
            '<p class="wrong" id="why" role="alert">A user id is a whole number from 1 on, without leading zeros.</p>'
        )
        described = ' aria-invalid="true" aria-describedby="why" autofocus'
    return _page(
        "Sign in",
        "<p>This is the development sign-in of a local deployment: pick who you are.</p>"
        f'<form method="post" action="{action}"><ul aria-label="People of every tenant">{people}</ul></form>'
        f'<form method="post" action="{action}"><label for="user">Another user id</label>{told}<div class="other">'
        f'<input id="user" name="user" inputmode="numeric" autocomplete="off" required{described}'
        f' value="{escape(wrong or "")}"><button>Sign in</button></div></form>',
        status=200 if wrong is None else 400,
    )


def message(title: str, text: str, *, status: int = 200) -> web.Response:
    """Say something to whoever is at the browser."""
    return _page(title, f"<p>{escape(text)}</p>", status=status)


def _page(title: str, content: str, *, status: int) -> web.Response:
    return web.Response(
        status=status,
        headers=_HEADERS,
        content_type="text/html",
        charset="utf-8",
        text=(
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<link rel="icon" href="data:,">'
            f"<title>{escape(title)} · Tenant Onboarding</title><style>{_STYLE}</style></head>"
            f"<body><main><h1>{escape(title)}</h1>{content}</main></body></html>"
        ),
    )
