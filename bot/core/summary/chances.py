"""How likely a word, or a pair of neighbouring words, is to stand in a summary of its article.

Two models over plain facts: a linear part and small trees that ask the same questions in all their
branches, so that a tree is a table of eight values. `bench/summary_fit.py` makes the weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tree:
    """A table behind some questions.

    Attributes:
        facts: which fact each question asks for.
        above: the value that the fact has to exceed for a yes.
        leaves: what is added to the log odds, by the answers read as binary digits.
    """

    facts: tuple[int, ...]
    above: tuple[float, ...]
    leaves: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """Log odds of facts: `bias`, `linear` for each fact, and the sum of the trees."""

    linear: tuple[float, ...]
    bias: float
    trees: tuple[Tree, ...]


class Chances:
    """A model made ready."""

    def __init__(self, model: Model) -> None:
        """Lay the trees side by side."""
        self._linear, self._bias = np.array(model.linear), model.bias
        self._facts = np.array([tree.facts for tree in model.trees], dtype=np.int64)
        self._above = np.array([tree.above for tree in model.trees])
        leaves = np.array([tree.leaves for tree in model.trees])
        self._leaves = leaves.ravel()
        self._starts = np.arange(len(leaves)) * (leaves.shape[1] if len(leaves) else 0)

    def of(self, facts: Floats) -> Floats:
        """Give the chance for each row of facts."""
        odds = facts @ self._linear + self._bias
        if len(self._facts):
            yes = (facts.T[self._facts] > self._above[..., None]).view(np.uint8)
            place = self._starts[:, None] + (yes[:, 0] << 2 | yes[:, 1] << 1 | yes[:, 2])
            odds = odds + self._leaves[place].sum(0)
        answer: Floats = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return answer
