"""The sieve never misses what it looks for, whatever was added and dropped before."""

from __future__ import annotations

import random

import pytest

from bot.core.match.sieve import BEGINNINGS, PAIR, WORD, Grid, Sieve

LETTERS = "abcdeיקראعзж火é"


def words(count: int, seed: int) -> list[str]:
    rng = random.Random(seed)  # noqa: S311 - a fixed sample
    return ["".join(rng.choice(LETTERS) for _ in range(rng.randint(1, 12))) for _ in range(count)]


def passed(sieve: Sieve, text: str) -> set[tuple[int, str]]:
    grid = Grid(text)
    return {
        (sieve.kinds[order], " ".join(grid.data[start:end].decode().split()))
        for order, start, end in sieve.sift(grid)
    }


def test_everything_that_was_added_passes_as_the_table_grows() -> None:
    sieve, known = Sieve(), words(4000, 1)
    for number, word in enumerate(known):
        sieve.add(WORD, word, lambda _kind, number=number: known[:number])
    text = f" {'  '.join(known)} "
    assert {(WORD, word) for word in known} <= passed(sieve, text)


def test_little_else_passes() -> None:
    sieve, known = Sieve(), words(2000, 2)
    for number, word in enumerate(known):
        sieve.add(WORD, word, lambda _kind, number=number: known[:number])
    others = [word for word in words(4000, 3) if word[:2] not in {k[:2] for k in known}]
    others += [f"{number}word" for number in range(4000)]
    assert len(passed(sieve, f" {' '.join(others)} ")) < len(others) / 20


def test_what_is_dropped_passes_no_more_and_the_rest_does() -> None:
    sieve, known = Sieve(), sorted(set(words(300, 4)))
    for word in known:
        sieve.add(WORD, word, lambda _kind: ())
    for word in known[::2]:
        sieve.drop(WORD, word)
    found = {word for _, word in passed(sieve, f" {' '.join(known)} ")}
    assert set(known[1::2]) <= found
    assert len(found & set(known[::2])) < len(known) / 20


def test_pairs_are_found_whatever_stands_between_them() -> None:
    sieve = Sieve()
    sieve.add(PAIR, "security council", lambda _kind: ())
    assert passed(sieve, " the security   council met ") == {(PAIR, "security council")}
    assert passed(sieve, " council security  of the council ") == set()
    assert passed(sieve, " a security ") == set()


@pytest.mark.parametrize("size", BEGINNINGS)
def test_beginnings_let_whole_words_through(size: int) -> None:
    sieve, start = Sieve(), "warrant"[:size]
    sieve.add(size, start, lambda _kind: ())
    assert passed(sieve, f" {start}ing a {start} {start[:-1]} x ") == {
        (size, f"{start}ing"),
        (size, start),
    }


@pytest.mark.parametrize("text", ["", " ", "   ", " \x00 "])
def test_texts_without_words(text: str) -> None:
    sieve = Sieve()
    assert list(sieve.sift(Grid(f" {text} "))) == []
    sieve.add(WORD, "x", lambda _kind: ())
    assert list(sieve.sift(Grid(f" {text} "))) == []
