from __future__ import annotations

import json
import os
import re
import warnings
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.adapters.slack.blocks import BUTTONS, WHY, alert_blocks, fallback
from bot.adapters.slack.drafts import Draft, add_view, preview_view, remove_view
from bot.adapters.slack.home import home_view
from bot.adapters.slack.listing import fitting_list
from bot.adapters.slack.replies import at_field, reply_blocks
from bot.adapters.slack.text import clean, link_of, typed
from bot.adapters.slack.views import quotes_view
from bot.core.model import Alert, Excerpt, KeyQuote, Overview, Rule, RuleWeek
from bot.errors import QueryError
from bot.ports import Reply
from tests.slack.blockkit import controls, interpreted, problems, too_long, view_problems, words_of
from tests.slack.samples import ALERT, alert, delivery


def accepted_by_sdk(blocks: list[dict[str, Any]]) -> None:
    """Have Slack's own models read and check blocks, and write the same again."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for block, parsed in zip(blocks, Block.parse_all(blocks), strict=True):
            assert parsed.to_dict() == block


# ---------------------------------------------------------------- what people read


def test_alert_reads_top_down() -> None:
    words = words_of(alert_blocks(ALERT, BUTTONS))
    order = [
        "Harbour of Nordby to open on Monday",
        "The Harbour Times",
        "<!date^1795327200^{date_short_pretty}, {time}|2026-11-22 06:00 UTC>",
        "|harbourtimes.example>",
        "harbour\n: harbour · harbour, Oda Brandt",
        " was closed for three weeks.",
        "Oda Brandt",
        "minister of transport",
        "We will open the ",
        "Unattributed",
        "It was time",
        "high time",
        "3 outlets carry it · 2 more quotes",
        "Why?",
        "All quotes",
        "Snooze 24 h",
        "Not relevant",
        "Mute story",
    ]
    for piece in order:
        assert piece in words
        words = words.partition(piece)[2]


def test_highlights_are_bold_and_nothing_is_changed() -> None:
    [quote] = [
        b for b in alert_blocks(ALERT) if b["type"] == "rich_text" and len(b["elements"]) == 2
    ][:1]
    parts = quote["elements"][1]["elements"]
    assert "".join(part["text"] for part in parts) == ALERT.quotes[0].text
    assert [part["text"] for part in parts if part.get("style") == {"bold": True}] == ["harbour"]


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (("Rafah", "Rafah"), "rafah"),
        (("said:@brandt", "Brandt"), "rafah\n: said:@brandt · Brandt"),
        (("ICC", "icc", " "), "rafah\n: ICC"),
        ((), "rafah"),
    ],
)
def test_reasons_are_said_once(why: tuple[str, ...], shown: str) -> None:
    assert words_of([alert_blocks(alert(rule="rafah", why=why))[2]]) == shown


def test_a_quote_that_another_tells_of_names_both() -> None:
    """In the alert and in the line that phones show."""
    quote = KeyQuote((Excerpt("I was afraid"),), "Ann Lee", "mayor of Orrin", "Colin Falk")
    told = alert(quotes=(quote,))
    line = words_of(alert_blocks(told)).replace("\n,", ",")
    assert "Ann Lee, mayor of Orrin, according to Colin Falk" in line
    assert fallback(told).startswith("Ann Lee, according to Colin Falk: “I was afraid”")


def test_unattributed_is_not_set_like_a_name() -> None:
    blocks = alert_blocks(alert(quotes=(KeyQuote((Excerpt("Words"),), None),)))
    [speaker] = [
        e for b in blocks for e in b.get("elements", []) if e["type"] == "rich_text_section"
    ][-1]["elements"]
    assert speaker == {"type": "text", "text": "Unattributed", "style": {"italic": True}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {},
            (
                "Oda Brandt: “We will open the harbour on Monday, whatever the weather.” — "
                "Harbour of Nordby to open on Monday · The Harbour Times"
            ),
        ),
        ({"quotes": ()}, "Harbour of Nordby to open on Monday · The Harbour Times"),
        (
            {"quotes": (), "kind": "correction"},
            "Correction: Harbour of Nordby to open on Monday · The Harbour Times",
        ),
        ({"quotes": (), "title": Excerpt(""), "source": "", "domain": ""}, "harbour"),
    ],
)
def test_phones_show_the_essence_first(changes: dict[str, Any], expected: str) -> None:
    assert fallback(alert(**changes)) == expected


def test_buttons_are_left_out_where_they_have_no_use() -> None:
    assert [b["type"] for b in alert_blocks(alert(url=""), (WHY,))][-1] != "actions"
    assert (
        alert_blocks(alert(url="https://a.example/" + "x" * 2000), (WHY,))[-1]["type"] != "actions"
    )


def test_corrections_and_follow_ups_say_what_they_are() -> None:
    assert "*Correction*" in words_of(alert_blocks(alert(kind="correction")))
    assert "*New in a story you were told of*" in words_of(alert_blocks(alert(kind="follow-up")))


# ---------------------------------------------------------------- limits

_WILD = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("<>&|*_~`:@#!^\"'\\\n\t \u202e\u200b\u200d\x00\ud800é한 😀")),
        st.characters(),
    ),
    max_size=60,
)
_LONG = st.builds(lambda text, times: text * times, _WILD, st.sampled_from([1, 1, 1, 30, 300]))


@st.composite
def _excerpts(draw: st.DrawFn) -> Excerpt:
    text = draw(_LONG)
    spans = st.tuples(st.integers(0, len(text) + 3), st.integers(0, len(text) + 3))
    return Excerpt(text, tuple(draw(st.lists(spans, max_size=12))))


_QUOTES = st.builds(
    KeyQuote,
    st.lists(_excerpts(), min_size=1, max_size=3).map(tuple),
    st.none() | _LONG,
    _LONG,
)
ALERTS = st.builds(
    Alert,
    kind=st.sampled_from(["alert", "follow-up", "correction"]),
    rule=_LONG,
    why=st.lists(_LONG, max_size=6).map(tuple),
    title=_excerpts(),
    url=_LONG | _LONG.map(lambda text: f"https://news.example/{text}"),
    source=_LONG,
    domain=_WILD,
    published=st.datetimes(timezones=st.just(UTC), max_value=datetime(2200, 1, 1)),  # noqa: DTZ001
    summary=st.lists(_excerpts(), max_size=5).map(tuple),
    quotes=st.lists(_QUOTES, max_size=7).map(tuple),
    more_quotes=st.integers(0, 500),
    story=st.just("s"),
    article=st.just("a" * 32),
    sources=st.integers(1, 999),
    teaser=st.booleans(),
    changes=st.lists(st.tuples(_LONG, _LONG), max_size=6).map(tuple),
    origins=st.lists(_LONG, max_size=6).map(tuple),
    broadcast=st.booleans(),
)


NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
ONE = 50 if NIGHTLY else 1


@settings(max_examples=100 * ONE, deadline=None)
@given(ALERTS, st.booleans())
def test_no_alert_is_over_a_limit(given_alert: Alert, repeat: bool) -> None:  # noqa: FBT001 -- drawn
    blocks = alert_blocks(given_alert, BUTTONS, repeat=repeat)
    assert problems(blocks) == []
    assert not too_long(blocks)
    accepted_by_sdk(blocks)
    assert 0 < len(fallback(given_alert)) <= 4000
    json.dumps(blocks).encode("ascii")
    for text in [*interpreted(blocks), fallback(given_alert)]:
        assert_harmless(text)


def test_largest_alert_fits() -> None:
    """Everything at its longest at once: quotation marks double in JSON, marks multiply objects."""
    words = '"w" ' * 3000
    marks = tuple((at, at + 1) for at in range(0, 600, 2))
    long = Excerpt(words, marks)
    url = "https://news.example/" + "x" * 1970
    given_alert = alert(
        rule=words,
        why=(words,) * 5,
        title=long,
        url=url,
        source=words,
        summary=(long,) * 9,
        quotes=(KeyQuote((long,) * 4, words, words),) * 20,
        changes=((words, words),) * 9,
        origins=(words,) * 9,
        story=words,
    )
    blocks = alert_blocks(given_alert, BUTTONS, repeat=True)
    assert problems(blocks) == []
    assert not too_long(blocks)


def test_common_alert_is_not_shortened() -> None:
    sentence = Excerpt(
        "A sentence of an article, with some twenty words in it, as they often are. " * 2
    )
    quote = KeyQuote((sentence,), "Oda Brandt", "minister of transport")
    blocks = alert_blocks(alert(summary=(sentence,) * 3, quotes=(quote,) * 3), BUTTONS)
    assert words_of(blocks).count(sentence.text) == 6


@settings(max_examples=60 * ONE, deadline=None)
@given(_LONG, st.booleans())
def test_no_answer_is_over_a_limit(text: str, public: bool) -> None:  # noqa: FBT001 -- drawn
    blocks = reply_blocks(Reply(text, public=public), "U0000001")
    assert problems(blocks) == []
    assert not too_long(blocks)
    accepted_by_sdk(blocks)


def test_long_answer_says_what_was_cut() -> None:
    blocks = reply_blocks(Reply("\n".join(f"rule{number}: words" for number in range(2000))))
    assert words_of(blocks).rstrip().endswith("more lines")
    assert problems(blocks) == []


def _overview(query: str, title: str, times: int) -> Overview:
    weeks = tuple(
        RuleWeek(Rule(f"r{n}", title, query * times), (0, n, 2 * n, 0, 1, 5, 9))
        for n in range(4 * times)
    )
    shown = delivery("C0000001", alert(title=Excerpt(title), rule=query, url=title))
    listed = tuple((f"C000000{n}", weeks) for n in range(10))
    return Overview(listed, 5, ((title, title),) * 8, (shown,) * 10)


@settings(max_examples=40 * ONE, deadline=None)
@given(_LONG, _LONG)
def test_no_list_is_over_a_limit(name: str, query: str) -> None:
    rules = [Rule(f"r{n}", name, query, paused=n % 2 == 0) for n in range(60)]
    blocks = fitting_list(rules)
    assert problems(blocks) == []
    assert not too_long(blocks)
    accepted_by_sdk(blocks)
    [more] = interpreted(blocks)
    assert re.fullmatch(r"… and [345][0-9] more", more)


@settings(max_examples=30 * ONE, deadline=None)
@given(_WILD.filter(str.strip), st.lists(_QUOTES, max_size=5), st.sampled_from([1, 30]), _LONG)
def test_no_form_is_over_a_limit(
    query: str, quotes: list[KeyQuote], times: int, title: str
) -> None:
    quotes *= times
    draft = Draft("C0000001", query, "name")
    reply = Reply(title)
    for view in (
        add_view(draft),
        add_view(Draft("")),
        preview_view(draft, reply, "x"),
        preview_view(draft, None, "x"),
        quotes_view(title, quotes),
        add_view(Draft("C0000001", query, "name", rule=query[:40], former=query)),
        remove_view(Draft("C0000001", rule=query[:40], former=query)),
        home_view(_overview(query, title, times), reply, may_add=True),
        home_view(Overview((), 0, (), ()), reply, may_add=False),
    ):
        found = [text for text in view_problems(view) if text != "private_metadata"]
        assert found == []
        accepted_by_sdk(view["blocks"])


# ---------------------------------------------------------------- nothing foreign acts

INJECTIONS = [
    "<!channel>",
    "<!here>",
    "<!everyone>",
    "<!here|here>",
    "<@U0000001>",
    "<@U0000001|boss>",
    "<!subteam^S0000001>",
    "<!subteam^S0000001|@desk>",
    "<#C0000001>",
    "<#C0000001|secret>",
    "<https://evil.example|https://bank.example>",
    "<https://evil.example>",
    "<mailto:a@b.example|write>",
    "<tel:112|call>",
    "<javascript:alert(1)|x>",
    "<slack://open|x>",
    "<!date^1^{date}|x>",
    "<!date^1^{date}^https://evil.example|x>",
    "&lt;!channel&gt;",
    "&amp;lt;!channel&amp;gt;",
    "&#60;!channel&#62;",
    "< !channel>",
    "<!channel",
    "!channel>",
    "<<!channel>>",
    "<\u200b!channel>",
    "<!chan\u200bnel>",
    "<!chan\u00adnel>",
    "<\x00!channel>",
    "<\u202e!channel>",
    "\u202egnp.exe",
    "\u2066evil\u2069",
    "\u200f<!here>",
    "\ufeff<!here>",
    "\U000e0041\U000e0042",
    "*bold*",
    "_italic_",
    "~struck~",
    "`code`",
    "```block```",
    "> quote",
    "* list\n* list",
    ":bomb: :smile:",
    "@channel @here @everyone",
    "#general",
    "https://evil.example/?a=<b>|c",
    "evil.example",
    "a|b>c<d&e",
    "\r\n<!channel>\r\n",
    "\u2028<!channel>\u2029",
    "\ud800<!here>",
    "[x](https://evil.example)",
    '{"type":"mrkdwn","text":"<!channel>"}',
]


def outside(text: str) -> str:
    """Give what stands outside of `<` and `>`."""
    for control in controls(text):
        text = text.replace(f"<{control}>", "")
    return text


def assert_harmless(text: str) -> None:
    """Nothing between `<` and `>` but dates and links that show the host they lead to."""
    for control in controls(text):
        if control.startswith("!date^"):
            continue
        url, _, label = control.partition("|")
        host = url.split("/")[2].split(":")[0]
        assert url.startswith(("http://", "https://"))
        assert host.removeprefix("www.") == label
    assert "<" not in outside(text)
    assert ">" not in outside(text)


@pytest.mark.parametrize("evil", INJECTIONS)
def test_words_of_a_feed_never_act(evil: str) -> None:
    """Wherever it stands, it is shown, not carried out."""
    hostile = Alert(
        kind="alert",
        rule=evil,
        why=(evil, evil),
        title=Excerpt(evil, ((0, 2),)),
        url=f"https://news.example/{evil}",
        source=evil,
        domain=evil,
        published=ALERT.published,
        summary=(Excerpt(f"Before {evil} after", ((3, 9),)),),
        quotes=(KeyQuote((Excerpt(evil),), evil, evil),),
        more_quotes=0,
        story="s",
        article=evil,
        changes=((evil, evil), ("", evil)),
        origins=(evil,),
    )
    blocks = alert_blocks(hostile, BUTTONS)
    assert problems(blocks) == []
    for text in [*interpreted(blocks), fallback(hostile)]:
        assert_harmless(text)
    for text in interpreted(blocks):
        assert evil not in outside(text)
    shown = words_of(blocks) + fallback(hostile)
    for hidden in "\u202e\u2066\u2069\u200b\u200f\u00ad\ufeff\x00\U000e0041\ud800":
        assert hidden not in shown
    assert_harmless(" ".join(interpreted(reply_blocks(Reply(evil, public=True), "U1")[:-1])))


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://www.a.example/x", ("https://www.a.example/x", "a.example")),
        ("http://a.example:8080/x?y=1#z", ("http://a.example:8080/x?y=1#z", "a.example")),
        ("https://a.example/a|b<c>d e", ("https://a.example/a%7Cb%3Cc%3Ed%20e", "a.example")),
        ("https://a.example/%D7%A9", ("https://a.example/%D7%A9", "a.example")),
        ("https://a.example/ש", ("https://a.example/%D7%A9", "a.example")),
        ("https://аpple.example/", ("https://xn--pple-43d.example/", "xn--pple-43d.example")),
        ("https://bank.example@evil.example/", None),
        ("https://evil.example\\@bank.example/", None),
        ("https://user:pw@bank.example/", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("slack://channel?id=C1", None),
        ("ftp://a.example/x", None),
        ("https:///x", None),
        ("https://a.example:99999/", None),
        ("https://[::1/", None),
        ("https://a b.example/", None),
        ("https://a.example/\nx", None),
        ("//a.example/x", None),
        ("", None),
        ("https://a.example/" + "x" * 2000, None),
    ],
)
def test_links_lead_where_they_say(url: str, link: tuple[str, str] | None) -> None:
    assert link_of(url) == link


def test_cleaning_keeps_what_belongs_to_a_script() -> None:
    assert clean("می‌خواهم") == "می‌خواهم"
    assert clean("👩‍🚒") == "👩‍🚒"
    assert clean("un‌seen") == "unseen"
    assert clean("a\r\nb\u2028c\x07") == "a\nb\nc"


# ---------------------------------------------------------------- what people type


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("add rafah &amp; gaza &lt;x&gt;", "add rafah & gaza <x>"),
        ("add <@U0000001|khan> said", "add @khan said"),
        ("add <!here> x", "add @here x"),
        ("add <!subteam^S1|@desk>", "add @desk"),
        ("add rafah <#C0000001|desk>", "add rafah #desk"),
        ("add rafah <#C0000001|>", "add rafah #C0000001"),
        ("explain <https://a.example/x?a=1&amp;b=2>", "explain https://a.example/x?a=1&b=2"),
        ("explain <http://a.example|a.example>", "explain a.example"),
        ("add “open harbour” OR „x“", 'add "open harbour" OR "x"'),
        ("  add x  ", "add x"),
    ],
)
def test_commands_are_read_as_they_were_typed(sent: str, meant: str) -> None:
    assert typed(sent) == meant


def test_caret_moves_into_the_line() -> None:
    error = QueryError("rafah AND (gaza", 10, "this bracket is never closed")
    assert at_field(str(error)).endswith("rafah AND ▸(gaza")
    assert at_field("no caret") == "no caret"


def test_answers_with_columns_stay_aligned_and_links_can_be_clicked() -> None:
    [block] = reply_blocks(Reply("name    query\nrafah   Rafah"))
    assert block["elements"][0]["type"] == "rich_text_preformatted"
    [block] = reply_blocks(Reply("see https://a.example/x, or not"))
    assert block["elements"][0]["elements"] == [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://a.example/x", "text": "https://a.example/x"},
        {"type": "text", "text": ", or not"},
    ]


def test_repeat_is_said() -> None:
    assert "possible repeat" in words_of(alert_blocks(replace(ALERT, sources=1), repeat=True))


def test_table_is_large_enough() -> None:
    assert len(INJECTIONS) >= 40
