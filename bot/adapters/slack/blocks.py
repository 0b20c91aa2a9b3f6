"""An alert as Slack blocks. Pure: no network, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.slack.parts import (
    LONGEST_HEADER,
    LONGEST_TEXT,
    LONGEST_VALUE,
    REPEAT,
    Block,
    actions,
    attribution,
    button,
    context,
    date,
    excerpt,
    fits,
    link_text,
    mrkdwn,
    plain,
    quote_block,
    rich,
    section,
    words,
)
from bot.adapters.slack.text import cut, escape, one_line
from bot.core.command import as_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.core.model import Alert, Excerpt

LONGEST_FALLBACK = 600
_KINDS = {"alert": "", "follow-up": "New in a story you were told of", "correction": "Correction"}
_MOST_CHANGES = 4
_MOST_ORIGINS = 4


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


def _short(value: str) -> str | None:
    return value if value and len(value) <= LONGEST_VALUE else None


def _about(alert: Alert) -> str | None:
    """Give what feedback is about: the rule and the article, as the command takes them."""
    return _short(f"{as_word(alert.rule)} {alert.article}") if alert.article else None


WHY = Button("explain", "Why?", lambda alert: _short(alert.url))
ALL_QUOTES = Button("all_quotes", "All quotes", lambda alert: alert.article)
SNOOZE = Button("snooze", "Snooze 24 h", lambda alert: _short(as_word(alert.rule)))
NOT_RELEVANT = Button("not_relevant", "Not relevant", _about)
MUTE = Button("mute", "Mute story", lambda alert: _short(alert.story))
BUTTONS = (WHY, ALL_QUOTES, SNOOZE, NOT_RELEVANT, MUTE)


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
        said = cut(one_line(first.text), 240)
        tail = f"{attribution(first, 80)}: “{said}” — {tail}"
    line = f"{kind}{tail}" or one_line(alert.rule) or "New alert"
    return cut(escape(line), LONGEST_FALLBACK)


def plain_text(alert: Alert) -> str:
    """Give an alert without blocks: the fallback line and the link."""
    link = link_text(alert.url)
    return fallback(alert) + (f"\n{link}" if link else "")


def _alert(alert: Alert, room: _Room, buttons: Sequence[Button], *, repeat: bool) -> list[Block]:
    blocks = [_header(alert), _origin(alert), _why(alert)]
    if alert.changes:
        blocks.append(_changes(alert.changes, room))
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
    link = link_text(alert.url)
    outlet = one_line(alert.source)
    domain = one_line(alert.domain)
    elements = []
    if kind := _KINDS[alert.kind]:
        elements.append(mrkdwn(f"*{kind}*"))
    if outlet and (outlet != domain or not link):
        elements.append(plain(outlet, 150))
    elements.append(mrkdwn(date(alert.published)))
    if link:
        elements.append(mrkdwn(link))
    elif domain and domain != outlet:
        elements.append(plain(domain, 150))
    return context(*elements)


def _why(alert: Alert) -> Block:
    rule = cut(one_line(alert.rule) or "watch", 80)
    reasons: dict[str, str] = {}
    for reason in filter(None, map(one_line, alert.why)):
        reasons.setdefault(reason.casefold(), reason)
    if list(reasons) == [rule.casefold()]:  # a rule named after its one word explains itself
        reasons = {}
    elements = [words(rule, "bold")]
    if reasons:
        elements.append(words(f": {cut(' · '.join(reasons.values()), 300)}"))
    return rich(section(elements))


def _changes(changes: Sequence[tuple[str, str]], room: _Room) -> Block:
    """Show what a correction took back, struck out, and what stands there now."""
    shown: list[Block] = []
    for before, after in changes[:_MOST_CHANGES]:
        old, new = (cut(one_line(text), room.sentence) for text in (before, after))
        line = [words(old, "strike")] if old else [words("added: ")]
        if new:
            line += [words(" → "), words(new, "bold")] if old else [words(new, "bold")]
        else:
            line.append(words(" (taken out)"))
        shown.append(section([*line, words("\n")] if len(shown) + 1 < len(changes) else line))
    return rich(*shown)


def _summary(sentences: Sequence[Excerpt], room: _Room) -> Block:
    elements: list[Block] = []
    for number, sentence in enumerate(sentences):
        shown = excerpt(sentence, room.sentence, room.marks)
        elements += [words(" "), *shown] if number and shown else shown
    return rich(section(elements or [words("…")]))


def _notes(alert: Alert, hidden: int, *, repeat: bool) -> list[Block]:
    more = alert.more_quotes + hidden
    origins = ", ".join(cut(one_line(name), 60) for name in alert.origins[:_MOST_ORIGINS])
    notes = [
        f"{alert.sources} outlets carry it" if alert.sources > 1 else "",
        f"from {origins}" if origins else "",
        f"{more} more {'quote' if more == 1 else 'quotes'}" if more > 0 else "",
        "only the feed's teaser could be read" if alert.teaser else "",
        REPEAT if repeat else "",
    ]
    line = " · ".join(filter(None, notes))
    return [context(plain(line, LONGEST_TEXT))] if line else []


def _actions(alert: Alert, buttons: Sequence[Button]) -> list[Block]:
    return actions(
        *(button(b.action, b.label, value) for b in buttons if (value := b.value(alert)))
    )
