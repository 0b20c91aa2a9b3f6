"""Articles and rules for bench/match.py, made up from syllables: no text of anybody's.

What is drawn follows what was counted in some 700 English news texts (counts, not words):

- how often the word of each rank is used (`_SHARES`), and how long such words are (`_LENGTHS`);
- that an article repeats itself: 620 words are some 316 different ones, so `_REPEATED` of the words
  are drawn from those that the article has already;
- 18 two-word names (15 different ones), 5 acronyms, 14 apostrophes, 10 hyphens, 16 quotation marks,
  33 commas in 620 words.

What people watch for cannot be counted that way. A rule asks for names three times out of five, for
a word, a phrase or an acronym otherwise, in one of the language's shapes. Its names are drawn
evenly from the 40,000 that the articles name, its words from all but the 3,000 commonest. `hits`
says how dense that makes the matches:

- "news": a rule is met by 0.09 % of articles in the mean (a thousand rules: one for each article);
- "dense": by 0.7 %, as if everybody watched for what everybody writes about;
- "quiet": rules beyond the hundredth use words that no article has: hits do not grow with rules.
"""

from __future__ import annotations

import random
from bisect import bisect
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from math import exp, log
from typing import Literal

from bot.core.model import Alias, Article, Entity, Rule
from bot.core.officials import Officials

VOCABULARY = 200_000
"""Words that rules may use; articles use the first fifth."""
TOKENS = 620
Hits = Literal["news", "dense", "quiet"]

_REPEATED = 0.33
_SHARES = ((1, 58e-3), (10, 8.3e-3), (30, 3.8e-3), (100, 1e-3), (300, 363e-6), (1000, 122e-6),
           (3000, 36.7e-6), (10_000, 6.9e-6), (40_000, 1.4e-6))  # fmt: skip
"""Rank of a word, and its share of all words."""
_LENGTHS = ((40, 0.5), (150, 1), (500, 1.4), (3000, 1.8), (10_000, 2.1), (VOCABULARY, 2.5))
"""Up to which rank words have so many syllables, in the mean."""
_LEAN = {"news": 1.0, "dense": 2.0, "quiet": 1.0}
"""Names and words are chosen by rank = all * u ** lean; 1 is evenly, 2 leans to the well-known."""
_COMMONEST = {"news": 3000, "dense": 300, "quiet": 3000}
"""No rule asks for a commoner word than the one of this rank alone."""

_ONSETS = "b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w z".split()  # noqa: SIM905 - else 30 lines
_VOWELS = "a e i o u a e i o u ai ea ie oo ou".split()  # noqa: SIM905
_CODAS = ("", "", "", "l", "m", "n", "nd", "r", "s", "st", "t")
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_FIRST_NAMES, _NAMES = 1500, 40_000


@dataclass(frozen=True)
class World:
    """What rules and articles are made of, by rank; `weights` are cumulative."""

    words: list[str]
    weights: list[float]
    names: list[str]
    name_weights: list[float]

    @property
    def written(self) -> int:
        """How many of the words articles use."""
        return len(self.weights)


def make_world(size: int = VOCABULARY, seed: int = 7) -> World:
    """Make the vocabulary: words by rank, and two-word names."""
    rng = random.Random(seed)
    words: dict[str, None] = dict.fromkeys(["the", "of", "and", "in", "to", "a", "said", "on"])
    while len(words) < size:
        mean = next(length for rank, length in _LENGTHS if len(words) < rank)
        parts = max(1, round(rng.gauss(mean, 0.5)))
        word = "".join(_syllable(rng) for _ in range(parts)) if mean >= 1 else _particle(rng)
        words[word] = None
    listed = list(words)
    weights = list(accumulate(map(_share, range(1, size // 5 + 1))))
    # First names are few; surnames are words that may stand elsewhere, as in life.
    firsts = [listed[rng.randrange(500, size // 10)] for _ in range(_FIRST_NAMES)]
    names = dict[str, None]()
    while len(names) < min(_NAMES, size // 5):
        first = firsts[int(_FIRST_NAMES * rng.random() ** 2)]
        names[f"{first} {listed[rng.randrange(3000, size // 2)]}".title()] = None
    name_weights = list(accumulate(1 / (rank + 20) for rank in range(len(names))))
    return World(listed, weights, list(names), name_weights)


def _share(rank: int) -> float:
    """Read `_SHARES` between its points, straight in logarithms."""
    for (low, much), (high, little) in pairwise(_SHARES):
        if rank <= high:
            part = log(rank / low) / log(high / low)
            return exp(log(much) + part * log(little / much))
    return _SHARES[-1][1]


def _syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)


def _particle(rng: random.Random) -> str:
    return rng.choice(("", rng.choice(_ONSETS))) + rng.choice("aeiou") + rng.choice(_CODAS)


def make_articles(world: World, count: int, seed: int = 11) -> list[Article]:
    """Make articles of some 620 words, with names, acronyms, quotes and typography."""
    rng = random.Random(seed)
    return [_Writer(world, rng).article(number) for number in range(count)]


class _Writer:
    """Writes one article; what it wrote already comes again."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self._world, self._rng = world, rng
        self._used: list[str] = []
        self._named: list[str] = []
        # Three articles in four have typewriter quotation marks and apostrophes.
        self._marks = "“”’" if rng.random() < 0.25 else '""\''

    def article(self, number: int) -> Article:
        rng = self._rng
        title = self._sentence(9).rstrip(".")
        sentences, tokens = [], 0
        while tokens < TOKENS:
            sentence = self._sentence(rng.randint(8, 30))
            tokens += sentence.count(" ") + 1
            opening, closing, _ = self._marks
            sentences.append(f"{opening}{sentence}{closing}" if rng.random() < 0.24 else sentence)
        paragraphs = [" ".join(sentences[at : at + 2]) for at in range(0, len(sentences), 2)]
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

    def _sentence(self, length: int) -> str:
        words: list[str] = []
        while len(words) < length:
            words += self._next().split()
        words[0] = words[0][0].upper() + words[0][1:]
        for at in range(5, len(words) - 1, 9):
            if self._rng.random() < 0.6:
                words[at] += ","
        return " ".join(words) + "."

    def _next(self) -> str:
        rng, world = self._rng, self._world
        chance = rng.random()
        if chance < 0.03:
            if self._named and rng.random() < 0.2:
                name = rng.choice(self._named)
            else:
                name = world.names[bisect(world.name_weights, _upto(rng, world.name_weights))]
                self._named.append(name)
            return f"{name}{self._marks[2]}s" if rng.random() < 0.15 else name
        if chance < 0.038:
            return acronym(world, int(2000 * rng.random() ** 2))
        if chance < 0.05:
            plain = ("U.S.", "3.5", "12", "2026", "don't")
            return rng.choice(plain if self._marks[2] == "'" else ("café", "naïve", "don’t"))
        if chance < 0.065:
            return f"{self._word()}-{self._word()}"
        return self._word()

    def _word(self) -> str:
        rng, world = self._rng, self._world
        if self._used and rng.random() < _REPEATED:
            return rng.choice(self._used)
        word = world.words[bisect(world.weights, _upto(rng, world.weights))]
        self._used.append(word)
        return word


def _upto(rng: random.Random, cumulative: list[float]) -> float:
    return rng.random() * cumulative[-1]


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


def make_rules(world: World, count: int, hits: Hits = "news") -> list[Rule]:
    """Make rules of every shape; the first n of a longer list are the list of n."""
    rng = random.Random(13)
    rules = []
    for number in range(count):
        kind = "news" if hits == "quiet" and number < 100 else hits
        rules.append(Rule(f"r{number}", f"r{number}", _Asker(world, rng, kind).query()))
    return rules


class _Asker:
    """Writes one query."""

    def __init__(self, world: World, rng: random.Random, hits: Hits) -> None:
        self._world, self._rng, self._hits = world, rng, hits

    def query(self) -> str:  # noqa: PLR0911 - one return for each shape
        rng, term, common = self._rng, self._term, self._common
        chance = rng.random()
        if chance < 0.36:
            return term()
        if chance < 0.58:
            return " OR ".join(term() for _ in range(rng.randint(2, 6)))
        if chance < 0.76:
            return f"({term()} OR {term()}) AND {common(20, 2000)}"
        if chance < 0.84:
            return f"{term()} AND NOT {common(50, 3000)}"
        if chance < 0.90:
            return f"{term()} NEAR/8 {common(50, 2000)}"
        if chance < 0.93:
            return f"title:{term()} OR ({term()} AND source:harbour)"
        if chance < 0.96:
            return f"{self._prefix()} OR {term()}"
        pick = rng.randrange(150)
        return f"@{'person' if pick % 3 else 'body'}{pick} AND {term()}"

    def _rank(self, low: int, high: int) -> int:
        return low + int((high - low) * self._rng.random() ** _LEAN[self._hits])

    def _common(self, low: int, high: int) -> str:
        return self._world.words[self._rank(low, high)]

    def _term(self) -> str:
        world, rng = self._world, self._rng
        if self._hits == "quiet":
            word = world.words[rng.randrange(world.written, len(world.words))]
            return word if rng.random() < 0.4 else f'"{self._common(500, 20_000)} {word}"'
        chance = rng.random()
        if chance < 0.60:
            return f'"{world.names[self._rank(0, len(world.names))]}"'
        if chance < 0.83:
            return world.words[self._rank(_COMMONEST[self._hits], len(world.words))]
        if chance < 0.93:
            second = self._common(_COMMONEST[self._hits], len(world.words))
            return f'"{self._common(100, 5000)} {second}"'
        return acronym(world, rng.randint(0, 2000))

    def _prefix(self) -> str:
        """Ask for the beginning of a long word."""
        low = self._world.written if self._hits == "quiet" else _COMMONEST[self._hits]
        word = ""
        while len(word) < 8:
            word = self._world.words[self._rng.randrange(low, len(self._world.words))]
        return f"{word[:-2]}*"
