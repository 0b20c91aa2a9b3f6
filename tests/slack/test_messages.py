"""Digests, notices, corrections: what people read, within Slack's limits, with nothing lost."""

from __future__ import annotations

import json
import os
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.adapters.slack.blocks import alert_blocks, fallback
from bot.adapters.slack.digests import LONGEST_MESSAGE, digest_blocks, digest_text
from bot.adapters.slack.messages import message_of, plainer
from bot.adapters.slack.text import link_of
from bot.core.model import Digest, DigestLine, Excerpt, KeyQuote, Notice
from tests.slack.blockkit import interpreted, problems, too_long, words_of
from tests.slack.samples import ALERT, CORRECTION, DIGEST, NOTICE, alert, line
from tests.slack.test_blocks import INJECTIONS, assert_harmless, outside

NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
ONE = 50 if NIGHTLY else 1


def urls(node: Any) -> set[str]:
    """Give every address that can be clicked in blocks or in a text."""
    found = set()
    if isinstance(node, dict):
        if node.get("type") == "link":
            found.add(node["url"])
        for value in node.values():
            found |= urls(value)
    elif isinstance(node, list):
        for value in node:
            found |= urls(value)
    return found


# ---------------------------------------------------------------- what people read


def test_digest_reads_by_rule_with_every_link() -> None:
    words = words_of(digest_blocks(DIGEST) or [])
    order = [
        "While it was quiet: 5 alerts",
        "harbour",
        "• Ferry number 1 leaves Nordby late · Coast Daily · ",
        "coastdaily.example",
        "Oda Brandt: ",
        "We will open the ",
        "• Ferry number 2",
        "harbourtimes.example",
        " and 3 more",
        "brandt",
        "• Brandt speaks in Sandvik",
    ]
    for piece in order:
        assert piece in words
        words = words.partition(piece)[2]


def test_digest_of_one_rule_does_not_repeat_its_name() -> None:
    shown = digest_blocks(Digest("digest", "12 more on harbour", (line(1), line(2)), 12)) or []
    assert words_of(shown).count("harbour") == 1


def test_phone_shows_the_title_of_a_digest_first() -> None:
    text = (message_of(DIGEST) or {})["text"]
    assert text.startswith("While it was quiet: 5 alerts · Ferry number 1 leaves Nordby late")


def test_notice_is_its_text() -> None:
    shown = message_of(NOTICE) or {}
    assert words_of(shown["blocks"]) == NOTICE.text
    assert shown["text"] == NOTICE.text


def test_correction_strikes_the_old_words_and_shows_the_new() -> None:
    blocks = alert_blocks(CORRECTION)
    styles = {}
    for block in blocks:
        for element in block["elements"] if block["type"] == "rich_text" else ():
            styles |= {part["text"]: part.get("style") for part in element["elements"]}
    assert styles["opens on Monday"] == {"strike": True}
    assert styles["opens on Tuesday"] == {"bold": True}
    assert styles["The ferry to Sandvik is cancelled."] == {"bold": True}
    assert fallback(CORRECTION).startswith("Correction: ")


def test_words_that_were_taken_out_are_struck_alone() -> None:
    words = words_of(alert_blocks(alert(kind="correction", changes=(("on Monday", ""),))))
    assert "on Monday\n (taken out)" in words


def test_origins_are_named() -> None:
    words = words_of(alert_blocks(alert(origins=("Coast Press", "Nord Wire"))))
    assert "3 outlets carry it · from Coast Press, Nord Wire · 2 more quotes" in words


@pytest.mark.parametrize("message", [ALERT, DIGEST, NOTICE], ids=lambda m: m.kind)
def test_repeat_is_said_in_every_message(message: Any) -> None:
    assert "possible repeat" in words_of((message_of(message, repeat=True) or {})["blocks"])
    assert "possible repeat" not in words_of((message_of(message) or {})["blocks"])


# ---------------------------------------------------------------- limits

_WILD = st.text(max_size=60) | st.sampled_from(INJECTIONS)
_LONG = _WILD | st.builds(str.__mul__, _WILD, st.integers(1, 60))
_URLS = st.builds(
    "https://{}.example/{}".format,
    st.sampled_from(["a", "news", "www.b"]),
    st.text(max_size=40) | st.text("abc%&?=", min_size=200, max_size=500),
)
_QUOTES = st.builds(
    KeyQuote,
    st.lists(st.builds(Excerpt, _LONG), min_size=1, max_size=2).map(tuple),
    st.none() | _LONG,
    _LONG,
)
_LINES = st.builds(
    DigestLine,
    rule=st.sampled_from(["a", "b", "c"]) | _WILD,
    title=_LONG,
    url=_URLS | _WILD,
    source=_WILD,
    domain=_WILD,
    published=st.datetimes(timezones=st.just(UTC), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    quote=st.none() | _QUOTES,
    links=st.lists(st.tuples(_WILD, _URLS), max_size=3).map(tuple),
    more_links=st.integers(0, 99),
)
DIGESTS = st.builds(
    Digest,
    kind=st.just("digest"),
    title=_LONG,
    lines=st.lists(_LINES, min_size=1, max_size=50).map(tuple),
    alerts=st.integers(1, 999),
)


def clickable(digest: Digest) -> set[str]:
    given_urls = [url for one in digest.lines for url in (one.url, *(u for _, u in one.links))]
    return {link[0] for url in given_urls if (link := link_of(url))}


@settings(max_examples=60 * ONE, deadline=None)
@given(DIGESTS, st.booleans())
def test_no_digest_is_over_a_limit_and_every_link_stays(digest: Digest, repeat: bool) -> None:  # noqa: FBT001 -- drawn
    shown = message_of(digest, repeat=repeat)
    assert shown is not None
    if blocks := shown.get("blocks"):
        assert problems(blocks) == []
        assert not too_long(blocks)
        assert clickable(digest) <= urls(blocks)
        assert 0 < len(shown["text"]) <= 4000
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            Block.parse_all(blocks)
        json.dumps(blocks).encode("ascii")
        for text in interpreted(blocks):
            assert_harmless(text)
    text = digest_text(digest)
    assert text is not None
    assert len(text) <= 40_000
    assert_harmless(text)
    assert_harmless(shown["text"])
    for url in clickable(digest):
        assert f"<{url.replace('&', '&amp;')}|" in text


@settings(max_examples=40 * ONE, deadline=None)
@given(_LONG)
def test_no_notice_is_over_a_limit(text: str) -> None:
    shown = message_of(Notice("notice", text)) or {}
    assert problems(shown["blocks"]) == []
    assert not too_long(shown["blocks"])
    assert_harmless(shown["text"])


@pytest.mark.parametrize("evil", INJECTIONS)
def test_words_of_a_feed_never_act_in_a_digest(evil: str) -> None:
    hostile = DigestLine(
        evil, evil, f"https://news.example/{evil}", evil, evil, ALERT.published,
        KeyQuote((Excerpt(evil),), evil, evil), ((evil, f"https://b.example/{evil}"),), 2,
    )  # fmt: skip
    digest = Digest("digest", evil, (hostile, hostile), 2)
    shown = message_of(digest) or {}
    assert problems(shown["blocks"]) == []
    assert interpreted(shown["blocks"]) == []
    for text in (shown["text"], (plainer(digest) or {})["text"]):
        assert_harmless(text)
        assert "<!" not in text
        assert "<@" not in outside(text)


def test_fifty_usual_lines_keep_titles_and_links_in_blocks() -> None:
    lines = tuple(
        line(n, url=f"https://coastdaily.example/news/2026/11/22/ferry-{n}-leaves-late-again")
        for n in range(50)
    )
    digest = Digest("digest", "50 more on harbour", lines, 50)
    blocks = digest_blocks(digest)
    assert blocks is not None
    assert len(urls(blocks)) == 50
    assert "Ferry number 49 leaves Nordby" in words_of(blocks)


def test_links_too_long_for_blocks_stand_in_the_text() -> None:
    lines = tuple(line(n, url=f"https://a.example/{n}?{'x' * 600}") for n in range(50))
    shown = message_of(Digest("digest", "50 more", lines, 50)) or {}
    assert "blocks" not in shown
    assert shown["text"].count("|a.example>") == 50


def test_links_too_long_for_slack_are_not_cut_off() -> None:
    lines = tuple(line(n, url=f"https://a.example/{n}?{'x' * 1900}") for n in range(50))
    assert message_of(Digest("digest", "50 more", lines, 50)) is None
    assert LONGEST_MESSAGE < 40_000
