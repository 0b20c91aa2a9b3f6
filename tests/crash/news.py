"""Invented news: each article about a different event, so that none is a reprint of another.

Where stories are asked for, `follow_up` tells of one of these events again, with new words of
somebody in it; a reprint is the article itself, in another feed.

Names, places and most nouns are made up for each article alone; only little words and the watched
words recur. The words are ours, the people do not exist.
"""

from __future__ import annotations

import random
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta

WATCHED = (
    "harbour", "orchard", "quarry", "lantern", "glacier", "viaduct", "foundry", "lighthouse",
    "meadow", "tannery", "causeway", "brewery", "aqueduct", "windmill", "pasture", "shipyard",
    "vineyard", "observatory", "reservoir", "granary", "monastery", "sawmill", "estuary", "citadel",
    "cooperage", "boathouse", "hatchery", "printworks", "ropewalk", "smithy", "tollgate", "wharf",
)  # fmt: skip
"""Words that rules look for; each article holds one of them, or none."""

FIRST = datetime(2024, 3, 1, 6, 0, tzinfo=UTC)

_HEADS = [a + b for a in "bdfghklmnprstvz" for b in "aeiou"]
_NAMES = [a + b for a in "cjqwxy" for b in "aeiou"]
_TAILS = [a + b for a in ("l", "m", "n", "r", "s", "t", "v", "k", "nd", "rt", "sk", "lm", "rn")
          for b in ("a", "en", "o", "is", "um", "eth", "ar")]  # fmt: skip
_ACTS = ("count", "paint", "lease", "weigh", "fence", "drain", "auction", "map", "light", "swap",
         "mend", "photograph", "rename", "insure", "measure", "stack", "carve", "seal", "tow",
         "plough")  # fmt: skip
_HEADLINES = (
    "{Town} {act}s {number} {thing}s{near}",
    "{number} {thing}s for {Town}, {Name} to {act} them{near}",
    "{Name} will {act} the {thing}s of {Town}{near}",
    "Why {Town} must {act} {number} {thing}s{near}",
)
_SENTENCES = (
    "The {a} of {Town} will {act} {number} {b}s before the {c} closes.",
    "{Name}, who keeps the {a}, found a {b} under the {c} in {Town}.",
    "Nobody had asked for a {a} when the {b} came down the {c}.",
    "A {a} costs {number} {b}s there, and a {c} twice as much.",
    "“We {act} the {a} first and the {b} after it,” said {Name}.",
    "Between the {a} and the {b} there is room for {number} {c}s.",
    "In {Town} the {a} opens at dawn, the {b} when the {c} is dry.",
    "{Name} counted {number} {a}s, none of them with a {b} or a {c}.",
)


@dataclass(frozen=True)
class Story:
    """An article as its feed and its page have it.

    Attributes:
        number: counts up over a whole run; the order of publication.
        word: the watched word in its headline, "" for none.
        teaser: what the feed says of it.
        text: what its page says, paragraphs separated by a blank line.
    """

    number: int
    word: str
    title: str
    teaser: str
    text: str
    published: datetime

    def fields(self) -> dict[str, object]:
        return {**asdict(self), "published": self.published.isoformat()}


class _Words:
    """Words of one article's own.

    Their first four letters tell its number, and whether they are names, because six letters are
    what stories go by.
    """

    def __init__(self, seed: int, number: int) -> None:
        self.chance = random.Random(f"{seed}/{number}")  # noqa: S311 -- repeatable invention
        self._noun = _HEADS[number % len(_HEADS)] + _HEADS[number // len(_HEADS) % len(_HEADS)]
        self._name = _NAMES[number % len(_NAMES)] + _HEADS[number // len(_NAMES) % len(_HEADS)]
        if again := number // (len(_NAMES) * len(_HEADS)):  # or the names of a burst would recur
            self._name = "aeiou"[again % 5] + self._name

    def _end(self) -> str:
        return self.chance.choice(_HEADS) + self.chance.choice(_TAILS)

    def noun(self) -> str:
        return self._noun + self._end()

    def proper(self) -> str:
        return (self._name + self._end()).title()

    def name(self) -> str:
        return f"{self.proper()} {self.proper()}"

    def number(self) -> str:
        return f"{self.chance.randint(1_000_001, 98_999_999):,}"


_SAID = "“The {word} has a {a} and a {b} for every {c}, and it is ours,” said {Name}."


def follow_up(story: Story, number: int, *, seed: int = 0) -> Story:
    """Write a later article on the event of `story`, in which somebody says something new.

    What is said holds the watched word, so it is news to who watches it.
    """
    words = _Words(seed, story.number)
    town, name = words.proper(), words.name()  # as they were drawn for the event itself
    said = _SAID.format(
        word=story.word, a=words.noun(), b=words.noun(), c=words.noun(),
        Name=name,
    )  # fmt: skip
    return replace(
        story,
        number=number,
        title=f"{town} hears of the {story.word}: {story.title}",
        teaser=f"{said} {story.teaser}",
        text=f"{said}\n\n{story.text}",
    )


def invent(number: int, word: str, *, seed: int = 0, sentences: int = 4) -> Story:
    """Write the article of a number; the same arguments give the same article."""
    words = _Words(seed, number)
    pick = words.chance.choice
    town, name = words.proper(), words.name()
    near = f" near the {word}" if word else ""
    title = pick(_HEADLINES).format(
        Town=town, Name=name, act=pick(_ACTS), number=words.number(), thing=words.noun(), near=near
    )
    told = [
        pattern.format(
            Town=town if at else words.proper(), Name=name, act=pick(_ACTS),
            number=words.number(), a=words.noun(), b=words.noun(), c=words.noun(),
        )
        for at, pattern in enumerate(words.chance.sample(_SENTENCES, sentences))
    ]  # fmt: skip
    return Story(
        number=number,
        word=word,
        title=title[0].upper() + title[1:],
        teaser=told[0],
        text="\n\n".join(" ".join(told[at : at + 2]) for at in range(0, sentences, 2)),
        published=FIRST + timedelta(seconds=7 * number),
    )
