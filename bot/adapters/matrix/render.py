"""Messages of deliveries as Matrix contents: HTML, and a plain body that says the same. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.adapters.matrix.digests import digest_contents
from bot.adapters.matrix.events import ALERT_KEY, CONTENT_KEY, in_thread, referred
from bot.adapters.matrix.html import Rich, clean, link, marked, said, true_domain, wrapped
from bot.adapters.matrix.parts import (
    LARGEST,
    bullets,
    joined,
    notice,
    paragraph,
    quoted,
    shortened,
    size,
)
from bot.adapters.matrix.replies import reply_content
from bot.core.model import Alert, Digest

if TYPE_CHECKING:
    from bot.core.model import Delivery

_LONGEST_FALLBACK = 400
"""Characters of an edit's outer body, which only clients without edits show; it comes on top."""

_HEADS = {"follow-up": "Follow-up: ", "correction": "Correction: "}
_LONGEST_TITLE = 1_000
_LONGEST_CHANGE = 2_000
_LONGEST_URL_KEPT = 2_000
_MOST_REASONS = 20
_MOST_ORIGINS = 6
_LONGEST_NAME = 200


def contents_of(delivery: Delivery, *, room: str = "") -> list[dict[str, Any]]:
    """Build the contents of a delivery's message; a long digest takes several events.

    The last one carries the delivery's key: where it stands, all stand.

    Args:
        delivery: an alert, a digest or a notice.
        room: where it goes.
    """
    message = delivery.message
    if isinstance(message, Alert):
        return [alert_content(delivery, room=room)]
    if isinstance(message, Digest):
        contents = digest_contents(message)
    else:
        contents = [reply_content(message.text)]
    contents[-1][CONTENT_KEY] = delivery.id
    return contents


def alert_content(delivery: Delivery, *, room: str = "") -> dict[str, Any]:
    """Build the content of an alert, with its keys; too long ones lose their last parts.

    Args:
        delivery: what to say; its `parent_ref`, where it is set, makes it part of a thread.
        room: where it goes: a thread cannot lead into another room.
    """
    alert = _short_heads(delivery.alert)
    content = _content(delivery, alert, room)
    while size(content) > LARGEST and (shorter := _shorter(alert)) is not None:
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


def _content(delivery: Delivery, alert: Alert, room: str) -> dict[str, Any]:
    content = notice(joined(_blocks(alert)))
    content[CONTENT_KEY] = delivery.id
    content[ALERT_KEY] = {
        "url": clean(alert.url)[:_LONGEST_URL_KEPT],
        "article": alert.article,
        "story": alert.story,
        "rule": alert.rule,
    }
    parent_room, parent = referred(delivery.parent_ref)
    if parent and parent_room == room:
        content["m.relates_to"] = in_thread(parent, parent)
    return content


def _blocks(alert: Alert) -> list[Rich]:
    blocks = [_head(alert), *_changes(alert)]
    if alert.summary:
        parts = [marked(sentence) for sentence in alert.summary]
        blocks.append(bullets(parts))
    blocks += [quoted(quote) for quote in alert.quotes]
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
    if alert.origins:
        named = [said(shortened(name, _LONGEST_NAME)).plain for name in alert.origins]
        facts.append(f"from {', '.join(named[:_MOST_ORIGINS])}")
    line = said(" · ".join(dict.fromkeys(fact for fact in facts if fact)))
    headline = link(alert.url, wrapped("b", title))
    address = said(alert.url).plain if domain else ""
    plain = "\n".join(part for part in (title.plain, line.plain, address) if part)
    return Rich(plain, f"<p>{headline.html}<br>{line.html}</p>")


def _changes(alert: Alert) -> list[Rich]:
    """Show what a correction changed: old words struck out, new ones beside them."""
    if not alert.changes:
        return []
    parts = []
    for before, after in alert.changes:
        old, new = wrapped("del", said(f"“{before}”")), said(f"“{after}”")
        if before and after:
            parts.append(Rich(f"{old.plain} became {new.plain}", f"{old.html} became {new.html}"))
        else:
            word, only = ("added", new) if after else ("removed", old)
            parts.append(Rich(f"{word}: {only.plain}", f"{word}: {only.html}"))
    return [bullets(parts)]


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
    return [paragraph(notes)]


def _short_heads(alert: Alert) -> Alert:
    """Cut a monstrous title, source, reason or change; what was cut says so."""
    title = replace(alert.title, text=shortened(alert.title.text, _LONGEST_TITLE))
    why = tuple(shortened(line, _LONGEST_TITLE) for line in alert.why[:_MOST_REASONS])
    source, rule = (shortened(name, _LONGEST_NAME) for name in (alert.source, alert.rule))
    changes = tuple(
        (shortened(before, _LONGEST_CHANGE), shortened(after, _LONGEST_CHANGE))
        for before, after in alert.changes
    )
    return replace(alert, title=title, why=why, source=source, rule=rule, changes=changes)


def _shorter(alert: Alert) -> Alert | None:
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
