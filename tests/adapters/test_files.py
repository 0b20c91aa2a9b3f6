"""Rule and officials files: what is read, and where every fault is shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from bot.adapters.files import check_rules, load_rules
from bot.core.model import Alias, Entity, Office, Rule
from bot.errors import FileError

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Give a function that writes a file and gives its path."""

    def _write(text: str, name: str = "rules.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), "utf-8")
        return path

    return _write


def test_entities_and_watches_are_read(write: Write) -> None:
    path = write("""
        entities:
          - id: miron
            name: Dana Miron
            kind: person
            gender: female
            aliases: [Miron, {text: "DM", exact: true, context: [Arvenia], unless: cricket}]
            offices: [{title: prime minister, of: Arvenia, demonym: Arvenian, from: 2022-12-29}]
        watches:
          - name: rafah
            query: Rafah AND @miron
            channels: [console, "slack:#desk"]
          - name: quiet
            query: 'title:"It''s over"'
            paused: true
    """)
    files = load_rules([path])
    assert files.entities == (
        Entity(
            "miron",
            "Dana Miron",
            "person",
            "female",
            (Alias("Miron"), Alias("DM", exact=True, context=("Arvenia",), unless=("cricket",))),
            (Office("prime minister", "Arvenia", "Arvenian", date(2022, 12, 29)),),
        ),
    )
    assert files.rules == (
        Rule("rafah", "rafah", "Rafah AND @miron", ("console", "slack:#desk"), f"{path}:9"),
        Rule("quiet", "quiet", 'title:"It\'s over"', (), f"{path}:12", paused=True),
    )
    assert files.warnings == ()


def test_folders_are_read_in_order(write: Write, tmp_path: Path) -> None:
    """Deep, sorted, `.yaml` and `.yml` only; a query may name an entity of another file."""
    write("watches: [{name: a, query: '@x'}]", "a.yml")
    write("entities: [{id: x, name: X One}]", "deep/er/x.yaml")
    write("watches: [{name: b, query: b}]", "b.yaml")
    write("no: yaml: at all", "notes.txt")
    assert [rule.name for rule in load_rules([tmp_path]).rules] == ["a", "b"]


def test_an_empty_file_says_nothing(write: Write) -> None:
    assert check_rules([write("")]) == check_rules([write("watches:\nentities: []\n")])


FAULTS = {
    "watches: [{name: a, query: b}]\nwathces: []": (
        2,
        1,
        "unknown key wathces: did you mean watches?",
    ),
    "- a": (1, 1, "must be a mapping with the lists entities and watches"),
    "watches: a": (1, 10, "watches must be a list"),
    "watches:\n  - a": (2, 5, "must be a mapping (key: value)"),
    "watches:\n  - {name: a}": (2, 5, "query is missing"),
    "watches:\n  - name: a\n    qeury: b\n    query: c": (
        3,
        5,
        "unknown key qeury: did you mean query?",
    ),
    "watches:\n  - name: a\n    query: 1967": (
        3,
        12,
        "query must be text: put it in quotation marks",
    ),
    "watches:\n  - name: a\n    query:": (3, 11, "query must not be empty"),
    "watches:\n  - name: a\n    query: b\n    name: c": (
        4,
        5,
        "the key name stands here a second time (first in line 2)",
    ),
    "watches:\n  - {name: a, query: b, channels: [consol]}": (
        2,
        36,
        "channels unknown chat consol: did you mean console?",
    ),
    "watches:\n  - {name: a, query: b, channels: console}": (2, 35, "channels must be a list"),
    "watches:\n  - {name: a, query: b, channels: ['slack:']}": (
        2,
        37,
        "channels needs a channel behind the colon",
    ),
    "watches:\n  - {name: a, query: b, paused: 3}": (2, 33, "paused must be true or false"),
    "watches:\n  - {name: a, query: b}\n  - {name: a, query: c}": (
        3,
        12,
        "the name a is taken (first in PATH:2)",
    ),
    "entities:\n  - {id: Bad Id, name: X}": (
        2,
        10,
        "id must be lower-case letters, digits, - and _",
    ),
    "entities:\n  - {id: x, name: '!?'}": (2, 20, "name has no letter or digit to look for"),
    "entities:\n  - {id: x, name: X, kind: robot}": (
        2,
        28,
        "kind must be 'person', 'institution' or 'place', not 'robot'",
    ),
    "entities:\n  - {id: x, name: X, aliases: [7]}": (
        2,
        32,
        "aliases must be text: put it in quotation marks",
    ),
    "entities:\n  - {id: x, name: X, aliases: [{text: Y, exatc: true}]}": (
        2,
        42,
        "unknown key exatc: did you mean exact?",
    ),
    "entities:\n  - {id: x, name: X, offices: [{title: king, from: soon}]}": (
        2,
        52,
        "from must be a day such as 2022-12-29",
    ),
    "entities:\n  - {id: x, name: X, offices: [{title: king, from: 2022-02-01, to: 2021-01-01}]}": (
        2,
        32,
        "the office ends before it begins",
    ),
    "entities:\n  - {id: x, name: X}\n  - {id: x, name: Y}": (
        3,
        10,
        "the id x is taken (first in PATH:2)",
    ),
    "entities:\n  - {id: x, name: Jo Én}\n  - {id: y, name: jo en}": (
        3,
        19,
        "the name jo en is taken by @x",
    ),
    "a: &x [1]\nb: *x": (2, 4, "YAML aliases (*name) cannot be used here"),
    "watches: [": (
        1,
        11,
        "no YAML: while parsing a flow node expected the node content, but found '<stream end>'",
    ),
    "watches:\n  - name: a\n   query: b": (3, 4, None),
    "watches:\n\t- name: a": (2, 1, None),
    "? [a]\n: b": (1, 3, "a key must be a word"),
}


@pytest.mark.parametrize("text", FAULTS)
def test_faults_have_file_line_and_column(text: str, write: Write) -> None:
    line, column, reason = FAULTS[text]
    path = write(text)
    _, (fault,) = check_rules([path], known=())
    assert (fault.path, fault.line, fault.column) == (path, line, column)
    assert str(fault).startswith(f"{path}:{line}:{column}: ")
    if reason is not None:
        assert fault.reason == reason.replace("PATH", str(path))


QUERY_FAULTS = {
    "query: Rafah AND titel:x": (1, 18, "titel"),
    "query: 'Rafah AND titel:x'": (1, 19, "titel"),
    "query: '\"it''s\" titel:x'": (1, 17, "titel"),
    'query: "Rafah \\"b c\\" titel:x"': (1, 23, "titel"),
    'query: "caf\\u00e9 titel:x"': (1, 19, "titel"),
    "query: |\n  Rafah\n    AND titel:x\n": (3, 9, "titel"),
    "query: >-\n  Rafah\n\n  AND titel:x\n": (4, 7, "titel"),
    "query: Rafah\n  AND\n  titel:x": (3, 3, "titel"),
    "query: Rafah AND": (1, 17, "missing after AND"),
    "query: a OR said:@mirom(b)": (1, 18, "unknown entity @mirom: did you mean @miron?"),
    "query: NOT a": (1, 8, "every article"),
}


@pytest.mark.parametrize("query", QUERY_FAULTS)
def test_query_faults_point_into_the_query(query: str, write: Write) -> None:
    """However YAML quotes or folds it."""
    line, column, reason = QUERY_FAULTS[query]
    indented = query.replace("\n", "\n    ")
    path = write("x", "x.txt")
    path = path.with_name("q.yaml")
    path.write_text(f"watches:\n  - name: w\n    {indented}\n", "utf-8")
    known = [Entity("miron", "Dana Miron")]
    files, (fault,) = check_rules([path], known=known)
    assert (fault.line, fault.column) == (line + 2, column + 4)
    assert fault.reason.startswith("watch w: ")
    assert reason in fault.reason
    assert fault.reason.splitlines()[-1].strip() == "^"
    assert files.rules == ()


def test_only_what_is_broken_is_left_out(write: Write, tmp_path: Path) -> None:
    """Every fault is reported, and the rest of the rules goes on."""
    write("watches: [", "a.yaml")
    write(
        """
        entities:
          - {id: x}
          - {id: y, name: Y}
        watches:
          - {name: one, query: "("}
          - {name: two, query: Rafah}
          - {name: three, query: "@y", chanels: []}
        """,
        "b.yaml",
    )
    files, faults = check_rules([tmp_path, tmp_path / "absent"], known=())
    assert [entity.id for entity in files.entities] == ["y"]
    assert [rule.name for rule in files.rules] == ["two"]
    assert [(Path(fault.path).name, fault.line) for fault in faults] == [
        ("a.yaml", 1),
        ("b.yaml", 2),
        ("b.yaml", 7),
        ("absent", 0),
        ("b.yaml", 5),
    ]
    with pytest.raises(FileError, match=r"a\.yaml:1:"):
        load_rules([tmp_path])


def test_entities_that_are_known_elsewhere_can_be_left_to_the_rule_set(write: Write) -> None:
    path = write("watches: [{name: a, query: '@elsewhere'}]")
    files, faults = check_rules([path])
    assert [rule.name for rule in files.rules] == ["a"]
    assert faults == []
    assert len(check_rules([path], known=())[1]) == 1


def test_names_that_mean_two_entities_are_reported(write: Write) -> None:
    """Not refused: namesakes exist. A context on either side tells them apart."""
    path = write("""
        entities:
          - {id: a, name: Ann Khan, aliases: [Khan, {text: AK, context: [court]}]}
          - {id: b, name: Bo Khan, aliases: [khan, AK]}
    """)
    assert load_rules([path]).warnings == (f"{path}:3: khan means @a and @b",)


def test_an_entity_that_replaces_a_known_one_is_reported(write: Write) -> None:
    """Allowed, but never silent: the names of the one that was known are gone."""
    path = write("entities: [{id: icc, name: Ice Cream Club, kind: institution}]")
    files, faults = check_rules([path], known=[Entity("icc", "Court", kind="institution")])
    assert faults == []
    assert files.warnings == (f"{path}:1: @icc replaces the shipped entity icc (Court)",)


@pytest.mark.parametrize(
    ("raw", "place", "reason"),
    [
        (b"a: \xff", ":1:4", "is not UTF-8 text"),
        (b"a: \x00", "", "no YAML"),
        (b"[" * 20_000, ":1:21", "nested too deep"),
    ],
)
def test_bytes_that_are_no_rules(raw: bytes, place: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "raw.yaml"
    path.write_bytes(raw)
    _, (fault,) = check_rules([path])
    assert str(fault).startswith(f"{path}{place}")
    assert reason in fault.reason


def test_other_line_ends_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "dos.yaml"
    path.write_bytes("\ufeffwatches:\r\n  - name: a\r\n    query: titel:x\r\n".encode())
    _, (fault,) = check_rules([path])
    assert (fault.line, fault.column) == (3, 12)


def test_folders_without_rules_and_files_that_cannot_be_read(tmp_path: Path) -> None:
    _, (empty,) = check_rules([tmp_path])
    assert empty.reason == "there is no .yaml file in this folder"
    (tmp_path / "big.yaml").write_bytes(b"#" * 5_000_001)
    _, (big,) = check_rules([tmp_path])
    assert "larger" in big.reason
