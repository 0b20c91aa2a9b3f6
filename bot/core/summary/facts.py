"""Plain facts about the sentences, words and pairs of neighbouring words of an article.

Nothing here needs a training text: facts are counts, places, lengths, capitals and marks. Their
names stand in `SENTENCE`, `WORD` and `PAIR`, in the order of the columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bot.core.summary.counts import EARLY, Counts, Pairs, count_pairs, count_words
from bot.core.summary.words import ORPHAN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

LEAD: Final = 3
TOP: Final = 8
"""So many words that occur most often are what the article is about."""
_WORDS: Final = re.compile(r"[^\W_]+")
_MARKS: Final = re.compile(r"[\"“”]")
_FIGURE: Final = re.compile(r"\d")
_TALK: Final = frozenset("i my me we our us you your".split())
_SAYING: Final = frozenset("said says say told tell".split())
_PAST: Final = frozenset("was were had been".split())

SENTENCE: Final = (
    *("place", "first", "second", "third", "early", "depth", "before", "sentences"),
    *("length", "short", "long", "stops", "capitals", "often", "spread", "pairs"),
    *("top", "top_early", "main_name", "new", "lead", "next", "last"),
    *("lead_capitals", "lead_length", "lead_top"),
    *("commas", "figures", "marks", "marked_start", "marked_end", "orphan", "question", "talk"),
    *("saying", "past"),
)
WORD: Final = (
    *("stop", "often", "place", "first", "early", "capital", "number", "letters", "spread"),
    *("often_early", "widely", "stop_often", "stop_letters", "stop_place"),
    *("last", "early_spread", "often_capital", "within", "top"),
)
PAIR: Final = (
    *("two_stops", "one_stop", "often", "spread", "place", "first", "early", "often_content"),
    *("two_capitals", "one_capital", "often_capitals", "number", "single", "single_content"),
    *("share_one", "share_two", "rest_one", "rest_two", "stop_one", "stop_two"),
    *("content", "content_often", "content_place", "content_early", "later", "early_word"),
    *("place_one", "place_two", "last_one", "last_two", "spread_one", "spread_two"),
    *("letters_one", "letters_two", "top", "cut", "within"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an article's candidates.

    Attributes:
        rows: numbers of the words of each candidate, in order.
        stems: the word behind each number.
        sentences: facts of each candidate, by `SENTENCE`.
        words: facts of each word of the candidates, by `WORD` and then `SENTENCE` of the sentence
            where it stands first.
        pairs: facts of each pair of the candidates, by `PAIR` and then `SENTENCE` likewise.
        word_places: a candidate and the row of `words` of a word that it holds, for all of them.
        pair_places: likewise of `pairs`.
        couples: for each row of `pairs`, the numbers of its two words; the rows of `words` are in
            the order of the numbers.
    """

    rows: list[list[int]]
    stems: list[str]
    sentences: Floats
    words: Floats
    pairs: Floats
    word_places: tuple[Numbers, Numbers]
    pair_places: tuple[Numbers, Numbers]
    couples: Numbers


def gather(sentences: Sequence[str], candidates: int) -> Facts:
    """Gather the facts of the first sentences of an article.

    Args:
        sentences: the sentences that are counted; one of them at least holds a word.
        candidates: so many of them are described.

    Returns:
        The facts; words and pairs of the candidates only, each once.
    """
    text = count_words(sentences)
    pairs = count_pairs(text)
    some = min(candidates, len(sentences))
    content = 1 - text.stop
    # What an article is about: its most frequent words, the earlier ones first.
    order = np.lexsort((text.first, -text.count * content))
    top = np.zeros(len(text.stems))
    top[order[:TOP]] = content[order[:TOP]]
    main = np.zeros(len(text.stems))
    main[order[(content * text.capital)[order] > 0][:1]] = 1.0
    shapes = np.array([_shape(sentence) for sentence in sentences[:some]])
    about = np.hstack([_sentences(text, pairs, top, main, some), shapes])
    # Words are numbered by their first places, so the candidates hold the first numbers.
    known, near = int((text.first < some).sum()), np.flatnonzero(pairs.first < some)
    words_end = np.searchsorted(text.own_sentence, some)
    pairs_end = np.searchsorted(pairs.own_sentence, some)
    return Facts(
        rows=text.rows[:some],
        stems=text.stems,
        sentences=about,
        words=_table(_words(text, top), slice(known), about, text.first),
        pairs=_table(_pairs(text, pairs, top), near, about, pairs.first),
        word_places=(text.own_sentence[:words_end], text.own_word[:words_end]),
        pair_places=(
            pairs.own_sentence[:pairs_end],
            np.searchsorted(near, pairs.own[:pairs_end]),
        ),
        couples=np.column_stack([pairs.one, pairs.two])[near],
    )


def _sentences(text: Counts, pairs: Pairs, top: Floats, main: Floats, some: int) -> Floats:
    """Give the facts that come from all words of a sentence."""
    own_sentence, own_word, total = text.own_sentence, text.own_word, len(text.rows)
    content = (1 - text.stop)[own_word]

    def add(values: Floats, where: Numbers = own_sentence) -> Floats:
        sums: Floats = np.bincount(where, values, minlength=total)[:some].astype(float)
        return sums

    different, telling = np.maximum(add(np.ones(len(own_word))), 1), np.maximum(add(content), 1)
    lengths = np.bincount(text.sentence, minlength=total)
    number = np.arange(some)
    # The lead is the first two sentences; each of the two is held against the other.
    first, second = text.present[0][own_word], text.present[1][own_word]
    lead = np.where(own_sentence == 0, second, np.where(own_sentence == 1, first, first | second))
    tops = add(top[own_word]) / TOP
    capitals = add(text.capital[own_word]) / different
    length = np.minimum(lengths[:some], 50) / 25
    weighed = (text.stop[pairs.one] + text.stop[pairs.two] < 2)[pairs.own].astype(float)  # noqa: PLR2004
    paired = np.maximum(add(weighed, pairs.own_sentence), 1)
    pair_often = add(weighed * np.log(pairs.spread)[pairs.own], pairs.own_sentence) / paired
    everywhere = np.ones(some)
    columns = [
        np.log1p(number), number == 0, number == 1, number < LEAD, number < EARLY,
        number / total, np.log1p(np.cumsum(lengths) - lengths)[:some] / 5,
        everywhere * np.log(total), length, lengths[:some] < 8, lengths[:some] > 35,  # noqa: PLR2004
        add(text.stop[own_word]) / different, capitals,
        add(content * np.log(text.count)[own_word]) / telling,
        add(content * (text.spread[own_word] - 1.0)) / telling,
        pair_often, tops, tops * (number < EARLY), add(main[own_word]),
        add(content * (text.first[own_word] == own_sentence)) / telling,
        add(content * lead) / telling,
        add(content * text.present[own_sentence + 1, own_word]) / telling,
        add(content * text.present[own_sentence - 1, own_word]) / telling,
        everywhere * capitals[0], everywhere * length[0], everywhere * tops[0],
    ]  # fmt: skip
    answer: Floats = np.column_stack(columns).astype(float)
    return answer


def _shape(sentence: str) -> list[float]:
    """Give the facts that are seen at the sentence itself: the last of `SENTENCE`."""
    words = _WORDS.findall(sentence.lower())
    return [
        5.0 * sentence.count(",") / max(1, len(words)),
        float(bool(_FIGURE.search(sentence))),
        float(bool(_MARKS.search(sentence))),
        float(sentence[:1] in "\"“”‘'«„"),
        float(sentence[-1:] in "\"“”’'»"),
        float(bool(words) and words[0] in ORPHAN),
        float("?" in sentence),
        float(not _TALK.isdisjoint(words)),
        float(not _SAYING.isdisjoint(words)),
        float(not _PAST.isdisjoint(words)),
    ]


def _table(
    columns: Sequence[NDArray[Any]], kept: slice | Numbers, about: Floats, first: Numbers
) -> Floats:
    """Put columns and the facts of the first sentence side by side; a column lies in one piece."""
    place = first[kept]
    table = np.empty((len(columns) + about.shape[1], len(place)))
    for at, column in enumerate(columns):
        table[at] = column[kept]
    table[len(columns) :] = about.T[:, place]
    return table.T


def _words(text: Counts, top: Floats) -> Sequence[NDArray[Any]]:
    """Give the facts of each word, by `WORD`."""
    stop, often, first, spread = text.stop, np.log(text.count), text.first, text.spread
    content, lead, total = 1 - stop, first < LEAD, len(text.rows)
    return [
        stop, content * often, content * np.log1p(first), content * (first == 0), content * lead,
        content * text.capital, content * text.digit,
        content * np.minimum(text.letters, 10) / 10, content * spread / total,
        content * often * lead, content * (spread > 2), stop * often, stop * text.letters / 5,  # noqa: PLR2004
        stop * np.log1p(first), text.last / total, np.log1p(text.early), text.capital * often,
        text.within, top,
    ]  # fmt: skip


def _pairs(text: Counts, pairs: Pairs, top: Floats) -> Sequence[NDArray[Any]]:
    """Give the facts of each pair, by `PAIR`."""
    a, b, first, total = pairs.one, pairs.two, pairs.first, len(text.rows)
    stop, content, capital = text.stop, 1 - text.stop, text.capital
    single, place, often = np.log(text.count), np.log1p(text.first), np.log(pairs.count)
    stops, capitals = stop[a] + stop[b], capital[a] + capital[b]
    telling, letters = stops == 0, np.minimum(text.letters, 12)
    return [
        stops == 2, stops == 1, often, np.log(pairs.spread), np.log1p(first), first == 0,  # noqa: PLR2004
        first < LEAD, often * (stops < 2), capitals == 2, capitals == 1, often * (capitals == 2),  # noqa: PLR2004
        np.maximum(text.digit[a], text.digit[b]), single[a] + single[b],
        content[a] * single[a] + content[b] * single[b],
        pairs.count / text.count[a], pairs.count / text.count[b],
        np.minimum(text.spread[a] - pairs.spread, 5), np.minimum(text.spread[b] - pairs.spread, 5),
        stop[a], stop[b], telling, often * telling, np.log1p(first) * telling,
        (first < LEAD) * telling, np.maximum(text.first[a], text.first[b]) < first,
        np.minimum(text.first[a], text.first[b]) < LEAD, place[a], place[b],
        text.last[a] / total, text.last[b] / total, text.early[a], text.early[b],
        letters[a], letters[b], top[a] + top[b], pairs.cut, pairs.within,
    ]  # fmt: skip
