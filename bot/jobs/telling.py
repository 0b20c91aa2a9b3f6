"""What an article's alert shows, and what `explain` will say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.alert import compose_alert, entities_of, speaks_anew
from bot.core.model import Place
from bot.core.quotes import choose_quotes
from bot.core.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.alert import Kind
    from bot.core.model import Alert, Delivery, Match, Placement, Rule
    from bot.core.story import Correction
    from bot.jobs.reading import Reading

KEY_QUOTES = 3
SENTENCES = 3


def outcome_of(placement: Placement, wanted: Sequence[Delivery], *, told: bool) -> str:
    """Say what became of an article that met a rule.

    Args:
        placement: where it stands in its story.
        wanted: the deliveries it brings.
        told: whether its story was alerted before.
    """
    if wanted:
        return "alerted"
    if not told:
        return "matched, but no chat that runs is among the rule's channels"
    if placement.place is Place.REPRINT:
        return "reprint of a story that was alerted"
    return f"{placement.place.value} without news of a story that was alerted"


def alert_of(
    reading: Reading,
    rule: Rule,
    match: Match,
    placement: Placement,
    kind: Kind,
    correction: Correction | None,
) -> Alert:
    """Choose what the alert shows; a follow-up shows only what is new in its story."""
    text, quotes = reading.article.text, reading.quotes
    focus = [(h.start, h.end) for h in match.highlights if h.field == "text"]
    shown = range(len(quotes)) if kind == "alert" else placement.new_quotes
    chosen = choose_quotes(
        [quotes[at] for at in shown],
        text,
        title=reading.article.title,
        entities={h.entity for h in match.highlights if h.entity},
        focus=focus,
        met=[place for place, at in enumerate(shown) if at in match.quotes],
        limit=KEY_QUOTES,
    )
    summary = summarize(
        text, title=reading.article.title, sentences=SENTENCES, focus=focus, quotes=chosen
    )
    return compose_alert(
        reading.article,
        rule,
        match,
        placement,
        kind=kind,
        summary=summary,
        quotes=quotes,
        chosen=chosen,
        changes=correction.words if correction and kind == "correction" else (),
        broadcast=kind == "follow-up" and speaks_anew(entities_of(rule, match), placement, quotes),
    )
