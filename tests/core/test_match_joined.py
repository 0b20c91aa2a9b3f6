"""What Hebrew and Arabic write together with a name: the engine writes it, the oracle reads it."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bench.match_oracle_names import begins
from bot.core import fold
from bot.core.match.joined import joined_forms

FILES = sorted((Path(__file__).parents[2] / "rules" / "officials").glob("*.yaml"))
RAW = [raw for path in FILES for raw in YAML(typ="safe").load(path)["entities"]]
TEXTS = [
    alias if isinstance(alias, str) else alias["text"]
    for raw in RAW
    for alias in (raw["name"], *raw.get("aliases", ()))
]
FIRST = sorted({fold.words(text)[0] for text in TEXTS if not fold.words(text)[0].isascii()})
BEFORE = {
    "hebrew": ["".join(letters) for n in range(5) for letters in product("והבלכמש", repeat=n)],
    "arabic": ["".join(letters) for n in range(5) for letters in product("وفبلكا", repeat=n)],
}


@pytest.mark.parametrize("script", ["hebrew", "arabic"])
@pytest.mark.parametrize("article", [True, False])
def test_forms_that_are_written_are_those_that_are_read(script: str, *, article: bool) -> None:
    """Every run of up to four such letters, before some names of each shape and their stems."""
    low, high = ("א", "ת") if script == "hebrew" else ("\u0621", "\u064a")
    words = [word for word in FIRST if all(low <= char <= high for char in word)]
    heads = dict.fromkeys((word[:3], min(len(word), 4)) for word in words)
    chosen = [next(w for w in words if (w[:3], min(len(w), 4)) == head) for head in heads][::9]
    special = ["האום", "האומות", "ירושלים"] if script == "hebrew" else ["الامم", "اللجنه", "ليبيا"]
    assert len(chosen) > 10
    for word in [*special, *chosen]:
        written = {word, *joined_forms(word, article=article)}
        for before in BEFORE[script]:
            for token in (before + word, before + word[1:], before + word[2:]):
                assert (token in written) == begins(token, word, article=article), (token, word)


@pytest.mark.parametrize(
    ("name", "written"),
    [("الأمم", "للأمم"), ("المحكمة", "وللمحكمة"), ("اللجنة", "للجنة"), ("האומות", "באומות")],
)
def test_the_article_goes_where_it_is_not_written(name: str, written: str) -> None:
    (folded,), (token,) = fold.words(name), fold.words(written)
    assert token in set(joined_forms(folded, article=True))


def test_every_shipped_name_with_an_article_is_found_behind_lam() -> None:
    """الأمم المتحدة as للأمم المتحدة, and so on."""
    words = [word for word in FIRST if word.startswith("ال") and len(word) > 4]
    assert len(words) >= 30
    for word in words:
        stem = word.removeprefix("ال")
        lam = "ل" if stem.startswith("ل") else "لل"
        assert {f"{lam}{stem}", f"و{lam}{stem}"} <= set(joined_forms(word, article=True))
