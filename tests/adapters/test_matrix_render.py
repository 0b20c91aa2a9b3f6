"""What an alert looks like in a room."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bot.adapters.matrix.parts import LARGEST
from bot.adapters.matrix.render import alert_content
from bot.adapters.matrix.replies import reply_content
from bot.core.model import Excerpt, KeyQuote
from tests.matrix.samples import ALERT, delivery

BODY = """\
Harbour of Dunmore to close, minister says
The Harbour Times · harbour-times.example · 2026-11-20 09:30 UTC · 2 sources
https://www.harbour-times.example/2026/close?a=1&b=2
- The harbour of Dunmore will close in March.
> “We will close the harbour … and we will pay”
> — Ada Venn, minister of ports
> “Nobody asked us”
> — unattributed
3 more quotes in the article
Why: harbour: harbour · harbour, Dunmore"""

HTML = (
    '<p><a href="https://www.harbour-times.example/2026/close?a=1&amp;b=2"><b>'
    "<i>Harbour</i> of Dunmore to close, minister says</b></a><br>"
    "The Harbour Times · harbour-times.example · 2026-11-20 09:30 UTC · 2 sources</p>"
    "<ul><li>The <b>harbour</b> of Dunmore will close in March.</li></ul>"
    "<blockquote>“We will close the <b>harbour</b> … and we will pay”<br>"
    "— <b>Ada Venn</b>, minister of ports</blockquote>"
    "<blockquote>“Nobody asked us”<br>— <i>unattributed</i></blockquote>"
    "<p>3 more quotes in the article<br><i>Why:</i> harbour: harbour · harbour, Dunmore</p>"
)


def test_an_alert() -> None:
    """HTML and plain body say the same; quotes stand in blockquotes with who said them."""
    content = alert_content(delivery("!r"))
    assert content["body"] == BODY
    assert content["formatted_body"] == HTML
    assert content["msgtype"] == "m.notice"
    assert content["m.mentions"] == {}
    assert content["org.wirewatch.delivery"] == delivery("!r").id
    assert content["org.wirewatch.alert"] == {
        "url": ALERT.url, "article": "article1", "story": "story1", "rule": "harbour",
    }  # fmt: skip
    assert "m.relates_to" not in content


def test_a_quote_that_another_tells_of_names_both() -> None:
    """Behind the speaker stands who told of the words, escaped like all that comes from a page."""
    quote = KeyQuote((Excerpt("I was afraid"),), "Ann Lee", "mayor", "Falk <& Sons>")
    content = alert_content(delivery("!r", quotes=(quote,)))
    assert "\n> — Ann Lee, mayor, according to Falk <& Sons>\n" in content["body"]
    shown = "— <b>Ann Lee</b>, mayor, according to Falk &lt;&amp; Sons&gt;</blockquote>"
    assert shown in content["formatted_body"]


@pytest.mark.parametrize(
    ("kind", "head"), [("follow-up", "Follow-up: H"), ("correction", "Correction: H")]
)
def test_what_follows_stands_in_the_thread(kind: str, head: str) -> None:
    """A follow-up names what it is and hangs below the first alert, in the same room only."""
    sent = replace(delivery("!r", kind=kind), parent_ref="!r:x.example $first")
    content = alert_content(sent, room="!r:x.example")
    assert content["body"].startswith(head)
    assert content["m.relates_to"] == {
        "rel_type": "m.thread",
        "event_id": "$first",
        "is_falling_back": True,
        "m.in_reply_to": {"event_id": "$first"},
    }
    assert "m.relates_to" not in alert_content(sent, room="!upgraded")


def test_where_it_comes_from() -> None:
    """Agencies behind the story's reports are named, a few of many."""
    content = alert_content(delivery("!r", origins=("Reuters", "A<b>P", *"CDEFGH")))
    assert "· 2 sources · from Reuters, A<b>P, C, D, E, F\n" in content["body"]
    assert "from Reuters, A&lt;b&gt;P, C, D, E, F</p>" in content["formatted_body"]


def test_a_correction_shows_what_changed() -> None:
    """Old words are struck out, new ones stand beside them, word for word."""
    changes = (("in March", "in May"), ("", "Fishers protest."), ("<b>Nobody</b> paid.", ""))
    content = alert_content(delivery("!r", kind="correction", changes=changes))
    assert (
        "- “in March” became “in May”\n- added: “Fishers protest.”\n"
        "- removed: “<b>Nobody</b> paid.”\n"
    ) in content["body"]
    assert (
        "<li><del>“in March”</del> became “in May”</li><li>added: “Fishers protest.”</li>"
        "<li>removed: <del>“&lt;b&gt;Nobody&lt;/b&gt; paid.”</del></li>"
    ) in content["formatted_body"]
    long = alert_content(delivery("!r", kind="correction", changes=(("é" * 30_000, "now"),)))
    assert "[cut]” became “now”" in long["body"]


def test_a_teaser_says_so() -> None:
    """Readers learn that only the feed's own words were read."""
    assert "Only the feed's teaser" in alert_content(delivery("!r", teaser=True))["body"]


def test_long_alerts_lose_whole_parts() -> None:
    """An alert never outgrows an event; sentences and quotes go as a whole, never in part."""
    long = Excerpt("é" * 3000)
    alert = delivery("!r", summary=(long,) * 3, quotes=(KeyQuote((long,), "Ada Venn"),) * 8)
    content = alert_content(alert)
    assert len(json.dumps(content, ensure_ascii=False).encode()) <= LARGEST
    shown = content["body"].count("é")
    assert shown % 3000 == 0
    assert shown > 0
    assert " more quotes in the article" in content["body"]
    huge = Excerpt("é" * 90_000)
    monster = alert_content(
        delivery(
            "!r",
            title=huge,
            why=("é" * 9_000,) * 90,
            source=huge.text,
            summary=(huge,),
            quotes=(KeyQuote((huge,), "Ada Venn"),),
        )
    )
    assert len(json.dumps(monster, ensure_ascii=False).encode()) <= LARGEST
    assert "[cut]" in monster["body"]


def test_replies_keep_their_columns() -> None:
    """Carets and tables stay aligned; a too long reply is cut."""
    content = reply_content("line 1, column 3: odd\n  a <b\n    ^")
    assert content["formatted_body"] == (
        "line 1, column 3: odd<br><code>\u00a0\u00a0a\u00a0&lt;b</code>"
        "<br><code>\u00a0\u00a0\u00a0\u00a0^</code>"
    )
    long = reply_content("😀" * 50_000)
    assert len(json.dumps(long, ensure_ascii=False).encode()) <= LARGEST
    assert long["body"].endswith("[cut]")
