"""Fits the weights by which a story's members decide whether a new article belongs to it.

`python -m bench.stories_fit_members` prints `STORY` and `STORY_BIAS` of `weights.py`, fitted to the
stories that articles of the development streams are held against when they are placed with the
weights of now. A story counts as an article's own when half of its members are. Then it judges the
halves of the streams, each with what was fitted to the other halves of all.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import numpy as np

from bench.stories import _article
from bench.stories_fit import judges
from bot.core.story import Stories, comparing
from bot.core.story.comparing import Comparisons

if TYPE_CHECKING:
    from types import ModuleType

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Seen = list[tuple[float, tuple[float, ...], bool]]

WORTH: Final = {"allsides": 1, "neus": 1.5, "full": 1, "reprint_stream": 0.5, "template": 0.3}
DECAY: Final = 0.01
STEPS: Final = 30


def look(rows: list[dict[str, Any]]) -> Seen:
    """Place a stream; give place in it (0 to 1), measures and truth of each story looked at.

    Where a member has the very text, that decides, so nothing is to be learned there.
    """
    stories, truth, seen = Stories(), dict[str, Any](), []
    asked: list[tuple[int, tuple[float, ...]]] = []
    belongs = Comparisons.belongs

    def noting(
        self: Comparisons, near: list[int], members: list[int], *, size: int, rival: float
    ) -> float:
        if not any(map(self._holds, {*near, *members})):
            asked.append((members[0], self.told_by(near, members, size=size, rival=rival)))
        return belongs(self, near, members, size=size, rival=rival)

    with patch.object(Comparisons, "belongs", noting):
        for at, row in enumerate(rows):
            asked.clear()
            article = _article(row)
            stories.place(article)
            truth[article.id] = row["story"]
            for opener, measures in asked:
                members = stories._members[opener].story.members  # noqa: SLF001
                others = [truth[m.article] for m in members if m.article != article.id]
                own = row["story"]
                if own is None and others[0] is None:
                    continue
                same = own is not None and 2 * others.count(own) >= len(others)
                seen.append((at / len(rows), measures, same))
    return seen


def fit(streams: dict[str, Seen]) -> tuple[Floats, float]:
    """Fit a logistic regression by Newton's method, every stream by its worth."""
    x = np.array([one[1] for seen in streams.values() for one in seen])
    y = np.array([one[2] for seen in streams.values() for one in seen], dtype=float)
    weight = np.concatenate([np.full(len(s), WORTH[n] / len(s)) for n, s in streams.items() if s])
    weight /= weight.sum()
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    parts = np.zeros(z.shape[1])
    kept = DECAY * np.r_[np.ones(len(parts) - 1), 0]
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-z @ parts))
        slope = z.T @ (weight * (chance - y)) + kept * parts
        bend = (z * (weight * chance * (1 - chance))[:, None]).T @ z + DECAY * np.eye(len(parts))
        parts = parts - np.linalg.solve(bend, slope)
    inner: Floats = parts[:-1] / spread
    return inner, float(parts[-1] - inner @ mean)


def judged(rows: list[dict[str, Any]], judge: ModuleType) -> dict[str, float]:
    """Place a part of a stream and let the judge score it."""
    stories = Stories()
    placed = [stories.place(_article(row)).story for row in rows]
    scores: dict[str, float] = judge.score_stream(rows, placed, [None] * len(rows), 0.0, 0.0)
    return scores


def main() -> int:
    """Print the weights, then the check on halves; 0 also where there are no data."""
    folder = judges()
    if folder is None:
        return 0
    sys.path.insert(0, str(folder))
    import eval_story as judge  # type: ignore[import-not-found]  # noqa: PLC0415

    streams = {}
    for name in WORTH:
        lines = (folder / f"{name}_dev.jsonl").read_text(encoding="utf-8").splitlines()
        streams[name] = sorted(map(json.loads, lines), key=lambda r: (r["published"], r["id"]))
    seen = {name: look(rows) for name, rows in streams.items()}
    weights, bias = fit(seen)
    print(f"STORY: Final = {tuple(np.round(weights, 3).tolist())}\nSTORY_BIAS: Final = {bias:.3f}")
    means: dict[str, list[float]] = defaultdict(list)
    for half in (0, 1):
        mine = {n: [one for one in s if (one[0] >= 1 / 2) != half] for n, s in seen.items()}
        parts = fit(mine)
        with (
            patch.object(comparing, "STORY", tuple(parts[0].tolist())),
            patch.object(comparing, "STORY_BIAS", parts[1]),
        ):
            for name in ("allsides", "neus", "full"):
                rows = streams[name]
                middle = len(rows) // 2
                scores = judged(rows[middle:] if half else rows[:middle], judge)
                for key in ("b3f", "pf", "alerts", "silent", "false"):
                    means[f"{name} {key}"].append(scores[key])
    for name, both in means.items():
        print(f"# fitted to the other half: {name} {np.mean(both):.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
