"""Many alerts in few messages: grouped by rule and story, and small enough for every chat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.core.model import Delivery, Digest, DigestLine, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from bot.core.model import Alert, KeyQuote

MOST_LINKS: Final = 50
"""Links in one digest, and so its lines: each alert's link is its delivery."""

MOST_CHARACTERS: Final = 9_000
"""Of titles, links and quotes together: Slack takes some 13,200 in the blocks of a message."""

LINKS_OF_A_LINE: Final = 8
_TITLE, _QUOTE, _AROUND = 150, 300, 60  # characters that are counted for one of them, at most
_NAMED = 3  # rules that a title names


@dataclass(slots=True)
class _Story:
    """A line as it grows: one story under one rule."""

    first: Alert
    ids: list[str]
    quote: KeyQuote | None
    links: list[tuple[str, str]] = field(default_factory=list)

    def add(self, delivery_id: str, alert: Alert) -> bool:
        """Take one more alert of the story, if there is room."""
        known = {self.first.url, *(url for _, url in self.links)}
        if alert.url not in known or not alert.url:
            if len(self.links) >= LINKS_OF_A_LINE or not alert.url:
                return False
            self.links.append((alert.source, alert.url))
        self.ids.append(delivery_id)
        self.quote = self.quote or _best(alert)
        return True

    def line(self, *, quotes: bool) -> DigestLine:
        first = self.first
        return DigestLine(
            rule=first.rule,
            title=first.title.text,
            url=first.url,
            source=first.source,
            domain=first.domain,
            published=first.published,
            quote=self.quote if quotes else None,
            links=tuple(self.links),
        )


def _best(alert: Alert) -> KeyQuote | None:
    return alert.quotes[0] if alert.quotes else None


@dataclass(frozen=True, slots=True)
class Page:
    """What goes into one message: its lines, and the ids of the deliveries they stand for."""

    lines: tuple[DigestLine, ...]
    ids: tuple[str, ...]


def pages_of(alerts: Sequence[tuple[str, Alert]], *, quotes: bool = True) -> list[Page]:
    """Lay alerts out in messages, by rule and by story, each in the order of arrival.

    Args:
        alerts: delivery ids with their alerts, in order of arrival.
        quotes: whether each story shows its best quote.

    Returns:
        pages of at most 50 links and lines; every alert's link stands in one of them.
    """
    pages: list[Page] = []
    lines: list[DigestLine] = []
    ids: list[str] = []
    links = size = 0
    for story in _grouped(alerts):
        line = story.line(quotes=quotes)
        more_links, more = 1 + len(line.links), weight(line)
        if lines and (links + more_links > MOST_LINKS or size + more > MOST_CHARACTERS):
            pages.append(Page(tuple(lines), tuple(ids)))
            lines, ids, links, size = [], [], 0, 0
        lines.append(line)
        ids += story.ids
        links, size = links + more_links, size + more
    if lines:
        pages.append(Page(tuple(lines), tuple(ids)))
    return pages


def first_page(alerts: Sequence[tuple[str, Alert]]) -> Page:
    """Lay out the longest beginning that fits one message, without quotes: a burst's next part."""
    size = taken = 0
    for delivery_id, alert in alerts[:MOST_LINKS]:
        size += weight(_Story(alert, [delivery_id], None).line(quotes=False))
        if taken and size > MOST_CHARACTERS:
            break
        taken += 1
    return pages_of(alerts[:taken], quotes=False)[0]


def weight(line: DigestLine) -> int:
    """Estimate the characters that a line needs in a chat that cuts long titles and quotes."""
    own = _AROUND + min(len(line.title), _TITLE) + len(line.url) + len(line.source)
    links = sum(len(url) + len(source) + 5 for source, url in line.links)
    return own + links + (min(len(line.quote.text), _QUOTE) + _AROUND if line.quote else 0)


def _grouped(alerts: Iterable[tuple[str, Alert]]) -> list[_Story]:
    by_rule: dict[str, dict[str, list[_Story]]] = {}
    for delivery_id, alert in alerts:
        stories = by_rule.setdefault(alert.rule, {}).setdefault(alert.story, [])
        if not stories or not stories[-1].add(delivery_id, alert):
            stories.append(_Story(alert, [delivery_id], _best(alert)))
    return [story for stories in by_rule.values() for parts in stories.values() for story in parts]


def digest_for(chat: str, channel: str, page: Page, title: str) -> Delivery:
    """Make a digest's delivery; its id is a digest of those it stands for."""
    made = digest("digest", chat, channel, *page.ids, size=32)
    message = Digest("digest", title, page.lines, len(page.ids))
    return Delivery(made, chat, channel, "", message)


def burst_title(page: Page) -> str:
    """Say "12 more on rafah", naming up to three rules."""
    rules = list(dict.fromkeys(line.rule for line in page.lines))
    if len(rules) > _NAMED:
        return f"{len(page.ids)} more on {len(rules)} rules"
    *others, last = rules
    named = f"{', '.join(others)} and {last}" if others else last
    return f"{len(page.ids)} more on {named}"


def held_title(
    held: str, count: int, page: int, pages: int, *, now: datetime, zone: ZoneInfo
) -> str:
    """Say what a digest holds, such as "While it was quiet: 14 alerts (1/3)".

    Args:
        held: why its alerts were held: quiet, snooze, digest or late.
        count: alerts in all its pages.
        page: of this page, from 1.
        pages: in all.
        now: the time.
        zone: the channel's.
    """
    what = {
        "quiet": "While it was quiet",
        "snooze": "After the snooze",
        "digest": f"Digest of {now.astimezone(zone):%d %b %H:%M}",
        "late": "Catching up",
    }[held]
    part = f" ({page}/{pages})" if pages > 1 else ""
    return f"{what}: {count} alert{'s' * (count != 1)}{part}"
