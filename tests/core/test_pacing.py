"""How fast, how often, how long: pure decisions."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.pacing import (
    LONGEST_RETRY,
    Tempo,
    hurried,
    is_spent,
    next_probe,
    next_try,
)
from tests.samples import NOW

CHANCES = st.floats(0, 1, exclude_max=True)


@given(st.integers(1, 10_000), CHANCES, st.one_of(st.none(), st.floats(-100, 100_000)))
def test_pauses_grow_to_an_hour_and_never_undercut_what_was_named(
    attempt: int, chance: float, named: float | None
) -> None:
    at = None if named is None else NOW + timedelta(seconds=named)
    chosen = next_try(NOW, attempt=attempt, at=at, chance=chance)
    assert chosen >= max(NOW + timedelta(seconds=2), at or NOW)
    if at is None:
        assert chosen <= NOW + LONGEST_RETRY * 1.25
        assert chosen >= next_try(NOW, attempt=max(1, attempt - 1), at=None, chance=0)


def test_a_week_is_enough() -> None:
    assert not is_spent(NOW, NOW + timedelta(days=6, hours=23))
    assert is_spent(NOW, NOW + timedelta(days=7))


@given(st.floats(0, 1e7), CHANCES)
def test_probes_become_rare_but_never_end(ago: float, chance: float) -> None:
    pause = next_probe(NOW, NOW - timedelta(seconds=ago), chance=chance) - NOW
    assert timedelta(minutes=1) <= pause <= LONGEST_RETRY * 1.25


@given(st.integers(0, 100), CHANCES)
def test_hurrying_is_soon_at_first(hurries: int, chance: float) -> None:
    pause = hurried(NOW, hurries=hurries, chance=chance) - NOW
    assert pause <= (timedelta(seconds=10) if not hurries else LONGEST_RETRY)


STEPS = st.lists(
    st.tuples(st.sampled_from(["send", "more", "ease"]), st.floats(0, 3)), min_size=1, max_size=60
)


@given(st.floats(0.05, 2), st.integers(1, 20), STEPS)
def test_a_bucket_never_gives_more_than_its_burst_and_its_pace(
    gap: float, burst: int, steps: list[tuple[str, float]]
) -> None:
    """In any stretch of time: at most the burst, and one more for each gap."""
    tempo, now, sent = Tempo(gap, burst), NOW, list[datetime]()
    for step, wait in steps:
        now += timedelta(seconds=wait)
        if step == "send" and tempo.free_at(now) <= now:
            tempo = tempo.spent(now)
            sent.append(now)
        elif step == "ease":
            tempo = tempo.eased()
    for first, begun in enumerate(sent):
        for last, ended in enumerate(sent[first:], first):
            room = burst + (ended - begun).total_seconds() / gap
            assert last - first + 1 <= room + 1e-3 + 1e-5


@given(st.floats(0.1, 2), st.lists(st.floats(0.1, 600), max_size=8))
def test_a_pause_that_was_named_is_kept(gap: float, pauses: list[float]) -> None:
    tempo = Tempo(gap)
    for pause in pauses:
        tempo = tempo.spent(NOW).widened(NOW + timedelta(seconds=pause)).eased()
    if pauses:
        assert tempo.free_at(NOW) >= NOW + timedelta(seconds=max(pauses))


def test_a_pace_that_was_widened_comes_back() -> None:
    tempo = Tempo(1.0)
    for _ in range(10):
        tempo = tempo.widened(NOW)
    slow = tempo.spent(NOW).free_at(NOW) - NOW
    assert slow > timedelta(seconds=5)
    for _ in range(10):
        tempo = tempo.eased()
    later = NOW + timedelta(minutes=1)
    assert tempo.spent(later).free_at(later) - later == timedelta(seconds=1)


@given(st.floats(0, 1e6))
def test_a_clock_that_is_turned_back_stops_no_bucket(back: float) -> None:
    tempo = Tempo(1.0, 5)
    for _ in range(5):
        tempo = tempo.spent(NOW)
    then = NOW - timedelta(seconds=back)
    assert tempo.free_at(then) - then <= timedelta(seconds=6)
