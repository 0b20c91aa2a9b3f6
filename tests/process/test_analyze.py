"""`wirewatch analyze` on the article the project started from, where it lies beside the project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.core.officials import name_key
from tests.process.program import Program

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


def test_the_acceptance_article(tmp_path: Path, shared: Path) -> None:
    """Every span is verbatim, all 14 known speakers are right, reported speech bears no marks."""
    article = shared / "acceptance" / "rafah.txt"
    text = article.read_text(encoding="utf-8")
    wanted = json.loads((shared / "acceptance" / "rafah.quotes.json").read_text(encoding="utf-8"))
    program = Program(tmp_path)
    line = json.dumps({"id": "rafah", "text": text})
    done = program.call("analyze", "--jsonl", given=f"{line}\n")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["id"] == "rafah"
    assert 2 <= len(found["summary"]) <= 3
    for span in (*found["summary"], *found["quotes"]):
        assert span["text"] == text[span["start"] : span["end"]]
    speaker = {
        (start, end): quote["speaker"]
        for quote in found["quotes"] for start, end in quote["parts"]
    }  # fmt: skip
    for quote in wanted["quotes"]:
        got = speaker[quote["start"], quote["end"]]
        assert (got and name_key(got)) == (quote["speaker"] and name_key(quote["speaker"]))
    printed = program.call("analyze", str(article)).stdout
    assert "— Benjamin Netanyahu, prime minister of Israel  [400:678]" in printed
    for quote in found["quotes"]:
        if quote["kind"] == "indirect":
            assert f"“{quote['text'][:20]}" not in printed


def test_matches_come_with_their_spans(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("watches: [{name: court, query: '@icc warrant*'}]\n")
    record = {"id": "7", "title": "Ferry news", "text": "The ICC in The Hague issued warrants."}
    program = Program(tmp_path)
    arguments = ("match", "--rules", "rules.yaml", "--articles", "-")
    done = program.call(*arguments, given=json.dumps(record))
    assert done.returncode == 0, done.stderr
    [match] = [json.loads(line) for line in done.stdout.splitlines()]
    assert (match["id"], match["rule"]) == ("7", "court")
    words = [record[field][start:end] for field, start, end in match["highlights"]]
    assert words == ["ICC", "warrants"]
    bare = program.call(*arguments, "--no-builtin", given=json.dumps(record))
    assert bare.returncode == 2
    assert "unknown entity @icc" in bare.stderr
