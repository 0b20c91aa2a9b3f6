"""Alerts that were not relevant: noted, counted, and what they say about a rule."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.command import as_word
from bot.core.model import Feedback
from bot.core.tighten import Tightening, propose
from bot.errors import CommandError
from bot.ports import Incoming, Offer, Reply

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.command import Command
    from bot.core.model import Article, Quote, Rule, StoredArticle
    from bot.jobs.answer.desk import Desk

SPAN = timedelta(days=30)
REASONS = {
    "wrong-sense": "wrong sense of a word",
    "not-news": "not news",
    "not-them": "not him, her or them",
    "too-many": "too many",
    "unspecified": "no reason given",
}
UNDO = "undo"
_MOST_RIGHT = 400
"""Other alerts that a proposal is tested on, the newest."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What people thought of a rule's alerts.

    Attributes:
        alerted: ids of the articles it alerted.
        wrong: those among them that somebody found not relevant.
        reasons: how often each reason was given.
    """

    alerted: tuple[str, ...]
    wrong: frozenset[str]
    reasons: Counter[str]

    @property
    def precision(self) -> float | None:
        """The share of alerts that nobody objected to; None without alerts."""
        if not self.alerted:
            return None
        return 1 - len(self.wrong.intersection(self.alerted)) / len(self.alerted)


async def answer_feedback(desk: Desk, incoming: Incoming, command: Command) -> Reply:
    """Note that an alert was not relevant, or take that back."""
    reason = command.value.casefold()
    if reason not in (*REASONS, UNDO):
        raise CommandError(f"unknown reason {command.value!r}; there are: {', '.join(REASONS)}")
    rule = desk.named(incoming, command.name)
    article = await _article(desk, rule, command.subject)
    given = Feedback(
        rule_id=rule.id,
        article_id=article.id,
        chat=incoming.chat,
        channel=incoming.channel,
        who=incoming.who or incoming.chat,
        reason=reason,
        at=desk.clock.now(),
    )
    title = article.title or article.url
    entry = desk.entry(incoming, f"feedback on {rule.name}", "", f"{reason}: {title}")
    if reason == UNDO:
        if not await desk.store.drop_feedback(given, entry):
            return Reply("you said nothing about this alert", ok=False)
        return Reply(f"taken back: {title}")
    await desk.store.put_feedback(given, entry)
    told = f"noted for {rule.name}: {title} ({REASONS[reason]})"
    wrong = len((await verdict(desk, rule)).wrong)
    if wrong <= 1:
        return Reply(told)
    see = Offer("See the rule", f"show {as_word(rule.name)}")
    return Reply(f"{told}\n{wrong} alerts of 30 days were not relevant", offers=(see,))


async def _article(desk: Desk, rule: Rule, subject: str) -> Article:
    """Find the article that feedback is about: by id, or by the link of one that met the rule."""
    wanted = subject.strip("<> ")
    stored = await desk.store.article(wanted)
    found = [stored] if stored else await desk.store.articles_at(wanted)
    for one in reversed(found):
        if any(match.rule == rule.id for match in one.matches):
            return one.article
    if found:
        raise CommandError(f"{rule.name} did not match {found[0].article.title or wanted}")
    raise CommandError(f"no stored article {wanted!r}")


async def verdict(desk: Desk, rule: Rule) -> Verdict:
    """Count what people thought of a rule's alerts in the last 30 days.

    *Too many* is no word on one alert, so it is counted among the reasons alone.

    Raises:
        StoreError: the database refused.
    """
    since = desk.clock.now() - SPAN
    opinions = await desk.store.feedback_on(rule.id, since)
    return Verdict(
        alerted=tuple(await desk.store.articles_alerted(rule.id, since)),
        wrong=frozenset(one.article_id for one in opinions if one.reason != "too-many"),
        reasons=Counter(one.reason for one in opinions),
    )


async def describe_verdict(desk: Desk, rule: Rule) -> tuple[str, tuple[Offer, ...]]:
    """Say how precise a rule is and how it could be tightened, with what applies it.

    Raises:
        StoreError: the database refused.
    """
    found = await verdict(desk, rule)
    if found.precision is None:
        return "\n  last 30 days: no alerts", ()
    count = len(found.alerted)
    wrong = len(found.wrong.intersection(found.alerted))
    lines = [f"\n  last 30 days: {count} alert{'s' * (count != 1)}, {wrong} not relevant"]
    if found.reasons:
        lines[0] += f"; precision {found.precision:.0%}"
        said = ", ".join(f"{REASONS[r]} {n}" for r, n in found.reasons.most_common())
        lines.append(f"  people said: {said}")
    proposal = await tightening(desk, rule, found)
    if proposal is None:
        return "\n".join(lines), ()
    lines.append(f"  proposed: {proposal.query}")
    lines.append(
        f"    {proposal.change} leaves out {proposal.dropped} of the {proposal.wrong} that were "
        f"not relevant and loses none of the {proposal.kept} others"
    )
    if desk.book.from_file(rule):
        return "\n".join([*lines, f"    change it in {rule.origin}"]), ()
    command = f"edit {as_word(rule.name)} {proposal.query}"
    return "\n".join([*lines, f"    to apply it: {command}"]), (Offer("Test and apply", command),)


async def tightening(desk: Desk, rule: Rule, found: Verdict) -> Tightening | None:
    """Look for a narrower query in the stored articles of a rule's alerts.

    Raises:
        StoreError: the database refused.
    """
    right = [one for one in found.alerted if one not in found.wrong][-_MOST_RIGHT:]
    return propose(
        desk.book.officials,
        rule.query,
        await _known(desk, sorted(found.wrong)),
        await _known(desk, right),
    )


async def _known(
    desk: Desk, ids: Collection[str]
) -> list[tuple[Article, tuple[Quote, ...] | None]]:
    stored: list[StoredArticle | None] = [await desk.store.article(one) for one in ids]
    return [
        (one.article, one.quotes if one.analyzed else None) for one in stored if one is not None
    ]
