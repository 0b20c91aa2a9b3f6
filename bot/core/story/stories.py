"""Stories: which articles tell of one event, in one pass, remembering only the look-back."""

from __future__ import annotations

import sys
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from bot.core.model import Place, Placement
from bot.core.story.comparing import MOST, Comparisons
from bot.core.story.frequencies import Frequencies
from bot.core.story.links import canonical_link
from bot.core.story.members import Member, Story
from bot.core.story.origins import find_agency
from bot.core.story.reading import read
from bot.core.story.reprints import copied, is_copy, occasions_differ
from bot.core.story.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.core.model import Article, Quote
    from bot.core.story.reading import Reading

NEWEST: Final = 3
"""Members of a story, beside its opener, that a new article is compared with."""

NEAR: Final = 0.5
"""Log odds that a member found must exceed for its story to be looked at."""

JOIN: Final = 0.15
"""Log odds above which an article joins the best story."""

LOOKED_AT: Final = 3
"""Stories of which more members are compared."""

ASKED_FOR_ORIGIN: Final = 48
"""Members of a story, the opener and the newest, whose text a new one may carry."""

ONE_PAGE: Final = 0.3
"""Share of copied text from which two entries with one link are one page, changed; some feeds give
all their entries the link of a live page."""


class Stories:
    """Assigns articles to stories, online: the answer is final and depends on the order.

    Holds state in memory only; `restore` rebuilds it from stored rows. Not thread-safe.

    Args:
        look_back: how long an article is compared with later ones.
    """

    def __init__(self, *, look_back: timedelta = timedelta(days=5)) -> None:
        self._look_back = look_back.total_seconds()
        self._frequencies = Frequencies()
        self._shelf = Shelf()
        self._stories: dict[str, Story] = {}
        self._serials: dict[str, tuple[int, ...]] = {}
        self._members: dict[int, Member] = {}
        self._links: dict[int, int] = {}
        self._now = float("-inf")

    def __len__(self) -> int:
        """The number of articles that are remembered."""
        return len(self._members)

    def warm(self, articles: Iterable[Article]) -> None:
        """Learn from earlier articles how common words are; no story comes of it."""
        for article in articles:
            reading = self._read(article)
            self._frequencies.add(reading.terms)

    def place(self, article: Article, quotes: Sequence[Quote] = ()) -> Placement:
        """Assign an article to a story and remember it there.

        The same article again (same feed and key) is a revision of itself.
        """
        self._expire(article)
        reading = self._read(article)
        self._frequencies.add(reading.terms)
        story, place, origin, revises = self._decide(article, reading)
        if story is None:
            story = self._open(article.id)
        return self._remember(article, quotes, reading, story, place, origin, revises)

    def restore(self, article: Article, quotes: Sequence[Quote], story: str, place: Place) -> None:
        """Remember an article that was placed before; to be called in the order of arrival."""
        self._expire(article)
        reading = self._read(article)
        self._frequencies.add(reading.terms)
        home = self._stories.get(story) or self._open(story)
        revised = next((m.origin for m in home.members if m.article == article.id), "")
        if place is Place.REVISION and (older := self._links.get(_link_of(article))) is not None:
            revised = revised or self._members[older].origin
        origin = revised or self._origin_in(home, Comparisons(reading, self._shelf))
        self._remember(article, quotes, reading, home, place, origin)

    def forget(self, article_id: str) -> None:
        """Undo the last `place` or `restore` of an article; an unknown id changes nothing."""
        serials = self._serials.get(article_id)
        if not serials:
            return
        serial = serials[-1]
        self._frequencies.remove(self._shelf.get(serial).terms)
        self._shelf.remove(serial)
        self._drop(serial)

    def origin(self, article_id: str) -> str:
        """Give the id of the article whose text this one carries; its own for a text of its own."""
        serials = self._serials.get(article_id)
        return self._members[serials[-1]].origin if serials else article_id

    # ------------------------------------------------------------ deciding

    def _read(self, article: Article) -> Reading:
        return read(
            article.title,
            article.text,
            article.when.timestamp(),
            self._frequencies,
            outlet=article.source or article.feed_id,
        )

    def agencies(self, story: str) -> tuple[str, ...]:
        """Give the agencies that the reports of a story credit, those of most reports first."""
        known = self._stories.get(story)
        return known.agencies() if known else ()

    def _decide(self, article: Article, reading: Reading) -> tuple[Story | None, Place, str, str]:
        """Give story, place, origin, and the older article that this one is a new version of."""
        if serials := self._serials.get(article.id):
            member = self._members[serials[-1]]
            return member.story, Place.REVISION, member.origin, ""
        if older := self._same_page(article, reading):
            place = Place.REPRINT if self._unchanged(reading, older) else Place.REVISION
            return older.story, place, older.origin, older.article
        looked = Comparisons(reading, self._shelf)
        found = [
            serial
            for serial in self._shelf.find(reading)
            if abs(self._shelf.when(serial) - reading.when) <= self._look_back
        ]
        best, odds = self._best(looked, found)
        for serial in self._in_best_first(found, best):
            if looked.is_copy(serial):
                return self._members[serial].story, Place.REPRINT, self._members[serial].origin, ""
        if best is None or odds <= JOIN:
            return None, Place.NEW, "", ""
        return best, Place.FOLLOW_UP, self._origin_in(best, looked), ""

    def _same_page(self, article: Article, reading: Reading) -> Member | None:
        """Find the article of the same link, if the texts agree with their being one page.

        Under an unchanged headline other numbers are a correction, not another occasion.
        """
        serial = self._links.get(_link_of(article))
        if serial is None:
            return None
        older = self._shelf.get(serial)
        same = reading.heading == older.heading or not occasions_differ(reading, older)
        return self._members[serial] if same and copied(reading, older) >= ONE_PAGE else None

    def _unchanged(self, reading: Reading, older: Member) -> bool:
        return is_copy(reading, self._shelf.get(older.serial))

    def _in_best_first(self, found: list[int], best: Story | None) -> list[int]:
        """Order by story, the best one first, then by age."""
        return sorted(found, key=lambda serial: (self._members[serial].story is not best, serial))

    def _origin_in(self, story: Story, looked: Comparisons) -> str:
        """Give the origin of the text that a member of a story carries too, or ""."""
        for member in story.some(ASKED_FOR_ORIGIN):
            if looked.carries(member.serial):
                return member.origin
        return ""

    def _best(self, looked: Comparisons, found: list[int]) -> tuple[Story | None, float]:
        """Find the story that an article resembles most, with the log odds that it belongs there.

        What was found decides which stories are looked at; their openers and newest members are
        asked as well, so that one odd member cannot draw an article in.
        """
        nearest: dict[str, list[int]] = {}
        for serial in sorted(found, key=looked.odds, reverse=True):
            nearest.setdefault(self._members[serial].story.id, []).append(serial)
        best: Story | None = None
        most = float("-inf")
        ranked = sorted(nearest.items(), key=lambda one: (-looked.odds(one[1][0]), one[0]))
        tops = [looked.odds(near[0]) for _, near in ranked] + [-MOST, -MOST]
        for place, (story, near) in enumerate(ranked[:LOOKED_AT]):
            if tops[place] <= NEAR:
                break
            home = self._stories[story]
            odds = looked.belongs(
                near,
                [member.serial for member in home.some(NEWEST)],
                size=len(home.members),
                rival=tops[0] if place else tops[1],
            )
            if odds > most:
                best, most = home, odds
        return best, most

    # ------------------------------------------------------------ remembering

    def _open(self, story: str) -> Story:
        opened = Story(story)
        self._stories[story] = opened
        return opened

    def _remember(
        self,
        article: Article,
        quotes: Sequence[Quote],
        reading: Reading,
        story: Story,
        place: Place,
        origin: str,
        revises: str = "",
    ) -> Placement:
        serial = self._shelf.add(reading, self._now)
        article_id = article.id
        outlet = article.source or article.domain or article.feed_id
        member = Member(
            serial,
            article_id,
            sys.intern(outlet),
            origin or article_id,
            sys.intern(find_agency(article.text, outlet)),
            _link_of(article),
            story,
        )
        story.members.append(member)
        self._members[serial] = member
        self._serials[article_id] = (*self._serials.get(article_id, ()), serial)
        if member.link:
            self._links[member.link] = serial
        fresh = story.hear(article, quotes, serial)
        if place is Place.REPRINT and any(_official(quotes[at]) for at in fresh):
            place = Place.FOLLOW_UP  # a copy, but with words of somebody of weight added
        return Placement(story.id, place, fresh, story.sources, story.agencies(), revises)

    def _expire(self, article: Article) -> None:
        self._now = max(self._now, article.arrived.timestamp())
        for serial in self._shelf.expire(self._now - self._look_back):
            self._drop(serial)

    def _drop(self, serial: int) -> None:
        """Forget a member; the story goes with the last one."""
        member = self._members.pop(serial)
        story = member.story
        story.members.remove(member)
        if self._links.get(member.link) == serial:
            before = [other.serial for other in story.members if other.link == member.link]
            if before:
                self._links[member.link] = before[-1]
            else:
                del self._links[member.link]
        if story.said is not None:
            story.said = [said for said in story.said if said.serial != serial]
        if not story.members:
            del self._stories[story.id]
        serials = tuple(one for one in self._serials[member.article] if one != serial)
        if serials:
            self._serials[member.article] = serials
        else:
            del self._serials[member.article]


def _official(quote: Quote) -> bool:
    return bool(quote.entity) and quote.kind == "direct"


def _link_of(article: Article) -> int:
    """Hash an article's link; 0 for none, which no article is remembered under."""
    link = canonical_link(article.url)
    if not link:
        return 0
    return int.from_bytes(blake2b(link.encode("utf-8", "surrogatepass"), digest_size=8).digest())
