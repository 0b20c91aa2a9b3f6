"""The sieve never misses what it looks for, whatever was added and dropped before."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bot.core.match.grid import ANY_WORD, Grid, slot_of
from bot.core.match.sieve import BEGINNINGS, PAIR, WORD, Sieve

if TYPE_CHECKING:
    from collections.abc import Iterable

LETTERS = "abcdeיקראعзж火é"
BEGUN = 2


class Looking(Sieve):
    """A sieve that remembers what was added, as the index does."""

    def __init__(self) -> None:
        self.known: dict[int, list[str]] = {kind: [] for kind in (WORD, PAIR, *BEGINNINGS)}
        super().__init__(self.known.__getitem__)

    def look(self, kind: int, texts: Iterable[str]) -> None:
        for text in texts:
            self.add(kind, text)
            self.known[kind].append(text)


def words(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)  # noqa: S311 - a fixed sample
    return ["".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 12))) for _ in range(count)]


def passed(sieve: Sieve, text: str) -> set[tuple[int, str]]:
    found = set()
    for kind, piles in enumerate(sieve.sift(Grid(text))):
        for pile, start, end in zip(*piles, strict=True):
            assert text.encode()[start:end] == pile.encode()
            found.add((kind, " ".join(pile.split())))
    return found


def test_everything_that_was_added_passes_as_the_tables_grow() -> None:
    """Words, pairs and beginnings together, in a long text and each in a short one."""
    sieve, known = Looking(), words(4000, 1)
    pairs = [f"{one} {two}" for one, two in zip(known[:2000], known[2000:], strict=True)]
    starts = [word for word in known if len(word.encode()) >= BEGINNINGS[0]]
    for at in range(0, 4000, 100):
        sieve.look(WORD, known[at : at + 100])
        sieve.look(PAIR, pairs[at : at + 100])
        for size in BEGINNINGS:
            cut = (word.encode()[:size].decode(errors="ignore") for word in starts[at : at + 100])
            sieve.look(size, (start for start in cut if len(start.encode()) == size))
    wanted = {(WORD, word) for word in known} | {(PAIR, pair) for pair in pairs}
    assert wanted <= passed(sieve, f" {'  '.join(pairs)} ")
    for pair in pairs[::50]:
        assert (PAIR, pair) in passed(sieve, f" x {pair} ")
    for size in BEGINNINGS:
        for start in sieve.known[size][::20]:
            assert (BEGUN, f"{start}q") in passed(sieve, f" {start}q x ")


def test_little_else_passes() -> None:
    sieve, known = Looking(), words(2000, 2)
    sieve.look(WORD, known)
    sieve.look(PAIR, (f"{one} {two}" for one, two in zip(known, words(2000, 5), strict=True)))
    others = [word for word in words(4000, 3) if word[:2] not in {k[:2] for k in known}]
    others += [f"{number}word" for number in range(4000)]
    assert len(passed(sieve, f" {' '.join(others)} ")) < len(others) / 20


def test_words_of_pairs_pass_as_pairs_only_side_by_side() -> None:
    """A long text of words that all stand in pairs, in another order."""
    sieve = Looking()
    firsts, lasts = sorted(set(words(400, 6))), sorted(set(words(900, 7)) - set(words(400, 6)))
    pairs = [f"{one} {two}" for one, two in zip(firsts, lasts, strict=False)]
    sieve.look(PAIR, pairs)
    mixed = " ".join(f"{two} {one}" for one, two in zip(firsts, lasts, strict=False))
    assert len(passed(sieve, f" {mixed} ")) < len(pairs) / 10


def test_what_is_dropped_passes_no_more_and_the_rest_does() -> None:
    sieve, known = Looking(), sorted(set(words(300, 4)))
    sieve.look(WORD, known)
    for word in known[::2]:
        sieve.drop(WORD, word)
    found = {word for _, word in passed(sieve, f" {' '.join(known)} ")}
    assert set(known[1::2]) <= found
    assert len(found & set(known[::2])) < len(known) / 20


@pytest.mark.parametrize("kind", [WORD, PAIR, *BEGINNINGS])
def test_a_dropped_one_leaves_its_likes_alone(kind: int) -> None:
    """What was added twice and dropped once still passes."""
    sieve, text = Looking(), "warrant court"
    text = text if kind == PAIR else text[:kind] if kind in BEGINNINGS else "warrant"
    sieve.look(kind, [text, text])
    sieve.drop(kind, text)
    assert passed(sieve, f" a {text} ")
    sieve.drop(kind, text)
    assert not passed(sieve, f" a {text} ")


@pytest.mark.parametrize("pair", ["security council", "in the", "confederations of", "a b"])
def test_pairs_are_found_whatever_stands_between_them(pair: str) -> None:
    """Whichever of its words it is sifted by, in the middle and at either end of a text."""
    sieve = Looking()
    sieve.look(PAIR, [pair])
    apart = pair.replace(" ", "   ")
    for text in (f" {apart} ", f" the {apart} met ", f" the {apart} ", f" {apart} met "):
        assert passed(sieve, text) == {(PAIR, pair)}
    first, second = pair.split()
    assert (PAIR, pair) not in passed(sieve, f" {second} {first} x {second} ")
    assert passed(sieve, " x ") == set()


@pytest.mark.parametrize("size", BEGINNINGS)
def test_beginnings_let_whole_words_through(size: int) -> None:
    sieve, start = Looking(), "warrant"[:size]
    sieve.look(size, [start])
    found = passed(sieve, f" {start}ing a {start} xyz ")
    assert found == {(BEGUN, f"{start}ing"), (BEGUN, start)}
    assert passed(sieve, f" {start[:2]} x ") == set()


def test_of_words_that_begin_alike_few_pass() -> None:
    """Six bytes tell apart what five do not; a shorter beginning among them is found as well."""
    sieve = Looking()
    sieve.look(BEGINNINGS[0], ["constr", "consti", "conste"])
    others = " ".join(f"const{letter}{number}" for letter in "abdfgh" for number in range(20))
    assert len(passed(sieve, f" {others} construe {others} ")) < 6
    assert (BEGUN, "construe") in passed(sieve, f" {others} construe {others} ")
    sieve.look(BEGINNINGS[1], ["wordy"])
    found = passed(sieve, f" {others} construe wordy wordyness {others} ")
    assert {(BEGUN, word) for word in ("construe", "wordy", "wordyness")} <= found
    sieve.drop(BEGINNINGS[0], "constr")
    assert (BEGUN, "construe") not in passed(sieve, f" {others} construe {others} ")


@pytest.mark.parametrize("text", ["naïve warrants", "warrants", "слово warrants мост", "拉法"])
def test_every_word_of_a_text_has_its_slot(text: str) -> None:
    grid = Grid(f" {text} ")
    assert all(grid.slots[slot_of(word)] for word in text.split())
    assert grid.slots[ANY_WORD]
    absent = sum(grid.slots[slot_of(f"absent{number}")] > 0 for number in range(500))
    assert absent < 10


def test_a_word_is_told_from_those_that_begin_alike() -> None:
    """Eight bytes are all that slots and heads know; the text says the rest."""
    text = " constructor us constructed u constructor us "
    grid = Grid(text)
    for word in ("constructor", "constructed", "us", "u"):
        assert grid.has(word) is not False
        assert [text[at : at + len(word) + 1] for at in grid.starts(word)] == (
            [f"{word} "] * text.split().count(word)
        )
    for word in ("construction", "construct", "uss", "constructors"):
        assert not grid.has(word)
        assert grid.starts(word) == []


@pytest.mark.parametrize("text", ["", " ", "   ", " \x00 "])
def test_texts_without_words(text: str) -> None:
    sieve = Looking()
    assert passed(sieve, f" {text} ") == set()
    for kind, word in ((WORD, "x"), (PAIR, "x y"), (3, "xyz")):
        sieve.look(kind, [word])
    assert passed(sieve, f" {text} ") == set()
