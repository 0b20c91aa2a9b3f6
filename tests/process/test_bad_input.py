"""What people and servers get wrong: one clear line each, exit code 2, and the rest goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from werkzeug import Response

from tests.process.expected import query
from tests.process.program import Program

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_httpserver import HTTPServer

pytestmark = pytest.mark.process

GOOD_FEED = """<rss version="2.0"><channel><title>The Harbour Times</title>
<item><guid>1</guid><link>http://harbour.example/1</link><title>Ferry stays in port</title>
<description>The ferry did not sail on Tuesday.</description></item></channel></rss>"""
GOOD_RULES = "watches:\n  - {name: ferries, query: ferry, channels: [console]}\n"


def one_line(text: str, *words: str) -> None:
    """Exactly one line of an output says it, and there is no traceback."""
    assert "Traceback" not in text
    lowered = [word.casefold() for word in words]
    found = [line for line in text.splitlines() if all(w in line.casefold() for w in lowered)]
    assert len(found) == 1, text


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "good.yaml").write_text(GOOD_RULES)
    return folder


@pytest.fixture
def program(tmp_path: Path, rules: Path, httpserver: HTTPServer) -> Program:
    """A program with one good feed and one good rule; tests add what is bad."""
    httpserver.expect_request("/good").respond_with_data(GOOD_FEED, content_type="text/xml")
    write_feeds(tmp_path, httpserver.url_for("/good"))
    return Program(
        tmp_path,
        WIREWATCH_FEEDS="feeds.opml",
        WIREWATCH_RULES=str(rules),
        WIREWATCH_PRIME="false",
        WIREWATCH_EGRESS_ALLOW=f"{httpserver.host}:{httpserver.port}",
    )


def write_feeds(folder: Path, *urls: str) -> None:
    lines = "".join(f'<outline text="x" xmlUrl="{url}"/>' for url in urls)
    (folder / "feeds.opml").write_text(f'<opml version="2.0"><body>{lines}</body></opml>')


BRACKET = "this bracket is never closed"
BAD_RULES = {
    "broken YAML": ("watches:\n  - name: [unclosed\n", ("bad.yaml:", "YAML")),
    "unknown entity": (
        (
            "entities: [{id: holm, name: Ida Holm}]\n\n"
            'watches:\n  - {name: x, query: "said:@hulm", channels: [console]}\n'
        ),
        ("bad.yaml:4:", "unknown entity @hulm", "did you mean @holm?"),
    ),
    "syntax error": (
        'watches:\n  - name: x\n    query: "ferry AND ("\n    channels: [console]\n',
        ("bad.yaml:3:",),
    ),
    "unknown key": (
        "watches:\n  - {name: x, query: ferry, chanels: [console]}\n",
        ("bad.yaml:2:", "chanels"),
    ),
}


@pytest.mark.parametrize("fault", BAD_RULES)
def test_a_bad_rule_file_is_one_line_and_the_other_rules_go_on(
    program: Program, rules: Path, fault: str
) -> None:
    text, words = BAD_RULES[fault]
    (rules / "bad.yaml").write_text(text)
    done = program.call("run", "--once")
    assert done.returncode == 0, done.stderr
    one_line(done.stderr, *words)
    assert [alert["rule"] for alert in program.alerts()] == ["ferries"]
    checked = program.call("check", "--rules", str(rules))
    assert checked.returncode == 2
    one_line(checked.stdout + checked.stderr, *words)


def test_check_points_at_the_fault(program: Program, rules: Path) -> None:
    """File, line and column, the query as written, a caret below the very character; nothing else.

    Exit code 2, and the good file beside it is read.
    """
    bad = rules / "bad.yaml"
    bad.write_text(
        "watches:\n  - name: boats\n    query: ferry AND (boat\n    channels: [console]\n"
    )
    done = program.call("check", "--rules", str(rules))
    assert done.returncode == 2
    assert done.stderr == ""
    said, written, caret, read = done.stdout.splitlines()
    assert said.split() == ["wrong", *f"{bad}:3:22: watch boats:".split(), *BRACKET.split()]
    assert written.strip() == "ferry AND (boat"
    assert (caret.strip(), caret.index("^")) == ("^", written.index("("))
    assert read.split()[:3] == ["ok", "1", "rules,"]
    bad.unlink()
    assert program.call("check", "--rules", str(rules)).returncode == 0


FEEDS = {
    "an HTML page": (Response("<html><body><h1>News</h1></body></html>"), "HTML"),
    "an empty body": (Response(""), "empty"),
    "a 404": (Response("gone", status=404), "404"),
    "a 500": (Response("oops", status=500), "500"),
}


@pytest.mark.parametrize("fault", FEEDS)
def test_a_bad_feed_is_one_line_and_the_other_feeds_go_on(
    program: Program, httpserver: HTTPServer, fault: str
) -> None:
    response, word = FEEDS[fault]
    httpserver.expect_request("/bad").respond_with_response(response)
    bad = httpserver.url_for("/bad")
    write_feeds(program.folder, bad, httpserver.url_for("/good"))
    done = program.call("run", "--once")
    assert done.returncode == 0, done.stderr
    one_line(done.stderr, bad, word)
    assert len(program.alerts()) == 1
    listed = program.call("feeds", "list")
    one_line(listed.stdout, bad, "failing", word)


def test_a_feed_without_entries_is_fine(program: Program, httpserver: HTTPServer) -> None:
    empty = '<rss version="2.0"><channel><title>Quiet</title></channel></rss>'
    httpserver.expect_request("/quiet").respond_with_data(empty, content_type="text/xml")
    write_feeds(program.folder, httpserver.url_for("/quiet"), httpserver.url_for("/good"))
    done = program.call("run", "--once")
    assert done.returncode == 0
    assert done.stderr == ""
    assert query(program, "SELECT count(*) FROM feeds WHERE error IS NULL") == [(2,)]


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("WIREWATCH_RULES", "nowhere.yaml", ("nowhere.yaml", "no such file")),
        ("WIREWATCH_FEEDS", "nowhere.opml", ("nowhere.opml", "no such file")),
        ("WIREWATCH_FEEDS", "rules/good.yaml", ("good.yaml", "OPML")),
    ],
)
def test_a_missing_or_wrong_file_is_one_line(
    program: Program, setting: str, value: str, words: tuple[str, ...]
) -> None:
    program.settings[setting] = value
    done = program.call("run", "--once")
    assert done.returncode == 0
    one_line(done.stderr, *words)


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("WIREWATCH_POLL_MIN_SECONDS", "soon", ("number", "'soon'")),
        ("WIREWATCH_POLL_MIN_SECONDS", "0", ("greater than 0",)),
        ("WIREWATCH_CHATS", "slak", ("unknown chat 'slak'", "did you mean slack?")),
        ("WIREWATCH_PRIME", "perhaps", ("'perhaps'",)),
        ("WIREWATCH_EGRESS_ALLOW", "intranet", ("host:port",)),
        ("WIREWATCH_DATABASE_URL", "mysql://u:secret@h/d", ("mysql is not supported",)),
        ("WIREWATCH_LOG_LEVEL", "loud", ("debug",)),
    ],
)
def test_a_bad_setting_names_its_variable(
    program: Program, setting: str, value: str, words: tuple[str, ...]
) -> None:
    program.settings[setting] = value
    done = program.call("run", "--once")
    assert done.returncode == 2
    one_line(done.stderr, f"wirewatch: {setting}", *words)
    assert "secret" not in done.stderr


def test_a_read_only_database_is_one_line(program: Program) -> None:
    program.call("run", "--once")
    place = f"file:{program.folder}/data/wirewatch.db?mode=ro&uri=true"
    program.settings["WIREWATCH_DATABASE_URL"] = f"sqlite:///{place}"
    for command in (("run", "--once"), ("watch", "add", "Rafah")):
        done = program.call(*command)
        assert done.returncode == 2
        one_line(done.stderr, "readonly", "WIREWATCH_DATABASE_URL")


def test_a_second_bot_on_one_database_is_refused(program: Program) -> None:
    program.start()
    program.wait_for(1)
    second = program.call("run", "--once")
    assert second.returncode == 2
    one_line(second.stderr, "another wirewatch runs")
    assert program.call("watch", "list").returncode == 0, "commands of the shell still work"
    assert program.stop()[0] == 0


def test_analyze_answers_what_it_can_and_names_the_line_at_fault(tmp_path: Path) -> None:
    program = Program(tmp_path)
    good = json.dumps({"id": "1", "text": 'It rains. "We wait," said Ida Holm.'})
    done = program.call("analyze", "--jsonl", "-", given=f"{good}\n{{broken\n")
    assert done.returncode == 2
    assert json.loads(done.stdout)["quotes"][0]["speaker"] == "Ida Holm"
    one_line(done.stderr, "-:2", "JSON")
    missing = program.call("analyze", "nowhere.txt")
    assert missing.returncode == 2
    one_line(missing.stderr, "nowhere.txt", "No such file")


def test_match_names_the_place_of_a_bad_query(program: Program, rules: Path) -> None:
    (rules / "bad.yaml").write_text(BAD_RULES["syntax error"][0])
    done = program.call("match", "--rules", str(rules), "--articles", "-", given="")
    assert done.returncode == 2
    one_line(done.stderr, "bad.yaml:3:")
    assert "^" in done.stderr
