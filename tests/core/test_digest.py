"""Many alerts in few messages: every link is told once, in messages that fit."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.core.digest import (
    LINKS_OF_A_LINE,
    MOST_CHARACTERS,
    MOST_LINKS,
    burst_title,
    digest_for,
    first_page,
    held_title,
    pages_of,
    weight,
)
from bot.core.holding import UTC_ZONE
from bot.core.model import Alert, Excerpt
from tests.samples import NOW, make_alert


def story(number: int, **changes: Any) -> tuple[str, Alert]:
    own = {"url": f"http://harbour.example/{number}", "story": f"s{number}"}
    return f"d{number}", make_alert(f"a{number}", **(own | changes))


ALERTS = st.lists(
    st.builds(
        lambda rule, its_story, url, title: (rule, its_story, url, title),
        st.sampled_from(["ferries", "tides", "storms"]),
        st.integers(0, 8),
        st.one_of(st.integers(0, 200), st.none()),
        st.integers(0, 400),
    ),
    max_size=180,
)


def _made(found: list[tuple[str, int, int | None, int]]) -> list[tuple[str, Alert]]:
    return [
        story(
            number,
            rule=rule,
            story=f"s{its_story}",
            url="" if url is None else f"http://harbour.example/{url}/{'x' * (url % 90)}",
            title=Excerpt("T" * title),
        )
        for number, (rule, its_story, url, title) in enumerate(found)
    ]


@given(ALERTS)
def test_every_alert_stands_in_one_page_with_its_link(
    found: list[tuple[str, int, int | None, int]],
) -> None:
    alerts = _made(found)
    pages = pages_of(alerts)
    assert sorted(at for page in pages for at in page.ids) == sorted(at for at, _ in alerts)
    said = dict(alerts)
    for page in pages:
        links = [u for line in page.lines for u in (line.url, *(url for _, url in line.links))]
        assert {said[at].url for at in page.ids} == set(links)
        assert len(page.lines) <= len(links) <= MOST_LINKS
        assert len(page.lines) == 1 or sum(map(weight, page.lines)) <= MOST_CHARACTERS
        assert all(len(line.links) <= LINKS_OF_A_LINE for line in page.lines)


@given(ALERTS.filter(bool))
def test_a_bursts_page_is_the_longest_beginning_that_fits(
    found: list[tuple[str, int, int | None, int]],
) -> None:
    alerts = _made(found)
    page = first_page(alerts)
    assert sorted(page.ids) == sorted(at for at, _ in alerts[: len(page.ids)])
    assert all(line.quote is None for line in page.lines)


def test_lines_are_by_rule_and_story_in_the_order_of_arrival() -> None:
    alerts = [
        story(1, rule="ferries", story="x"),
        story(2, rule="tides"),
        story(3, rule="ferries", story="y", quotes=()),
        story(4, rule="ferries", story="x", source="Coast Wire", quotes=()),
    ]
    [page] = pages_of(alerts)
    assert [(line.rule, line.url[-1]) for line in page.lines] == [
        ("ferries", "1"),
        ("ferries", "3"),
        ("tides", "2"),
    ]
    assert page.lines[0].links == (("Coast Wire", "http://harbour.example/4"),)
    assert [line.quote is not None for line in page.lines] == [True, False, True]


def test_a_quote_comes_from_the_first_report_that_has_one() -> None:
    [page] = pages_of([story(1, story="x", quotes=()), story(2, story="x")])
    assert page.lines[0].quote == make_alert().quotes[0]


def test_titles_say_how_many_on_what() -> None:
    [page] = pages_of([story(1), story(2, rule="tides"), story(3, rule="storms")])
    assert burst_title(page) == "3 more on ferries, tides and storms"
    [many] = pages_of([story(n, rule=f"r{n}") for n in range(4)])
    assert burst_title(many) == "4 more on 4 rules"
    assert held_title("quiet", 1, 1, 1, now=NOW, zone=UTC_ZONE) == "While it was quiet: 1 alert"
    assert held_title("late", 70, 2, 3, now=NOW, zone=UTC_ZONE) == "Catching up: 70 alerts (2/3)"


def test_a_digests_id_is_that_of_what_it_carries() -> None:
    [page] = pages_of([story(1), story(2)])
    made = digest_for("slack", "C1", page, "2 more on ferries")
    assert made.id == digest_for("slack", "C1", page, "another title").id
    assert made.id != digest_for("slack", "C2", page, "2 more on ferries").id
    assert made.message.kind == "digest"
    assert (made.article, made.story, made.rule_id) == ("", "", "")
