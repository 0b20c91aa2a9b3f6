"""A replay of synthetic news: what stories cost when the look-back holds 100,000 articles.

Events, their follow-ups, copies and filled-in forms are made of invented words, with a seed, so the
replay runs anywhere and the truth is known. `python -m bench.stories --replay [articles]`.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import random
import statistics
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from bot.core.model import Article, Place
from bot.core.story import Stories

if TYPE_CHECKING:
    from collections.abc import Iterator

WINDOW = 100_000
LOOK_BACK = timedelta(days=5)
STEP = 10_000
START = datetime(2026, 1, 1, tzinfo=UTC)
RESULTS = Path(__file__).parent / "results" / "stories.json"

_COMMON = (
    "the of to and a in that is was for it on with as his he be at by i this had not are but from "
    "or have an they which one you were her all she there would their we him been has when who "
    "will more no if out so said what up its about into than them can only other new some could"
)
_SMALL = _COMMON.split()


@dataclass
class _Event:
    """What happened, and what was written of it."""

    id: str
    names: list[str]
    words: list[str]
    number: int
    told: list[tuple[str, str]] = field(default_factory=list)


class Press:
    """Writes the news of 300 invented outlets.

    Args:
        seed: the same one gives the same news.
        days: over which `count` articles are spread evenly.
        count: articles in all.
    """

    def __init__(self, seed: int, days: float, count: int) -> None:
        self._random = random.Random(seed)
        self._days, self._count = days, count
        syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "ar", "en")]
        words = {"".join(self._random.choices(syllables, k=2 + n % 3)) for n in range(40_000)}
        self._words = sorted(words)
        self._random.shuffle(self._words)
        # Zipf's law: the n-th word of a language is about 1/n as frequent as the first.
        self._heavy = list(accumulate(1 / (rank + 20) for rank in range(len(self._words))))
        self._events: deque[_Event] = deque(maxlen=400)
        self._made = 0

    def __iter__(self) -> Iterator[tuple[Article, str]]:
        """Give articles in the order of time, each with the event it tells of."""
        while self._made < self._count:
            event, title, text = self._report()
            when = START + timedelta(days=self._days * self._made / self._count)
            outlet = f"outlet {self._random.randrange(300)}"
            key = str(self._made)
            self._made += 1
            yield Article(outlet, key, "", title, text, when, when, source=outlet), event.id

    def _report(self) -> tuple[_Event, str, str]:
        kind = self._random.random()
        if kind < 0.4 or len(self._events) < 10:
            return self._first(self._event())
        event = self._events[int(len(self._events) * self._random.random() ** 0.5)]
        if kind < 0.65:
            return self._first(event)
        if kind < 0.95:
            return event, *self._copy(*self._random.choice(event.told))
        return self._form()

    def _event(self) -> _Event:
        names = [word.capitalize() for word in self._random.sample(self._words, 4)]
        words = self._random.sample(self._words[2_000:], 14)
        event = _Event(f"e{self._made}", names, words, self._random.randrange(3, 900))
        self._events.append(event)
        return event

    def _first(self, event: _Event) -> tuple[_Event, str, str]:
        pick = self._random
        title = " ".join(
            [pick.choice(event.names), *pick.sample(event.words, 3), "in", event.names[3]]
        )
        length = min(900, max(25, int(pick.lognormvariate(5.2, 0.7))))
        text = " ".join(self._sentence(event, opening=n == 0) for n in range(length // 16 + 1))
        event.told.append((title, text))
        return event, title, text

    def _sentence(self, event: _Event, *, opening: bool) -> str:
        pick = self._random
        words = pick.choices(_SMALL, k=6) + pick.choices(self._words, cum_weights=self._heavy, k=5)
        words += pick.sample(event.words, 4 if opening else 2)
        words += pick.sample(event.names, 3 if opening else 1)
        pick.shuffle(words)
        if opening:
            words.insert(3, str(event.number))
        return f"{words[0].capitalize()} {' '.join(words[1:])}."

    def _copy(self, title: str, text: str) -> tuple[str, str]:
        """Reprint: cut, framed or under another headline."""
        kind = self._random.randrange(4)
        if kind == 0:
            return title, text
        if kind == 1:
            sentences = text.split(". ")
            return title, ". ".join(sentences[: max(2, len(sentences) // 2)])
        if kind == 2:
            return title, f"{text} Sign up for the letter of the day and read on."
        words = title.split()
        self._random.shuffle(words)
        return " ".join(words), text

    def _form(self) -> tuple[_Event, str, str]:
        """Fill in a form: the same words each time, another place and number."""
        event = self._event()
        place, town, number = event.names[0], event.names[1], event.number / 100
        title = f"Quake of {number} shakes {place}"
        text = (
            f"A quake of {number} shook {place} near {town} on Monday, the survey of the earth "
            f"said. It struck {event.number} kilometres below the ground. There were no reports "
            f"of damage in {town}. People in {place} felt it for some seconds."
        )
        event.told.append((title, text))
        return event, title, text


def resident() -> float:
    """Give the resident set in megabytes, from /proc (Linux), else the largest there ever was."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    import resource  # noqa: PLC0415 -- not on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def replay(count: int, window: int = WINDOW) -> dict[str, object]:
    """Place `count` articles, `window` of them in the look-back at once; print and give figures."""
    press = Press(7, LOOK_BACK.days * count / window, count)
    stories = Stories(look_back=LOOK_BACK)
    gc.collect()
    before = resident()
    steps: list[dict[str, float]] = []
    took: list[float] = []
    opened: dict[str, str] = {}
    alerts: Counter[str] = Counter()
    wrong = 0
    print(f"{'articles':>9} {'in window':>9} {'mean ms':>8} {'p99 ms':>7} {'MB':>6}")
    for done, (article, event) in enumerate(press, start=1):
        started = time.process_time()
        placement = stories.place(article)
        took.append(1000 * (time.process_time() - started))
        if placement.place is Place.NEW:
            opened[placement.story] = event
            alerts[event] += 1
        wrong += opened[placement.story] != event
        if done % STEP == 0:
            took.sort()
            step = {
                "articles": done,
                "window": len(stories),
                "mean_ms": round(statistics.fmean(took), 2),
                "p99_ms": round(took[int(0.99 * len(took))], 2),
                "mb": round(resident() - before, 1),
            }
            steps.append(step)
            took = []
            print(
                f"{done:>9} {len(stories):>9} {step['mean_ms']:>8} {step['p99_ms']:>7} "
                f"{step['mb']:>6}",
                flush=True,
            )
    wrong_share = 100 * wrong / count
    print(f"alerts an event {alerts.total() / len(alerts):.2f}, wrong thread {wrong_share:.2f} %")
    return {
        "articles": count,
        "window": window,
        "alerts_per_event": round(alerts.total() / len(alerts), 3),
        "wrong_thread_percent": round(wrong_share, 3),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "steps": steps,
    }


def run(count: int) -> int:
    """Replay, and keep the figures beside the other results when the window was filled."""
    result = replay(count)
    if count >= WINDOW:
        known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
        known["replay"] = result
        RESULTS.write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return 0
