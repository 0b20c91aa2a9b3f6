"""Fits the weights of `bot.core.story.resemblance` to the development streams.

`python -m bench.stories_fit` prints how well a fit on one half of each stream foretells the other
half, and then the weights of a fit on all, as lines for `weights.py`. Streams are read thrice: as
they are, with 30 words of each text and with headlines alone, as feeds bring them; so the weights
do not guess where there is little to read. The shipped weights came out of the same method, started
from a linear fit; another start moves the levels by up to half a point.
"""

from __future__ import annotations

import json
import os
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.stories import ROOT, _article
from bot.core.story.frequencies import Frequencies
from bot.core.story.reading import read
from bot.core.story.reprints import occasions_differ
from bot.core.story.resemblance import measure
from bot.core.story.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LOOK_BACK: Final = 5 * 86_400
STREAMS: Final = {"allsides": 1.0, "neus": 2.0, "full": 1.0, "template": 0.3, "reprint_stream": 0.3}
CUT: Final = {"allsides": 0.3, "neus": 0.6, "full": 0.3}
HIDDEN: Final = 16
DECAY: Final = 3e-4
STEPS: Final = 300
EASY: Final = 0.15
"""Of the pairs that share next to nothing, the part that is used; it weighs the more."""


def pairs(rows: list[dict[str, object]]) -> Iterator[tuple[float, tuple[float, ...], bool]]:
    """Give place in the stream (0 to 1), measures and truth of each pair that would be compared."""
    frequencies, shelf = Frequencies(), Shelf()
    stories: dict[object, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        article = _article(row)
        now = article.when.timestamp()
        shelf.expire(now - LOOK_BACK)
        one = read(article.title, article.text, now, frequencies, outlet=article.source)
        frequencies.add(one.terms)
        own = (
            [serial for serial in stories[row["story"]] if serial in shelf] if row["story"] else []
        )
        for serial in {*shelf.find(one, enough=0), *own[:1], *own[-3:]}:
            same = serial in own
            other = shelf.get(serial)
            if (row["story"] or rows[serial]["story"]) and not occasions_differ(one, other):
                yield at / len(rows), measure(one, other), same
        stories[row["story"]].append(shelf.add(one, now))


def load(folder: Path) -> list[tuple[float, Floats, Floats, Floats]]:
    """Give for each stream, whole and cut: its weight, places, measures and truths."""
    loaded = []
    chance = np.random.default_rng(5)
    for name, worth in STREAMS.items():
        lines = (folder / f"{name}_dev.jsonl").read_text(encoding="utf-8").splitlines()
        rows = sorted(map(json.loads, lines), key=lambda row: (row["published"], row["id"]))
        for words in (None, 30, 0) if name in CUT else (None,):
            cut = [{**row, "text": " ".join(row["text"].split()[:words])} for row in rows]
            found = list(pairs(rows if words is None else cut))
            kept = [pair for pair in found if pair[2] or pair[1][0] > 1 or chance.random() < EASY]
            at, x, y = (np.array(column, dtype=float) for column in zip(*kept, strict=True))
            loaded.append((worth if words is None else CUT[name], at, x, y))
    return loaded


def fit(x: Floats, y: Floats, weight: Floats) -> tuple[list[Floats], float]:
    """Fit a network with one hidden layer beside a linear part; give its weights and its bias.

    Kingma and Ba, "Adam: a method for stochastic optimization" (2015), over all pairs at once.
    """
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z, weight = (x - mean) / spread, weight / weight.sum()
    start = np.random.default_rng(0)
    net = [start.normal(0, 0.2, (HIDDEN, z.shape[1])), np.zeros(HIDDEN), np.zeros(HIDDEN)]
    net += [np.zeros(z.shape[1]), np.zeros(1)]
    first, second = ([np.zeros_like(part) for part in net] for _ in range(2))
    for step in range(1, STEPS + 1):
        hidden = np.tanh(z @ net[0].T + net[1])
        odds = hidden @ net[2] + z @ net[3] + net[4]
        wrong = weight * (1 / (1 + np.exp(-odds)) - y)
        back = np.outer(wrong, net[2]) * (1 - hidden * hidden)
        slopes = [back.T @ z, back.sum(0), hidden.T @ wrong, z.T @ wrong, wrong.sum(keepdims=True)]
        for i, share in enumerate((1, 0, 1, 0.3, 0)):
            slope = slopes[i] + DECAY * share * net[i]
            first[i] = 0.9 * first[i] + 0.1 * slope
            second[i] = 0.999 * second[i] + 0.001 * slope**2
            move = (first[i] / (1 - 0.9**step)) / (np.sqrt(second[i] / (1 - 0.999**step)) + 1e-8)
            net[i] = net[i] - 0.03 * (1 - step / STEPS) * move
    inner, direct = net[0] / spread, net[3] / spread
    return [inner, net[1] - inner @ mean, net[2], direct], float(net[4][0] - direct @ mean)


def odds_of(x: Floats, parts: list[Floats], bias: float) -> Floats:
    """Give the log odds of pairs."""
    inner, inner_bias, out, direct = parts
    answer: Floats = np.tanh(x @ inner.T + inner_bias) @ out + x @ direct + bias
    return answer


def judges() -> Path | None:
    """Find the judges' stories, or say that they are not here."""
    shared = Path(os.environ.get("WIREWATCH_SHARED") or ROOT.parent / "shared")
    folder = shared / "eval" / "stories"
    if folder.exists():
        return folder
    print(f"no evaluation data at {folder}: nothing to fit")
    return None


def main() -> int:
    """Print the check on halves, then the weights; 0 also where there are no data."""
    folder = judges()
    if folder is None:
        return 0
    loaded = load(folder)

    def together(low: float, high: float) -> tuple[Floats, Floats, Floats]:
        x, y, weight = [], [], []
        for worth, at, measures, truth in loaded:
            part = (at >= low) & (at < high)
            x.append(measures[part])
            y.append(truth[part])
            easy = (truth[part] == 0) & (measures[part][:, 0] <= 1)
            share = np.where(easy, 1 / EASY, 1.0)
            weight.append(worth * share / share.sum())
        return np.vstack(x), np.concatenate(y), np.concatenate(weight)

    for mine, others in (((0, 0.5), (0.5, 1)), ((0.5, 1), (0, 0.5))):
        parts, bias = fit(*together(*mine))
        x, y, weight = together(*others)
        right = 1 / (1 + np.exp(np.where(y > 0, -1, 1) * odds_of(x, parts, bias)))
        print(
            f"# log loss on the other half {-np.average(np.log(right + 1e-12), weights=weight):.4f}"
        )
    parts, bias = fit(*together(0, 1))
    for name, part in zip(("HIDDEN", "HIDDEN_BIAS", "OUT", "DIRECT"), parts, strict=True):
        rounded = json.loads(
            json.dumps(part.tolist()), parse_float=lambda n: float(f"{float(n):.4g}")
        )
        print(f"{name}: Final = {rounded}".replace("[", "(").replace("]", ")"))
    print(f"BIAS: Final = {bias:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
