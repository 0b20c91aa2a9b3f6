"""Adapters of `bot.core.story` to the judge of stories (`eval_story.py`), and its whole table.

`python -m bench.stories [scale]` prints the tables where the evaluation data lie beside the project
(in `../shared`, or where `WIREWATCH_SHARED` says); `scale` fills a window of 100,000 articles too.
`python -m bench.stories --replay [150000]` replays invented news and needs no data.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.stories_replay import run
from bot.core.model import Article
from bot.core.story import Stories, find_correction, is_reprint, same_statement

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]
ROOT = Path(__file__).parents[1]
RUNS = {
    "stream": ("allsides", "neus", "full", "template", "reprint_stream", "uci"),
    "pairs": ("reprint_pairs",),
    "quotes": ("quote_pairs",),
    "versions": ("version_pairs",),
    "scale": ("neus", "full"),
}
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def _article(row: Row) -> Article:
    when = datetime.fromtimestamp(row.get("published", _EPOCH.timestamp()), UTC)
    return Article(
        feed_id=row.get("source", ""),
        key=row.get("id", ""),
        url="",
        title=row["title"],
        text=row["text"],
        published=when,
        arrived=when,
        source=row.get("source", ""),
    )


class _Stream:
    def __init__(self) -> None:
        self._stories = Stories()

    def warm(self, rows: Iterable[Row]) -> None:
        self._stories.warm(map(_article, rows))

    def assign(self, row: Row) -> tuple[str, str]:
        article = _article(row)
        placement = self._stories.place(article)
        return placement.story, self._stories.origin(article.id)


class _Pairs:
    def reprint(self, a: Row, b: Row) -> bool:
        return is_reprint(_article(a), _article(b))


class _Quotes:
    def same_quote(self, a: Row, b: Row) -> bool:
        return same_statement(a["quote"], b["quote"])


class _Versions:
    def changed(self, old: Row, new: Row) -> bool:
        return find_correction(_article(old), _article(new)) is not None


def stream() -> _Stream:
    """Give the online clustering."""
    return _Stream()


def pairs() -> _Pairs:
    """Give the judge of copies."""
    return _Pairs()


def quotes() -> _Quotes:
    """Give the judge of repeated statements."""
    return _Quotes()


def versions() -> _Versions:
    """Give the judge of changes."""
    return _Versions()


def main(arguments: list[str]) -> int:
    """Run the judge on all development data; 0 also where there is none."""
    if "--replay" in arguments:
        return run(next((int(a) for a in arguments if a.isdecimal()), 150_000))
    shared = Path(os.environ.get("WIREWATCH_SHARED") or ROOT.parent / "shared")
    folder = shared / "eval" / "stories"
    judge = folder / "eval_story.py"
    if not judge.exists():
        print(f"no evaluation data at {folder}: nothing to measure")
        return 0
    for mode, names in RUNS.items():
        if mode == "scale" and "scale" not in arguments:
            continue
        data = [str(folder / f"{name}_dev.jsonl") for name in names]
        adapter = f"bench.stories:{'stream' if mode == 'scale' else mode}"
        print(f"\n{mode}", flush=True)
        subprocess.run(
            [sys.executable, str(judge), mode, adapter, *data],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            check=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
