"""Articles and rules for bench/match.py, made up from syllables: no text of anybody's."""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate

from bot.core.model import Alias, Article, Entity, Rule
from bot.core.officials import Officials

VOCABULARY = 200_000
"""Words that rules may use; articles use the first fifth, by a Zipf law."""
TOKENS = 620

_ONSETS = [
    "b",
    "br",
    "c",
    "ch",
    "d",
    "dr",
    "f",
    "fl",
    "g",
    "gr",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pl",
    "qu",
    "r",
    "s",
    "sh",
    "st",
    "t",
    "th",
    "tr",
    "v",
    "w",
    "z",
]
_VOWELS = ["a", "e", "i", "o", "u", "ai", "ea", "ie", "oo", "ou"]
_CODAS = ["", "", "l", "m", "n", "nd", "r", "rk", "s", "st", "t", "x"]
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What rules and articles are made of; `written` words are those that articles use."""

    words: list[str]
    names: list[str]
    weights: list[float]

    @property
    def written(self) -> int:
        """How many of the words articles use."""
        return len(self.weights)


def make_world(size: int = VOCABULARY, seed: int = 7) -> World:
    """Make the vocabulary: words by rank, and two-word names."""
    rng = random.Random(seed)
    words: dict[str, None] = dict.fromkeys(["the", "of", "and", "in", "to", "a", "said", "on"])
    while len(words) < size:
        parts = rng.choice((1, 2, 2, 3, 3, 4))
        words["".join(_syllable(rng) for _ in range(parts))] = None
    listed = list(words)
    names = [
        f"{listed[rng.randrange(1500, size // 10)]} {listed[rng.randrange(1500, size)]}".title()
        for _ in range(size // 5)
    ]
    weights = list(accumulate(1 / (rank + 2.7) for rank in range(size // 5)))
    return World(listed, names, weights)


def _syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)


def make_articles(world: World, count: int, seed: int = 11) -> list[Article]:
    """Make articles of some 620 tokens, with names, acronyms, quotes and typography."""
    rng = random.Random(seed)
    return [_article(world, rng, number) for number in range(count)]


def _article(world: World, rng: random.Random, number: int) -> Article:
    sentences, tokens = [], 0
    while tokens < TOKENS:
        length = rng.randint(8, 30)
        words = [_word(world, rng) for _ in range(length)]
        words[0] = words[0].capitalize()
        if rng.random() < 0.3:
            words.insert(length // 2, words.pop() + ",")
        sentence = " ".join(words) + "."
        sentences.append(f"“{sentence}”" if rng.random() < 0.15 else sentence)
        tokens += length
    paragraphs = [" ".join(sentences[at : at + 3]) for at in range(0, len(sentences), 3)]
    title = " ".join(_word(world, rng) for _ in range(9)).capitalize()
    return Article(
        feed_id="bench",
        key=str(number),
        url="",
        title=title,
        text="\n\n".join(paragraphs),
        published=None,
        arrived=_EPOCH,
        source=rng.choice(("The Harbour Times", "Morning Ledger", "Wire Four")),
        lang="en",
    )


def _word(world: World, rng: random.Random) -> str:
    chance = rng.random()
    if chance < 0.02:
        # Some names are written about far more often than others.
        return world.names[int(len(world.names) * rng.random() ** 4)] + rng.choice(("", "", "’s"))
    if chance < 0.025:
        return acronym(world, rng.randint(0, 2000))
    if chance < 0.028:
        return rng.choice(("café", "cease-fire", "U.S.", "3.5", "co-ordinated", "naïve"))
    return world.words[bisect(world.weights, rng.random() * world.weights[-1])]


def acronym(world: World, rank: int) -> str:
    """Give the acronym of a rank."""
    return "".join(world.words[rank * 17 % world.written + part][0] for part in range(3)).upper()


def make_officials(world: World, count: int = 150) -> Officials:
    """Make entities with a full name, a surname, and an acronym with context."""
    return Officials(
        Entity(
            f"person{number}",
            world.names[number * 7],
            aliases=(Alias(world.names[number * 7].split()[1]),),
        )
        if number % 3
        else Entity(
            f"body{number}",
            f"{world.names[number * 7]} Council",
            kind="institution",
            aliases=(
                Alias(acronym(world, number), exact=True, context=tuple(world.words[9:12])),
                Alias(world.names[number * 7]),
            ),
        )
        for number in range(count)
    )


def make_rules(world: World, count: int, *, quiet_after: int | None = None) -> list[Rule]:
    """Make rules of every shape.

    Args:
        world: the vocabulary.
        count: how many; the first n of a longer list are the list of n.
        quiet_after: rules beyond this number use words that no article has, so that the hits per
            article do not grow with the rules; None for rules of one kind throughout.
    """
    rng = random.Random(13)
    rules = []
    for number in range(count):
        quiet = quiet_after is not None and number >= quiet_after
        rules.append(Rule(f"r{number}", f"r{number}", _query(world, rng, quiet=quiet)))
    return rules


def _term(world: World, rng: random.Random, *, quiet: bool) -> str:
    if quiet:
        word = world.words[rng.randrange(world.written, len(world.words))]
        other = world.words[int(world.written * rng.random() ** 2)]
        return word if rng.random() < 0.6 else f'"{other} {word}"'
    chance = rng.random()
    if chance < 0.45:
        return f'"{world.names[int(len(world.names) * rng.random() ** 2)]}"'
    if chance < 0.93:
        return world.words[int(300 + (len(world.words) - 301) * rng.random() ** 2)]
    return acronym(world, rng.randint(0, 2000))


def _query(  # noqa: PLR0911 - one return for each shape
    world: World, rng: random.Random, *, quiet: bool
) -> str:
    def term() -> str:
        return _term(world, rng, quiet=quiet)

    chance = rng.random()
    if chance < 0.40:
        return term()
    if chance < 0.62:
        return " OR ".join(term() for _ in range(rng.randint(2, 6)))
    if chance < 0.80:
        common = world.words[int(20 + 1500 * rng.random() ** 2)]
        return f"({term()} OR {term()}) AND {common}"
    if chance < 0.88:
        return f"{term()} AND NOT {world.words[rng.randint(50, 3000)]}"
    if chance < 0.94:
        return f"{term()} NEAR/8 {world.words[rng.randint(5, 500)]}"
    if chance < 0.97 or quiet:
        return f"title:{term()} OR ({term()} AND source:harbour)"
    return f"@{'person' if (pick := rng.randint(0, 149)) % 3 else 'body'}{pick} AND {term()}"
