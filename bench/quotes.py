"""Quotes: the judges' tables where `../shared` is present, our own cases, and speed.

    python -m bench.quotes

`bench.quotes:extract` is the adapter that an outside judge calls.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.core.quotes import find_quotes
from bot.core.summary import summarize

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.core.quotes.hints import Pipeline

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "cases" / "quotes"
WORDS = 800
MEGABYTE = 1_000_000
HOSTILE = {
    "articles": 'Mayor Ann Lee met them. "We will wait," she said.\n\n',
    "one paragraph": 'Mayor Ann Lee met them. "We will wait," she said. ',
    "one sentence": 'and Ann Lee said "yes" to Bob Ray, ',
    "open marks": "“ ",
    "single marks": "'a 'b",
    "capitals": "Ann Bob Lee Ray ",
    "names": "Ann Lee, the mayor of X, said that Mr. Lee, ",
    "letters": "a",
    "line breaks": "\n",
    "signs": '",.;"',
    "marks": '"',
    "underscores": "_",
    "tabs": "\t  ",
    "words in marks": '"a" ',
}


def extract(text: str) -> list[dict[str, Any]]:
    """Give the quotes of a text as plain dictionaries."""
    return [
        {
            "quote": quote.words(text),
            "start": quote.start,
            "end": quote.end,
            "speaker": quote.speaker,
            "parts": [list(part) for part in quote.parts],
            "confidence": quote.confidence,
        }
        for quote in find_quotes(text, indirect=True)
    ]


def shared() -> Path | None:
    """Find the judges' folder."""
    for folder in (os.environ.get("WIREWATCH_SHARED"), ROOT.parent / "shared"):
        if folder and (Path(folder) / "eval").is_dir():
            return Path(folder)
    return None


def judge(folder: Path, script: str, *arguments: str) -> None:
    """Run one of the judges' scripts on the adapter here."""
    command = [sys.executable, str(folder / "eval" / script), *arguments]
    subprocess.run(command, cwd=ROOT, check=True)


def thresholds(folder: Path) -> None:
    """Print, for thresholds of confidence, how many speakers are named and how many are right."""
    spec = importlib.util.spec_from_file_location("judge", folder / "eval" / "eval_quotes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = (folder / "eval" / "data" / "quotes_dev.jsonl").read_text("utf-8").splitlines()
    rows = []
    for record in map(json.loads, lines):
        answer = extract(record["text"])
        confidence = {
            module.trim(record["text"], *part): row["confidence"]
            for row in answer
            for part in row["parts"]
        }
        rows.extend(
            (confidence.get((event["s"], event["e"]), 0.0), bool(event["ok"]), event["kind"])
            for event in module.score_doc(record, answer)
            if event["t"] == "gold" and event["found"] and event["known"]
        )
    print("  threshold  named: right / shown    all: right / shown")
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.85, 0.9):
        cells = []
        for kinds in (("named",), ("named", "pronoun")):
            known = [row for row in rows if row[2] in kinds]
            shown = [row for row in known if row[0] >= threshold]
            right = sum(row[1] for row in shown) / max(1, len(shown))
            cells.append(f"{100 * right:5.1f} % / {100 * len(shown) / len(known):5.1f} %")
        print(f"  {threshold:9.2f}  {cells[0]}      {cells[1]}")


def own_cases() -> None:
    """Print the share of right speakers on our own cases, by the kind of the speaker.

    The cases are held to their answers by the tests, so this tells what they cover, and what the
    known failures cost; a first try on texts not read before is in docs/quotes.md.
    """
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for name in ("international", "known-failures"):
        for row in json.loads((CASES / f"{name}.json").read_text("utf-8")):
            text = row["text"]
            found = {(text[s:e], q.speaker) for q in find_quotes(text) for s, e in q.parts}
            for piece, kind in zip(row["quotes"], row.get("kinds", ()), strict=False):
                total[kind] += 1
                right[kind] += tuple(piece) in found
    for kind, count in total.most_common():
        print(f"  {kind:<12} {right[kind]:>4} of {count:>4}")


def speed() -> None:
    """Print the time for an article of our own at 1, 2, 4 and 8 times its length, and for 1 MB."""
    rows = json.loads((CASES / "synthetic.json").read_text("utf-8"))
    rows += json.loads((CASES / "in-the-wild.json").read_text("utf-8"))
    paragraphs = [row["text"] for row in rows]
    text = " "
    while len(text.split()) < WORDS:
        text += "\n\n" + paragraphs[len(text) % len(paragraphs)]
    for _ in range(30):
        find_quotes(text)
    print("  length   quotes     summary    articles/s (one core)")
    for times in (1, 2, 4, 8):
        article = text * times
        took = [_time(find_quotes, article), _time(summarize, article)]
        cells = "   ".join(f"{1000 * seconds:5.1f} ms" for seconds in took)
        print(f"  {times:>4} x   {cells}   {1 / sum(took):8.0f}")
    nlp = pipeline()
    print("  1 MB of one thing: seconds for quotes, quotes beside a spaCy pipeline, and summary;")
    print("  at a half, a quarter and an eighth of it: seconds for quotes beside the pipeline")
    for label, piece in HOSTILE.items():
        large = piece * (MEGABYTE // len(piece))

        def beside(text: str) -> object:
            return find_quotes(text, nlp=nlp)

        took = [_time(work, large, 1) for work in (find_quotes, beside, summarize)]
        parts = [_time(beside, large[: len(large) // part], 1) for part in (2, 4, 8)]
        cells = " ".join(f"{seconds:5.2f}" for seconds in took)
        print(f"  {label:<24} {cells}   {' '.join(f'{seconds:5.2f}' for seconds in parts)}")


def pipeline() -> Pipeline:
    """Make a pipeline with spaCy's own tokenizer that takes every capital for a person.

    It stands for an installed model, which takes as much longer as its components do, for no more
    than the 10,000 tokens that it is given.
    """
    import spacy  # noqa: PLC0415 - takes seconds

    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": [{"IS_TITLE": True}]}])  # type: ignore[attr-defined]
    return nlp


def _time(work: Callable[[str], object], text: str, rounds: int = 20) -> float:
    """Give the least CPU seconds of some rounds: other work on the machine only adds to it."""
    took = []
    for _ in range(rounds):
        begin = time.process_time()
        work(text)
        took.append(time.process_time() - begin)
    return min(took)


def main() -> None:
    """Print all tables."""
    folder = shared()
    if folder is None:
        print("../shared is absent: no judges, speed only")
    else:
        for style in ("asis", "straight", "single"):
            judge(folder, "eval_quotes.py", "bench.quotes:extract", "--style", style)
        print("Speakers that an alert names, by the least confidence it takes (0.5 is the default)")
        thresholds(folder)
    print("Our own cases of international styles")
    own_cases()
    speed()


if __name__ == "__main__":
    main()
