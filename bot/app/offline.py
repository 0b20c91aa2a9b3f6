"""Reads articles from files: `wirewatch analyze` and `wirewatch match`."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from bot.adapters.language import load_pipeline
from bot.app.knowledge import load_knowledge
from bot.core.analysis import analyze
from bot.core.match import RuleSet, match_record
from bot.core.quotes import find_quotes
from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.settings import Settings


def analyze_lines(settings: Settings, file: str) -> None:
    """Answer each JSON line of a file before the next is read.

    Raises:
        FileError: the file cannot be read, or a line is no such record.
    """
    officials = load_knowledge(settings.rules).officials
    nlp = load_pipeline(settings.spacy_model)
    with _opened(file) as lines:
        for record in _records(lines, file):
            _write(analyze(record, officials, nlp=nlp))


def analyze_file(settings: Settings, file: str, *, as_json: bool) -> None:
    """Print what `analyze` finds in a plain text, for people or as JSON.

    Raises:
        FileError: the file cannot be read.
    """
    officials = load_knowledge(settings.rules).officials
    with _opened(file) as source:
        text = source.read()
    nlp = load_pipeline(settings.spacy_model)
    found = analyze({"id": file, "text": text}, officials, nlp=nlp)
    if as_json:
        _write(found)
        return
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 80)
    console.print(Text("Summary", style="bold"))
    for sentence in found["summary"]:
        console.print(Text(f"  {' '.join(sentence['text'].split())}"))
    direct = sum(quote["kind"] == "direct" for quote in found["quotes"])
    reported = len(found["quotes"]) - direct
    console.print(Text(f"\n{direct} quotes, {reported} reported statements", style="bold"))
    for quote in found["quotes"]:
        pieces = " … ".join(" ".join(text[s:e].split()) for s, e in quote["parts"])
        office = f", {quote['office']}" if quote["office"] else ""
        via = f", according to {quote['via']}" if quote["via"] else ""
        place = f"  [{quote['start']}:{quote['end']}]"
        # Reported speech is not anybody's words: it never stands in quotation marks.
        said = f"“{pieces}”" if quote["kind"] == "direct" else f"(reported) {pieces}"
        console.print(Text(f"  {said}"))
        who = Text(f"    — {quote['speaker'] or 'unattributed'}{office}{via}", style="bold")
        console.print(who.append(place, style="dim"))


def match_lines(rules: Path, articles: str, *, builtin: bool) -> None:
    """Match each JSON line of a file against a rule file's watches.

    Raises:
        FileError: a file cannot be read, a rule does not parse, a line is no such record.
    """
    knowledge = load_knowledge((rules,), builtin=builtin)
    for fault in knowledge.faults:
        raise fault
    ruleset = RuleSet(knowledge.officials, knowledge.rules)

    def quotes(text: str, **about: Any) -> Any:  # noqa: ANN401 -- passed through
        return find_quotes(text, officials=knowledge.officials, **about)

    with _opened(articles) as lines:
        for record in _records(lines, articles):
            for found in match_record(ruleset, record, find_quotes=quotes):
                _write(found)


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    if file == "-":
        with open(0, encoding="utf-8-sig", closefd=False) as opened:
            yield opened
        return
    try:
        with Path(file).open(encoding="utf-8-sig") as opened:
            yield opened
    except OSError as error:
        raise FileError(file, error.strerror or "cannot be read") from None
    except UnicodeDecodeError as error:
        raise FileError(file, f"is not UTF-8 text: {error.reason}") from None


def _records(lines: IO[str], file: str) -> Iterator[dict[str, Any]]:
    # readline, not iteration: a file object reads ahead, and each line is answered before the next
    for number, line in enumerate(iter(lines.readline, ""), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            raise FileError(file, f"not JSON: {error}", line=number) from None
        if not isinstance(record, dict) or not isinstance(record.get("text", ""), str):
            raise FileError(file, 'write {"id": …, "text": "…"}', line=number)
        yield record


def _write(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()
