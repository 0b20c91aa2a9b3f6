"""Alerts and replies as Matrix message contents: HTML, and a plain body that says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.events import ALERT_KEY, CONTENT_KEY, in_thread, referred
from bot.adapters.matrix.html import Rich, clean, lines, link, marked, said, true_domain, wrapped
from bot.core.model import Excerpt, KeyQuote

if TYPE_CHECKING:
    from bot.core.model import Alert, Delivery, Quote, StoredArticle

LARGEST = 40_000
"""Bytes of a content. An event may have 65,536; encryption adds a third, signatures the rest."""

_LONGEST_REPLY = 12_000
"""Characters of a reply; two bodies of at most 4 bytes each stay below the limit of an event."""

_LONGEST_FALLBACK = 2_000
"""Characters of an edit's outer body, which only clients without edits show."""

_HEADS = {"follow-up": "Follow-up: ", "correction": "Correction: "}
_CUT = " [cut]"
_LONGEST_TITLE = 1_000
_LONGEST_URL_KEPT = 2_000


def alert_content(delivery: Delivery, *, room: str = "") -> dict[str, Any]:
    """Build the content of an alert, with its keys; too long ones lose their last parts.

    Args:
        delivery: what to say; its `parent_ref`, where it is set, makes it part of a thread.
        room: where it goes: a thread cannot lead into another room.
    """
    alert = _short_heads(delivery.alert)
    content = _content(delivery, alert, room)
    while _size(content) > LARGEST and (shorter := _shortened(alert)) is not None:
        alert = shorter
        content = _content(delivery, alert, room)
    return content


def edit_content(content: dict[str, Any], event_id: str) -> dict[str, Any]:
    """Build the content that replaces an alert's by an edit.

    https://spec.matrix.org/latest/client-server-api/#event-replacements; the delivery's key stays
    with the first event alone, so that looking for it never finds an edit.
    """
    new = {key: value for key, value in content.items() if key != "m.relates_to"}
    outer = {key: new[key] for key in ("msgtype", "m.mentions")}
    return {
        **outer,
        "body": f"* {new['body']}"[:_LONGEST_FALLBACK],
        "m.new_content": new,
        "m.relates_to": {"rel_type": "m.replace", "event_id": event_id},
    }


def reply_content(text: str) -> dict[str, Any]:
    """Build the content of an answer or a greeting from plain text."""
    short = text if len(text) <= _LONGEST_REPLY else text[:_LONGEST_REPLY] + _CUT
    while True:
        content = _notice(lines(short))
        if _size(content) <= LARGEST:
            return content
        short = short[: len(short) * 2 // 3] + _CUT


def quotes_content(stored: StoredArticle) -> dict[str, Any]:
    """Build the content that shows every quote of an article; of very many, the first ones."""
    text = stored.article.text
    quotes = [_quote(_key_quote(quote, text)) for quote in stored.quotes if quote.kind == "direct"]
    head = wrapped("b", said(stored.article.title))
    count = said(f"{len(quotes)} quote{'' if len(quotes) == 1 else 's'}")
    title = Rich(f"{head.plain}\n{count.plain}", f"<p>{head.html}<br>{count.html}</p>")
    shown = len(quotes)
    while True:
        left = [said(f"and {len(quotes) - shown} more")] if shown < len(quotes) else []
        content = _notice(_joined([title, *quotes[:shown], *left]))
        if shown == 0 or _size(content) <= LARGEST:
            return content
        shown = shown * 2 // 3


def _key_quote(quote: Quote, text: str) -> KeyQuote:
    parts = tuple(Excerpt(text[start:end], (), start) for start, end in quote.parts)
    return KeyQuote(parts, quote.speaker, quote.office)


def _content(delivery: Delivery, alert: Alert, room: str) -> dict[str, Any]:
    content = _notice(_joined(_blocks(alert)))
    content[CONTENT_KEY] = delivery.id
    content[ALERT_KEY] = {
        "url": clean(alert.url)[:_LONGEST_URL_KEPT],
        "article": alert.article,
        "story": alert.story,
        "rule": delivery.rule_id,
    }
    parent_room, parent = referred(delivery.parent_ref)
    if parent and parent_room == room:
        content["m.relates_to"] = in_thread(parent, parent)
    return content


def _notice(rich: Rich) -> dict[str, Any]:
    return {
        "msgtype": "m.notice",
        "body": rich.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": rich.html,
        "m.mentions": {},
    }


def _joined(blocks: list[Rich]) -> Rich:
    return Rich("\n".join(block.plain for block in blocks), "".join(block.html for block in blocks))


def _blocks(alert: Alert) -> list[Rich]:
    blocks = [_head(alert), *_changes(alert)]
    if alert.summary:
        parts = [marked(sentence) for sentence in alert.summary]
        blocks.append(_list(parts))
    blocks += [_quote(quote) for quote in alert.quotes]
    return [*blocks, *_foot(alert)]


def _head(alert: Alert) -> Rich:
    title = marked(alert.title, "i")
    if not title.plain:
        title = said("(no title)")
    head = said(_HEADS.get(alert.kind, ""))
    if head.plain:
        title = Rich(f"{head.plain} {title.plain}", f"{head.html} {title.html}")
    domain = true_domain(alert.url)
    facts = [said(alert.source).plain, domain, alert.published.strftime("%Y-%m-%d %H:%M UTC")]
    if alert.sources > 1:
        facts.append(f"{alert.sources} sources")
    line = said(" · ".join(dict.fromkeys(fact for fact in facts if fact)))
    headline = link(alert.url, wrapped("b", title))
    address = said(alert.url).plain if domain else ""
    plain = "\n".join(part for part in (title.plain, line.plain, address) if part)
    return Rich(plain, f"<p>{headline.html}<br>{line.html}</p>")


def _changes(alert: Alert) -> list[Rich]:
    """Show what a correction changed."""
    if not alert.changes:
        return []
    parts = []
    for before, after in alert.changes:
        old, new = said(f"“{before}”"), said(f"“{after}”")
        if before and after:
            parts.append(Rich(f"{old.plain} became {new.plain}", f"{old.html} became {new.html}"))
        else:
            word, only = ("added", new) if after else ("removed", old)
            parts.append(Rich(f"{word}: {only.plain}", f"{word}: {only.html}"))
    return [_list(parts)]


def _list(parts: list[Rich]) -> Rich:
    return Rich(
        "\n".join(f"- {part.plain}" for part in parts),
        "<ul>" + "".join(f"<li>{part.html}</li>" for part in parts) + "</ul>",
    )


def _quote(quote: KeyQuote) -> Rich:
    parts = [marked(part) for part in quote.parts]
    words = Rich(" … ".join(p.plain for p in parts), " … ".join(p.html for p in parts))
    who = said(quote.speaker or "unattributed")
    name = wrapped("b" if quote.speaker else "i", who)
    office = said(f", {quote.office}") if quote.speaker and quote.office else said("")
    return Rich(
        f"> “{words.plain}”\n> — {who.plain}{office.plain}",
        f"<blockquote>“{words.html}”<br>— {name.html}{office.html}</blockquote>",
    )


def _foot(alert: Alert) -> list[Rich]:
    notes = []
    if alert.more_quotes:
        plural = "s" if alert.more_quotes > 1 else ""
        notes.append(said(f"{alert.more_quotes} more quote{plural} in the article"))
    if alert.teaser:
        notes.append(said("Only the feed's teaser could be read."))
    why = " · ".join(said(line).plain for line in alert.why)
    label = said(f"{alert.rule}: {why}" if why else alert.rule)
    notes.append(Rich(f"Why: {label.plain}", f"<i>Why:</i> {label.html}"))
    return [Rich("\n".join(n.plain for n in notes), f"<p>{'<br>'.join(n.html for n in notes)}</p>")]


def _size(content: dict[str, Any]) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _short_heads(alert: Alert) -> Alert:
    """Cut a monstrous title, source or reason; what was cut says so."""
    title = alert.title
    if len(title.text) > _LONGEST_TITLE:
        title = replace(title, text=title.text[:_LONGEST_TITLE] + _CUT)
    why = tuple(
        line if len(line) <= _LONGEST_TITLE else line[:_LONGEST_TITLE] + _CUT
        for line in alert.why[:20]
    )
    return replace(alert, title=title, why=why, source=alert.source[:200], rule=alert.rule[:200])


def _shortened(alert: Alert) -> Alert | None:
    """Leave out the last quote, else the last sentence or reason; None when nothing is left."""
    if len(alert.quotes) > 1 or (alert.quotes and not alert.summary):
        return replace(alert, quotes=alert.quotes[:-1], more_quotes=alert.more_quotes + 1)
    if alert.summary:
        return replace(alert, summary=alert.summary[:-1])
    if alert.changes:
        return replace(alert, changes=alert.changes[:-1])
    if alert.why:
        return replace(alert, why=alert.why[:-1])
    return None
