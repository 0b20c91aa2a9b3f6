"""The rule language: what parses, in which canonical form, and how errors read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.query import MAX_CHARACTERS, Near, Said, Term, parse
from bot.core.query.parser import _grammar
from bot.core.query.quick import read
from bot.core.query.tree import Query, children
from bot.errors import QueryError

CANONICAL = {
    "Rafah": "Rafah",
    "  Rafah  ": "Rafah",
    "rafah icc": "rafah AND icc",
    "a b OR c d": "a AND b OR c AND d",
    "a (b OR c)": "a AND (b OR c)",
    "((a AND b) AND c)": "a AND b AND c",
    "a OR (b OR c)": "a OR b OR c",
    "a -b": "a AND NOT b",
    "a –b": "a AND NOT b",
    "a NOT (b OR c)": "a AND NOT (b OR c)",
    "a -(b c)": "a AND NOT (b AND c)",
    '"war crimes"': '"war crimes"',
    '"Rafah"': "Rafah",
    "“war crimes”": '"war crimes"',
    "«crimes de guerre»": '"crimes de guerre"',
    "cease-fire": "cease-fire",
    "Rafah, Gaza.": "Rafah AND Gaza",
    "U.S.": "U.S.",
    'צה"ל': "צה״ל",
    '"צה"ל אמר"': '"צה״ל אמר"',
    "cease*": "cease*",
    '"cease fire*"': '"cease fire*"',
    "!Exact": "!Exact",
    '!"Foreign Office"': '!"Foreign Office"',
    "@Netanyahu": "@netanyahu",
    "@ben-gvir deal": "@ben-gvir AND deal",
    "a NEAR/8 b": "a NEAR/8 b",
    "a NEAR/8 b c": "a NEAR/8 b AND c",
    "a NEAR/2 b NEAR/3 c": "a NEAR/2 b NEAR/3 c",
    "a NEAR/2 (b NEAR/3 c)": "a NEAR/2 (b NEAR/3 c)",
    "(a OR b) NEAR/3 c": "(a OR b) NEAR/3 c",
    "ATLEAST/3 x": "ATLEAST/3 x",
    "ATLEAST/3 (x OR y)": "ATLEAST/3 (x OR y)",
    "/foo[0-9]+/": "/foo[0-9]+/",
    "/foo/i bar": "/foo/i AND bar",
    r"/a\/b/": r"/a\/b/",
    "title:Rafah": "title:Rafah",
    "Title:Rafah": "title:Rafah",
    "text:Rafah": "body:Rafah",
    "title:(a OR b)": "title:(a OR b)",
    "-source:x y": "NOT source:x AND y",
    "said:@x": "said:@x",
    "said:@x(deal)": "said:@x(deal)",
    "said:@x (deal)": "said:@x AND deal",
    "said:@x(ceasefire OR deal)": "said:@x(ceasefire OR deal)",
    'said:"Dana Miron"(deal)': 'said:"Dana Miron"(deal)',
    "said:Miron": "said:Miron",
    "said:(deal OR truce)": "said:(deal OR truce)",
    "about:@x": "about:@x",
    "about:(a OR b)": "about:(a OR b)",
    "and or not": "and AND or AND not",
    '"AND"': '"AND"',
    "10:30": "10:30",
    "1,000": "1,000",
    "C++": "C",
    "and/or": "and/or",
    "NOT NOT a b": "NOT NOT a AND b",
}


@pytest.mark.parametrize(("query", "canonical"), CANONICAL.items())
def test_canonical_form(query: str, canonical: str) -> None:
    """The canonical form is what is shown, and parses to the same tree."""
    assert str(parse(query)) == canonical
    assert parse(canonical) == parse(query)


# query: (0-based place, part of the reason, suggestion)
ERRORS: dict[str, tuple[int, str, str | None]] = {
    "": (0, "empty", None),
    "²": (0, "no letter or digit", None),
    "   ": (0, "empty", None),
    "(a": (0, "never closed", None),
    "a OR (b": (5, "never closed", None),
    "a)": (1, "never opened", None),
    "()": (1, "nothing stands before", None),
    'a "b c': (2, "never closed", None),
    "a AND": (5, "missing after AND", None),
    "AND a": (0, "something to join", None),
    "a OR OR b": (5, "something to join", None),
    "a NEAR b": (2, "NEAR/8", None),
    "a near/8 b": (2, "neither", "NEAR/8"),
    "NEAR/3 a": (0, "needs words before and behind it", None),
    "a NEAR/0 b": (2, "from 1 to 100", None),
    "a NEAR/101 b": (2, "from 1 to 100", None),
    "a NEAR/3 NOT b": (9, "takes words", None),
    "a NEAR/3 (b AND c)": (10, "takes words", None),
    "ATLEAST/0 a": (0, "from 1 to 1000", None),
    "ATLEAST/2 said:@x": (10, "takes words", None),
    "titel:x": (0, "unknown field titel", "title:"),
    "a spurce:x": (2, "unknown field spurce", "source:"),
    "http://example.org": (0, "unknown field http", None),
    "title: x": (0, "without a space", None),
    "a said:/b/": (2, "an entity or a name", "said:@name"),
    "said:said:@x": (0, "an entity or a name", "said:@name"),
    "by:@x": (0, "an entity or a name", "said:@name"),
    "a OR said:(-b)": (11, "nearly every article", None),
    "title:said:@x": (6, "inside title:", None),
    "said:@x(title:a)": (8, "inside said:", None),
    "said:@x(said:@y)": (8, "inside said:", None),
    "lang:iw": (5, "unknown language iw", "lang:he"),
    "a lang:xx9": (7, "two letters", None),
    "lang:Hebrew": (5, "unknown language Hebrew", "lang:he"),
    "lang:(en OR fr-CA)": (12, "unknown language fr-CA", "lang:fr"),
    "lang:!EN": (5, "unknown language !EN", "lang:en"),
    "lang:ar OR lang:eng*": (16, "unknown language eng*", "lang:en"),
    "ATLEAST a": (0, "as in ATLEAST/3", None),
    "NEAR a": (0, "as in NEAR/8", None),
    "title:NOT x": (6, "title:(a NOT b)", None),
    "a title:-x": (8, "NOT title:x", None),
    "body:ATLEAST/3 x": (5, "body:(ATLEAST/3 x)", None),
    "source:@x": (7, "takes words", None),
    "pr*": (0, "at least 3", None),
    "a pre*fix": (5, "end of a word", None),
    "*": (0, "end of a word", None),
    "a !": (2, "directly before", None),
    "a @": (2, "@name", None),
    "a - b": (2, "lone hyphen", None),
    "a … b": (2, "no letter or digit", None),
    "/a(?=b)/": (2, "look-around", None),
    "/(?<!a)b/": (1, "look-around", None),
    r"/(a)\1/": (4, "back-references", None),
    "/a*/": (1, "empty text", None),
    "/a(/": (1, "cannot be read", None),
    "a /b": (2, "ends with /", None),
    "NOT a": (0, "every article", None),
    "-a -b": (0, "every article", None),
    "a OR NOT b": (5, "every article", None),
    "title:(NOT a)": (7, "every article", None),
    "a AND (NOT b OR c)\nAND AND": (23, "something", None),
}


@pytest.mark.parametrize("query", ERRORS)
def test_errors_name_the_place_and_the_reason(query: str) -> None:
    place, reason, suggestion = ERRORS[query]
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert reason in caught.value.reason
    assert caught.value.suggestion == suggestion
    assert caught.value.position == place


def test_an_error_shows_line_column_and_caret() -> None:
    with pytest.raises(QueryError) as caught:
        parse("Rafah\nAND titel:x")
    assert str(caught.value) == (
        "line 2, column 5: unknown field titel: did you mean title:?\n  AND titel:x\n      ^"
    )


@pytest.mark.parametrize("at", [0, 1, 35, 36, 40, 300, 564, 600, 633, 634])
def test_of_a_long_query_what_is_near_the_fault_is_shown(at: int) -> None:
    words = " OR ".join(f"word{number:03}" for number in range(58))
    query = f"{words[:at]}~{words[at:]}"
    shown, caret = QueryError(query, at, "odd").caret.splitlines()
    assert shown[caret.index("^")] == "~"
    assert len(shown) <= 76
    assert shown.strip(" …") in query
    assert shown.startswith("  …") == (at > 36)
    assert shown.endswith("…") == (at < len(query) - 36)


def test_the_caret_stands_below_the_place_however_wide_the_letters() -> None:
    """Wide letters take two columns, marks none, and a tab is as wide as a tab."""
    for query, before in {
        "加沙 titel:x": " " * 5,
        "cafe\u0301 titel:x": " " * 5,
        "a\ttitel:x": " \t",
    }.items():
        with pytest.raises(QueryError) as caught:
            parse(query)
        assert caught.value.caret.splitlines()[1] == f"  {before}^"


def test_limits() -> None:
    """Characters, depth, terms, pattern: each has its own words."""
    for query, reason in {
        "x" * (MAX_CHARACTERS + 1): "longer than 2000",
        "x " * 201: "more than 200 terms",
        "NOT " * 30 + "x": "deeper than 20",
        "/" + "a" * 501 + "/": "longer than 500",
    }.items():
        with pytest.raises(QueryError, match=reason):
            parse(query)
    assert parse("(" * 100 + "x" + ")" * 100) == Term("x"), "brackets alone are not depth"
    assert len(parse("x " * 200).children) == 200  # type: ignore[union-attr]


def test_nodes_keep_their_place() -> None:
    """Errors that are found later, such as unknown entities, can point at it."""
    tree = parse("deal AND said:@nobody(truce)").children[1]  # type: ignore[union-attr]
    assert isinstance(tree, Said)
    assert tree.speaker is not None
    assert (tree.at, tree.speaker.at) == (9, 14)
    assert isinstance(parse("a NEAR/3 b"), Near)


@pytest.mark.parametrize(
    ("text", "acronym"),
    [
        ("ICC", True),
        ("US", True),
        ("U.S.", True),
        ("UNRWA", True),
        ("UNESCO", True),
        ("МИД", True),
        ("icc", False),
        ("Icc", False),
        ("A", False),
        ("GERMANY", False),
        ("G7", False),
        ("צהל", False),
        ("US troops", False),
    ],
)
def test_two_to_six_capitals_are_an_acronym(text: str, acronym: bool) -> None:  # noqa: FBT001
    term = parse(f'"{text}"')
    assert isinstance(term, Term)
    assert term.acronym is acronym


@pytest.mark.parametrize(
    "query",
    [
        "Rafah",
        "a OR b",
        'a OR "b c" OR d-e',
        '"a b"',
        "a OR a",
        "OR",
        "a OR OR",
        "OR OR OR",
        "a OR AND",
        '"AND"',
        "a OR b OR NOT",
        " OR ".join("a" * 201),
        "a  OR b",
        '"a" OR "OR" OR b',
        "NOT OR a",
        '"a b" OR "c-d e"',
    ],
)
def test_the_short_way_says_what_the_grammar_says(query: str) -> None:
    """Plain lists are read without the grammar; brackets around them send them through it."""
    try:
        short = parse(query)
    except QueryError:
        with pytest.raises(QueryError):
            parse(f"({query})")
    else:
        assert short == parse(f"({query})")
        assert str(short) == str(parse(f"({query})"))


def whole(tree: Query) -> tuple[object, ...]:
    """A tree with its places, which equality leaves out."""
    return type(tree), tree.at, str(tree), [whole(child) for child in children(tree)]


PIECES = [
    "a", "abc", "AND", "OR", "NOT", "NEAR/8", "NEAR/101", "NEAR", "ATLEAST/2", "(", ")", '"a b"',
    '"a-b c"', "@dana", "@Dana", "title:", "lang:", "source:x", "said:@x", "about:a", "-", "abc*",
    "ab*", "x-y", "near", "ICC", "²", "1", '"NOT"', "-(", "AND(", "NOT(", "!x", "/a/", "b's",
]  # fmt: skip


@pytest.mark.timeout(7200)  # the nightly profile takes its time
@given(st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from([" ", " ", "", "\n"]))))
def test_what_is_read_without_the_grammar_is_what_the_grammar_reads(
    pieces: list[tuple[str, str]],
) -> None:
    """Same nodes at the same places, and nothing that the grammar would refuse."""
    query = "".join(piece + space for piece, space in pieces)
    quick = read(query) if query.strip() else None
    if quick is not None:
        assert whole(quick) == whole(_grammar().parse(query))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query", ["a", "a OR b", '(a OR "b c") AND NOT d', "a NEAR/3 @x", "title:a -b abc*"]
)
def test_common_queries_need_no_grammar(query: str) -> None:
    assert read(query) == parse(query)


def test_deep_brackets_are_left_to_the_grammar() -> None:
    assert read("(" * 2000) is None
    assert read("-" * 500 + "a") is None
    with pytest.raises(QueryError, match="deeper"):
        parse("NOT " * 30 + "a b")
