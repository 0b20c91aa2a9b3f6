"""An alert as Slack blocks. Pure: no network, no clock.

Words of an article stand only in `plain_text` and `rich_text`, where Slack interprets nothing;
`mrkdwn` holds nothing but our own words, dates and checked links.

Limits: https://docs.slack.dev/reference/block-kit/blocks (50 blocks, header 150, context 10
elements, actions 25, button text 75 and value 2,000) and, for all blocks together, some 13,200
characters of JSON before `msg_blocks_too_long` (reported in slackapi/bolt-js, 2509 and 2867).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.adapters.slack.text import LONGEST_LINK, cut, escape, link_of, one_line, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from bot.core.model import Alert, Excerpt, KeyQuote

Block = dict[str, Any]

MOST_BLOCKS = 50
MOST_CHARACTERS = 12_500
"""Of all blocks as JSON; a margin below the reported limit."""
LONGEST_HEADER = 150
LONGEST_TEXT = 3000
LONGEST_FALLBACK = 600
_KINDS = {"alert": "", "follow-up": "New in a story you were told of", "correction": "Correction"}


@dataclass(frozen=True, slots=True)
class Button:
    """A button below an alert; `value` gives what is sent back, or None where it has no use."""

    action: str
    label: str
    value: Callable[[Alert], str | None]


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of an alert is printed; characters for each sentence or quote."""

    sentences: int
    sentence: int
    quotes: int
    quote: int
    marks: int


_ROOMS = (
    _Room(sentences=4, sentence=600, quotes=6, quote=900, marks=20),
    _Room(sentences=3, sentence=450, quotes=4, quote=600, marks=10),
    _Room(sentences=2, sentence=300, quotes=3, quote=400, marks=5),
    _Room(sentences=1, sentence=200, quotes=1, quote=300, marks=2),
)

WHY = Button("explain", "Why?", lambda alert: alert.url if len(alert.url) <= LONGEST_LINK else None)
ALL_QUOTES = Button("all_quotes", "All quotes", lambda alert: alert.article)


def alert_blocks(
    alert: Alert, buttons: Sequence[Button] = (), *, repeat: bool = False
) -> list[Block]:
    """Render an alert; the longest version that Slack takes.

    Args:
        alert: what to show.
        buttons: offered below it, those that have a value for this alert.
        repeat: True when Slack never said whether it took an earlier try of this alert.
    """
    for room in _ROOMS[:-1]:
        blocks = _alert(alert, room, buttons, repeat=repeat)
        if fits(blocks):
            return blocks
    return _alert(alert, _ROOMS[-1], buttons, repeat=repeat)


def fits(blocks: Sequence[Block]) -> bool:
    """Say whether Slack takes these blocks in one message."""
    return len(blocks) <= MOST_BLOCKS and size_of(blocks) <= MOST_CHARACTERS


def size_of(blocks: Sequence[Block]) -> int:
    """Count the characters of blocks as JSON."""
    return len(json.dumps(list(blocks), ensure_ascii=False))


def fallback(alert: Alert) -> str:
    """Give the line that phones show: who said what first, then the headline and the outlet.

    Escaped: this text is parsed as mrkdwn where nothing else is said
    (https://docs.slack.dev/reference/methods/chat.postMessage/#formatting).
    """
    kind = "Correction: " if alert.kind == "correction" else ""
    title = cut(one_line(alert.title.text), LONGEST_HEADER)
    outlet = cut(one_line(alert.source or alert.domain), 60)
    tail = " · ".join(part for part in (title, outlet) if part)
    if alert.quotes:
        first = alert.quotes[0]
        words = cut(one_line(first.text), 240)
        tail = f"{cut(_speaker(first), 80)}: {words} — {tail}"
    line = f"{kind}{tail}" or one_line(alert.rule) or "New alert"
    return cut(escape(line), LONGEST_FALLBACK)


def plain_text(alert: Alert) -> str:
    """Give an alert without blocks: the fallback line and the link."""
    link = link_of(alert.url)
    return fallback(alert) + (f"\n<{escape(link[0])}|{escape(link[1])}>" if link else "")


def _alert(alert: Alert, room: _Room, buttons: Sequence[Button], *, repeat: bool) -> list[Block]:
    blocks = [_header(alert), _origin(alert), _why(alert)]
    if alert.summary:
        blocks.append(_summary(alert.summary[: room.sentences], room))
    blocks += [quote_block(quote, room.quote, room.marks) for quote in alert.quotes[: room.quotes]]
    hidden = len(alert.quotes) - len(alert.quotes[: room.quotes])
    return [*blocks, *_notes(alert, hidden, repeat=repeat), *_actions(alert, buttons)]


def _header(alert: Alert) -> Block:
    title = one_line(alert.title.text) or one_line(alert.domain) or "Untitled"
    return {"type": "header", "text": plain(title, LONGEST_HEADER)}


def _origin(alert: Alert) -> Block:
    """Outlet, time in the reader's own zone, the link shown as the host it leads to."""
    link = link_of(alert.url)
    outlet = one_line(alert.source)
    domain = one_line(alert.domain)
    elements = []
    if kind := _KINDS[alert.kind]:
        elements.append(mrkdwn(f"*{kind}*"))
    if outlet and (outlet != domain or not link):
        elements.append(plain(outlet, 150))
    elements.append(mrkdwn(_date(alert.published)))
    if link:
        elements.append(mrkdwn(f"<{escape(link[0])}|{escape(link[1])}>"))
    elif domain and domain != outlet:
        elements.append(plain(domain, 150))
    return {"type": "context", "elements": elements}


def _date(when: datetime) -> str:
    """Source: https://docs.slack.dev/messaging/formatting-message-text/#date-formatting."""
    written = f"{when:%Y-%m-%d %H:%M} UTC"
    seconds = int(when.timestamp())
    return (
        f"<!date^{seconds}^{{date_short_pretty}}, {{time}}|{written}>" if seconds > 0 else written
    )


def _why(alert: Alert) -> Block:
    rule = cut(one_line(alert.rule) or "watch", 80)
    reasons: dict[str, str] = {}
    for reason in filter(None, map(one_line, alert.why)):
        reasons.setdefault(reason.casefold(), reason)
    if list(reasons) == [rule.casefold()]:  # a rule named after its one word explains itself
        reasons = {}
    elements = [_words(rule, bold=True)]
    if reasons:
        elements.append(_words(f": {cut(' · '.join(reasons.values()), 300)}"))
    return _rich(_section(elements))


def _summary(sentences: Sequence[Excerpt], room: _Room) -> Block:
    elements: list[Block] = []
    for number, sentence in enumerate(sentences):
        shown = _excerpt(sentence, room.sentence, room.marks)
        elements += [_words(" "), *shown] if number and shown else shown
    return _rich(_section(elements or [_words("…")]))


def quote_block(quote: KeyQuote, limit: int, most_marks: int) -> Block:
    """Render a quote: the speaker with the office, then the words as a quotation."""
    name = cut(_speaker(quote), 120)
    line = [_words(name, bold=quote.speaker is not None, italic=quote.speaker is None)]
    if quote.office:
        line.append(_words(f", {cut(one_line(quote.office), 150)}"))
    words: list[Block] = []
    room = limit
    for number, part in enumerate(quote.parts):
        if room <= 0:
            break
        shown = _excerpt(part, room, most_marks)
        words += [_words(" … "), *shown] if number and shown else shown
        room -= len(part.text)
    return _rich(_section(line), {"type": "rich_text_quote", "elements": words or [_words("…")]})


def _speaker(quote: KeyQuote) -> str:
    return (one_line(quote.speaker) if quote.speaker else "") or "Unattributed"


def _notes(alert: Alert, hidden: int, *, repeat: bool) -> list[Block]:
    more = alert.more_quotes + hidden
    notes = [
        f"{alert.sources} outlets carry it" if alert.sources > 1 else "",
        f"{more} more {'quote' if more == 1 else 'quotes'}" if more > 0 else "",
        "only the feed's teaser could be read" if alert.teaser else "",
        "perhaps a repeat: Slack did not confirm an earlier try" if repeat else "",
    ]
    line = " · ".join(filter(None, notes))
    return [{"type": "context", "elements": [plain(line, LONGEST_TEXT)]}] if line else []


def _actions(alert: Alert, buttons: Sequence[Button]) -> list[Block]:
    elements = [
        {
            "type": "button",
            "action_id": button.action,
            "text": plain(button.label, 75),
            "value": value,
        }
        for button in buttons
        if (value := button.value(alert))
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def plain(text: str, limit: int) -> Block:
    """Make a text object in which Slack interprets nothing, not even `:smile:`."""
    return {"type": "plain_text", "text": cut(text, limit) or " ", "emoji": False}


def mrkdwn(text: str) -> Block:
    """Make a text object for our own words; `verbatim` keeps Slack from linking by itself."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _excerpt(excerpt: Excerpt, limit: int, most_marks: int) -> list[Block]:
    return [_words(words, bold=marked) for words, marked in pieces(excerpt, limit, most_marks)]


def _words(text: str, *, bold: bool = False, italic: bool = False) -> Block:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, **({"style": style} if style else {})}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _rich(*elements: Block) -> Block:
    return {"type": "rich_text", "elements": list(elements)}
