"""Fits the weights of `bot.core.summary.chances` to the development articles.

`python -m bench.summary_fit` first prints how the summaries do in cross-validation (each fifth of
the articles with weights of the other four), then the weights of a fit on all, as the lines of
`weights.py`; with `--weights` only those. A word or a pair counts as right where the person's own
summary holds it. Both models are a linear part and then small trees that ask the same three
questions in all branches (Friedman, "Greedy function approximation: a gradient boosting machine",
2001; Prokhorenkova et al., "CatBoost", 2018, for the shape of the trees).
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import numpy as np
from rouge_score.rouge_scorer import RougeScorer

from bench.quotes import shared
from bot.core.summary import split_sentences
from bot.core.summary.chances import Chances, Model, Tree
from bot.core.summary.choose import CANDIDATES, LONGEST, READ, choose
from bot.core.summary.facts import Facts, gather
from bot.core.summary.words import stem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FOLDS: Final = 5
ROUNDS: Final = 2
KINDS: Final = ("rouge1", "rouge2", "rougeLsum")
BINS: Final = 32
DEPTH: Final = 3
WORD_TREES: Final = 30
PAIR_TREES: Final = 80
RATE: Final = 0.12
ROWS: Final = 0.35
"""The part of all rows that a tree is grown on."""
COLUMNS: Final = 0.4
CALM: Final = 20.0
"""What a leaf's evidence is divided by, beside its own weight."""
RIDGE: Final = 1.0
_WORD: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Sample:
    """An article, its facts, and which of its words and pairs the person's summary holds."""

    text: str
    reference: str
    facts: Facts
    words: Floats
    pairs: Floats


def load(folder: Path) -> list[Sample]:
    """Read the development articles."""
    lines = (folder / "eval" / "data" / "summary_dev.jsonl").read_text("utf-8").splitlines()
    samples = []
    for row in map(json.loads, lines):
        text, reference = row["text"], row["ref"]
        facts = gather(
            [text[s : min(e, s + LONGEST)] for s, e in split_sentences(text, READ)], CANDIDATES
        )
        said = [[stem(w.lower()) for w in _WORD.findall(x)] for x in reference.split("\n")]
        words = {word for line in said for word in line}
        pairs = {pair for line in said for pair in itertools.pairwise(line)}
        stems = facts.stems
        samples.append(
            Sample(
                text,
                reference,
                facts,
                np.array([stems[n] in words for n in range(len(facts.words))], dtype=float),
                np.array([(stems[a], stems[b]) in pairs for a, b in facts.couples], dtype=float),
            )
        )
    return samples


def fit(x: Floats, y: Floats, trees: int) -> Model:
    """Fit a linear part, then trees on what it leaves."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    weights = np.zeros(z.shape[1])
    ridge = RIDGE * np.eye(len(weights))
    ridge[-1, -1] = 0
    for _ in range(8):
        p = 1 / (1 + np.exp(-z @ weights))
        curve = (z * (p * (1 - p))[:, None]).T @ z + ridge
        weights += np.linalg.solve(curve, z.T @ (y - p) - ridge @ weights)
    linear = weights[:-1] / spread
    bias = float(weights[-1] - linear @ mean)
    return Model(tuple(linear), bias, tuple(_grow(x, y, x @ linear + bias, trees)))


def _grow(x: Floats, y: Floats, odds: Floats, trees: int) -> Iterable[Tree]:
    chance = np.random.default_rng(7)
    cuts = [
        np.unique(np.quantile(column, np.linspace(0, 1, BINS + 1)[1:-1], method="lower"))
        for column in x.T
    ]
    cuts = [c[c < column.max()] for c, column in zip(cuts, x.T, strict=True)]
    # Halfway to the next value, so that rounding moves no article to the other side.
    ways = [
        (c + np.unique(column)[np.searchsorted(np.unique(column), c, side="right")]) / 2
        for c, column in zip(cuts, x.T, strict=True)
    ]
    bins = [np.searchsorted(c, column, side="left") for c, column in zip(cuts, x.T, strict=True)]
    odds = odds.copy()
    for _ in range(trees):
        p = 1 / (1 + np.exp(-odds))
        rows = np.flatnonzero(chance.random(len(y)) < ROWS)
        columns = np.flatnonzero(chance.random(x.shape[1]) < COLUMNS)
        slope, curve = (y - p)[rows], (p * (1 - p))[rows]
        leaf = np.zeros(len(rows), dtype=np.int64)
        questions: list[tuple[int, int]] = []
        for level in range(DEPTH):
            best = (-1.0, 0, 0)
            for column in columns:
                if not len(cuts[column]):
                    continue
                code = leaf * BINS + bins[column][rows]
                shape = (2**level, BINS)
                up = np.bincount(code, slope, 2**level * BINS).reshape(shape).cumsum(1)
                down = np.bincount(code, curve, 2**level * BINS).reshape(shape).cumsum(1)
                gain = up**2 / (down + CALM)
                gain += (up[:, -1:] - up) ** 2 / (down[:, -1:] - down + CALM)
                gains = gain.sum(0)[: len(cuts[column])]
                if gains.max() > best[0]:
                    best = (float(gains.max()), int(column), int(gains.argmax()))
            questions.append(best[1:])
            leaf = leaf * 2 + (bins[best[1]][rows] > best[2])
        ups = np.bincount(leaf, slope, 2**DEPTH)
        leaves = RATE * ups / (np.bincount(leaf, curve, 2**DEPTH) + CALM)
        everywhere = np.zeros(len(y), dtype=np.int64)
        for column, cut in questions:
            everywhere = everywhere * 2 + (bins[column] > cut)
        odds += leaves[everywhere]
        yield Tree(
            tuple(column for column, _ in questions),
            tuple(float(ways[column][cut]) for column, cut in questions),
            tuple(leaves),
        )


def train(samples: Sequence[Sample]) -> tuple[Model, Model]:
    """Fit the models of words and of pairs."""
    words = np.vstack([sample.facts.words for sample in samples])
    pairs = np.vstack([sample.facts.pairs for sample in samples])
    return (
        fit(words, np.concatenate([sample.words for sample in samples]), WORD_TREES),
        fit(pairs, np.concatenate([sample.pairs for sample in samples]), PAIR_TREES),
    )


def validate(samples: Sequence[Sample], seed: int) -> None:
    """Print the scores of summaries by weights that never saw their article."""
    scorer = RougeScorer(KINDS, use_stemmer=True)
    order = np.random.default_rng(seed).permutation(len(samples))
    scores: dict[int, list[list[float]]] = {3: [], 2: []}
    for fold in range(FOLDS):
        out = set(order[fold::FOLDS].tolist())
        models = train([sample for at, sample in enumerate(samples) if at not in out])
        words, pairs = map(Chances, models)
        for at in out:
            text, facts = samples[at].text, samples[at].facts
            chances = words.of(facts.words), pairs.of(facts.pairs)
            for limit, rows in scores.items():
                spans = choose(text, split_sentences(text, READ), facts, chances, limit)
                summary = "\n".join(" ".join(text[s:e].split()) for s, e in spans)
                found = scorer.score(samples[at].reference, summary)
                rows.append([100 * found[kind].fmeasure for kind in KINDS])
    for limit, rows in scores.items():
        means = "/".join(f"{mean:.1f}" for mean in np.mean(rows, axis=0))
        print(f"# {limit} sentences, folds by seed {seed}: ROUGE-1/2/Lsum {means}", flush=True)


def show(name: str, model: Model) -> None:
    """Print a model as lines of `weights.py`."""

    def row(numbers: Iterable[float], digits: str) -> str:
        inside = ", ".join(format(number, digits) for number in numbers)
        return "(" + "\n     ".join(wrap(inside, 92)) + "),"

    print(f"{name}: Final = Model(\n    {row(model.linear, '.4g')}\n    {model.bias:.4g},\n    (")
    for tree in model.trees:
        print(f"     Tree({row(tree.facts, 'd')} {row(tree.above, '.5g')}")
        print(f"          {row(tree.leaves, '.3f')}),")
    print("    ),\n)")


def main() -> int:
    """Print the check, then the weights; 0 also where there are no data."""
    folder = shared()
    if folder is None:
        print("../shared is absent: nothing to fit")
        return 0
    samples = load(folder)
    if "--weights" not in sys.argv:
        for seed in range(ROUNDS):
            validate(samples, seed)
    for name, model in zip(("WORDS", "PAIRS"), train(samples), strict=True):
        show(name, model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
