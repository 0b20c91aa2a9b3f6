"""Alerts for a terminal: coloured, folded to 80 columns at most; plain text when piped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.rule import Rule as Line
from rich.text import Text

from bot.core.model import Alert, Digest
from bot.core.text import clean

if TYPE_CHECKING:
    from rich.console import Console

    from bot.core.model import Excerpt, KeyQuote, Message
    from bot.ports import Reply

COLUMNS = 80
_KIND_STYLES = {"alert": "bold cyan", "follow-up": "bold green", "correction": "bold yellow"}


def print_message(console: Console, message: Message) -> None:
    """Print an alert, a digest or a notice."""
    if isinstance(message, Alert):
        print_alert(console, message)
    elif isinstance(message, Digest):
        _print_digest(console, message)
    else:
        _fold(console, Text(clean(message.text), style="bold"), min(console.width, COLUMNS))
        console.print()


def _print_digest(console: Console, found: Digest) -> None:
    width, rule = min(console.width, COLUMNS), ""
    title = Text(clean(found.title), style="bold cyan")
    console.print(Line(title, align="left", style="dim"), width=width)
    for line in found.lines:
        if line.rule != rule:
            rule = line.rule
            _fold(console, Text(clean(rule), style="bold"), width)
        _fold(console, Text(_one_line(line.title)), width, indent=2)
        facts = f"{line.source} · {line.published:%d %b %H:%M} UTC"
        _fold(console, Text(clean(facts), style="dim"), width, indent=2)
        if line.quote:
            _fold(console, _quote(line.quote), width, indent=4)
        for url in (line.url, *(url for _, url in line.links)):
            console.print(Text(f"  {clean(url)}", style="blue"), soft_wrap=True)
        if line.more_links:
            _fold(console, Text(f"and {line.more_links} more", style="dim"), width, indent=2)
    console.print()


def print_alert(console: Console, alert: Alert) -> None:
    """Print an alert as people read it: what, where, when, why, who said what."""
    width = min(console.width, COLUMNS)
    kind = "" if alert.kind == "alert" else f" · {alert.kind}"
    console.print(
        Line(
            Text(clean(f"{alert.rule}{kind}"), style=_KIND_STYLES[alert.kind]),
            align="left",
            style="dim",
        ),
        width=width,
    )
    parts = [_marked(alert.title, "bold"), _where(alert), _why(alert)]
    parts += [Text(f"was “{clean(old)}”, now “{clean(new)}”") for old, new in alert.changes]
    if alert.summary:
        parts.append(Text(" ").join(_marked(sentence) for sentence in alert.summary))
    for part in parts:
        _fold(console, part, width)
    for quote in alert.quotes:
        _fold(console, _quote(quote), width, indent=2)
    if alert.more_quotes:
        more = f"+ {alert.more_quotes} more quote{'s' * (alert.more_quotes != 1)}"
        _fold(console, Text(more, style="dim"), width, indent=2)
    # A link is never folded: it must stay one click.
    console.print(Text(clean(alert.url), style="blue"), soft_wrap=True)
    console.print()


def _fold(console: Console, text: Text, width: int, *, indent: int = 0) -> None:
    """Print a text in lines of at most `width` columns, without blanks at their ends."""
    for line in text.wrap(console, width - indent):
        line.rstrip()
        console.print(Text(" " * indent).append_text(line), soft_wrap=True)


def _where(alert: Alert) -> Text:
    facts = [alert.source]
    if alert.domain and alert.domain.casefold() != alert.source.casefold():
        facts.append(alert.domain)
    facts.append(f"{alert.published:%d %b %Y %H:%M} UTC")
    facts += _spread(alert)
    if alert.teaser:
        facts.append("teaser only")
    return Text(clean(" · ".join(facts)), style="dim")


def _spread(alert: Alert) -> list[str]:
    """Say how many outlets carry it and how many agencies that comes down to."""
    names = ", ".join(alert.origins)
    if alert.sources == 1:
        return [f"from {names}"] if names else []
    count = len(alert.origins)
    origins = f", {count} origin{'s' * (count != 1)}: {names}" if names else ""
    return [f"{alert.sources} outlets{origins}"]


def _why(alert: Alert) -> Text:
    return Text(f"why: {clean(' · '.join(alert.why))}", style="italic")


def _quote(quote: KeyQuote) -> Text:
    text = Text("“")
    for at, part in enumerate(quote.parts):
        if at:
            text.append(" … ")
        text.append_text(_marked(part))
    text.append("”\n")
    who = quote.speaker or "unattributed"
    text.append(f"— {clean(who)}", style="bold" if quote.speaker else "dim")
    if quote.office:
        text.append(f", {clean(quote.office)}", style="dim")
    if quote.told_by:
        text.append(f", {clean(quote.told_by)}", style="dim")
    return text


def _marked(excerpt: Excerpt, style: str = "") -> Text:
    """Style the highlighted words; characters that could steer a terminal are dropped."""
    text, at = Text(style=style), 0
    for start, end in excerpt.marks:
        text.append(_one_line(excerpt.text[at:start]))
        text.append(_one_line(excerpt.text[start:end]), style="bold yellow")
        at = end
    text.append(_one_line(excerpt.text[at:]))
    return text


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", clean(text))


def print_reply(console: Console, reply: Reply) -> None:
    """Print an answer."""
    style = "" if reply.ok else "red"
    console.print(Text(clean(reply.text), style=style), soft_wrap=True)
