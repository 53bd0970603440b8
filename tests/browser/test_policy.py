"""The page may do nothing but what it needs, and asks nobody but who serves it."""

from playwright.sync_api import Response, expect

from tests.browser.people import ALEX, Room


def test_the_page_comes_with_a_policy_that_allows_no_script_but_its_own_files(people: Room) -> None:
    alex = people.open()

    answer = alex.goto("/app")

    assert isinstance(answer, Response)
    said = map(str.split, answer.headers["content-security-policy"].split(";"))
    policy = {name: set(sources) for name, *sources in said}
    assert policy["default-src"] == {"'none'"}
    assert policy["script-src"] == policy["style-src"] == {"'self'"}
    assert policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}
    assert not {source for sources in policy.values() for source in sources if "unsafe" in source or source == "*"}


def test_what_was_slipped_into_the_page_is_not_run_and_the_watch_sees_it(people: Room) -> None:
    alex = people.sit_down(ALEX)
    people.watch.expects("policy violated: script-src-elem inline", "Executing inline script violates")

    alex.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.slippedIn = true";
          document.body.append(script);
        }"""
    )

    assert alex.evaluate("window.slippedIn") is None


def test_who_asks_another_host_is_seen_and_stopped(people: Room) -> None:
    alex = people.sit_down(ALEX)
    people.watch.expects("policy violated: connect-src", "violates the following Content Security Policy", "Fetch API")

    outcome = alex.evaluate("fetch('https://elsewhere.invalid/').then(() => 'answered', () => 'stopped')")

    assert outcome == "stopped"
    expect(alex.get_by_role("table", name="My tenants")).to_be_visible()
