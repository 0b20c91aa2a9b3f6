"""Summaries: the judges' tables where `../shared` is present (needs `rouge-score`).

    python -m bench.summary

`bench.summary:choose` is the adapter that an outside judge calls.
"""

from __future__ import annotations

from bench.quotes import judge, shared
from bot.core.summary import summarize


def choose(text: str, sentences: int) -> list[str]:
    """Give the chosen sentences of a text."""
    return [text[start:end] for start, end in summarize(text, sentences=sentences)]


def main() -> None:
    """Print all tables."""
    folder = shared()
    if folder is None:
        print("../shared is absent: no judges")
        return
    for number in ("3", "2"):
        arguments = ("--n", number, "--vs", "baselines_summary:lead")
        judge(folder, "eval_summary.py", "bench.summary:choose", *arguments)


if __name__ == "__main__":
    main()
