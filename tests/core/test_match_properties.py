"""The engine against an oracle that cuts texts one character at a time and looks everywhere."""

from __future__ import annotations

import os
import unicodedata
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest
import spacy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.match_oracle import expected
from bench.match_oracle_text import cut
from bot.core import fold
from bot.core.match import RuleSet, article_of
from bot.core.model import Alias, Entity, Office, Quote, Rule
from bot.core.officials import Officials
from bot.core.query import (
    About,
    And,
    AtLeast,
    EntityRef,
    Near,
    Not,
    Or,
    Query,
    Regex,
    Said,
    Scoped,
    Term,
    parse,
)
from bot.errors import QueryError

if TYPE_CHECKING:
    from spacy.language import Language

NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
settings.register_profile(
    "match",
    max_examples=10_000 if NIGHTLY else 250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
PROFILE = settings.get_profile("match")
pytestmark = [pytest.mark.timeout(7200)] if NIGHTLY else []

OFFICIALS = Officials(
    [
        Entity(
            "dana",
            "Dana Miron",
            aliases=(Alias("Miron"), Alias("מירון"), Alias("ميرون"), Alias("DM", exact=True)),
            offices=(
                Office("trade minister", "Arvenia", "Arvenian", date(2023, 1, 1)),
                Office("judge", "Arvenia", "Arvenian", end=date(2022, 12, 31)),
            ),
        ),
        Entity(
            "yoel",
            "Yoel Miron",
            aliases=(Alias("יואל מירון"), Alias("Yo Miron")),
            offices=(Office("mayor", "Orrin", "", date(2020, 1, 1), date(2021, 1, 1)),),
        ),
        Entity("mir", "Sir Miron", offices=(Office("mayor", "Orrin", "", date(2021, 1, 2)),)),
        Entity(
            "icc",
            "International Court",
            kind="institution",
            aliases=(
                Alias("ICC", context=("court", "warrant*"), unless=("cricket",)),
                Alias("court of law"),
            ),
        ),
        Entity("arvenia", "Arvenia", kind="place", aliases=(Alias("Ärvenia North"),)),
        Entity(
            "union",
            "Union",
            kind="institution",
            aliases=(Alias("הנמל הגדול"), Alias("اللجنة"), Alias("الاتحاد"), Alias("הנמל")),
        ),
    ]
)

WORDS = [
    "Rafah",
    "rafah",
    "RAFAH",
    "Ráfah",
    "cease-fire",
    "cease",
    "fire",
    "ICC",
    "icc",
    "I.C.C.",
    "court",
    "warrants",
    "cricket",
    "Miron",
    "Dana",
    "Yoel",
    "Miron’s",
    "minister",
    "mayor Miron",
    "Sir Miron",
    "judge",
    "DM",
    "dm",
    "Straße",
    "strasse",
    "U.S.",
    "us",
    "US",
    "מירון",
    "ומירון",
    "מִירון",
    'צה"ל',
    "ميرون",
    "وميرون",
    "כשמירון",
    "בנמל",
    "בהנמל",
    "ולנמל הגדול",
    "للجنة",
    "للاتحاد",
    "والاتحاد",
    "للميرون",
    "Arvenia",
    "Arvenia's",
    "North",
    "ﬁre",
    "e\u0301tat",
    "état",
    "3.5",
    "35",
    "d'Arvenia",
    "of",
    "law",
    "International",
    "International Court",
    "Dana Miron",
    "Yoel Miron",
    "İcc",
    "拉法",
    "x.y",
    "ＩＣＣ",
    "fi\u00adre",
    "'s",
    "👍🏽",
    "zero\u200bspace",
]
GLUE = [" ", " ", " ", ", ", ". ", "\n\n", " – ", "-", "… ", "” “", "' ", "’s ", " ... "]


@st.composite
def texts(draw: st.DrawFn, most: int = 14) -> str:
    """Words that make trouble, joined by what stands between words."""
    count = draw(st.integers(0, most))
    return "".join(draw(st.sampled_from(WORDS)) + draw(st.sampled_from(GLUE)) for _ in range(count))


def _terms() -> st.SearchStrategy[Query]:
    word = st.sampled_from([w for w in WORDS if fold.words(w)])
    phrase = st.lists(word, min_size=1, max_size=3).map(" ".join)
    plain = st.builds(Term, phrase, exact=st.booleans())
    prefix = st.sampled_from(["cea", "raf", "war", "International Cou", "miro", "cease fir"])
    return st.one_of(
        plain,
        plain,
        st.builds(Term, prefix, prefix=st.just(True)),
        st.builds(
            Term, st.sampled_from(["Cea", "RAF", "Mir", "Ärv"]), st.just(True), st.just(True)
        ),
        st.sampled_from([EntityRef(entity.id) for entity in OFFICIALS]),
    )


def _or(children: list[Query]) -> Query:
    flat = [g for c in children for g in (c.children if isinstance(c, Or) else (c,))]
    return Or(tuple(flat)) if len(flat) > 1 else flat[0]


def _and(children: list[Query]) -> Query:
    flat = [g for c in children for g in (c.children if isinstance(c, And) else (c,))]
    return And(tuple(flat)) if len(flat) > 1 else flat[0]


def _trees(leaves: st.SearchStrategy[Query], size: int) -> st.SearchStrategy[Query]:
    def grow(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
        several = st.lists(inner, min_size=2, max_size=3)
        return st.one_of(several.map(_or), several.map(_and), inner.map(Not))

    return st.recursive(leaves, grow, max_leaves=size)


def queries() -> st.SearchStrategy[Query]:
    """Every kind of node in every place where it may stand."""
    terms = _terms()
    group = st.one_of(terms, st.lists(terms, min_size=2, max_size=3).map(_or))
    near = st.builds(Near, group, group, st.integers(1, 6))
    placed = st.one_of(group, near)
    regex = st.sampled_from([Regex("[0-9]+"), Regex("raf.h", ignore_case=True), Regex(r"\bICC\b")])
    words_only = st.builds(
        Term,
        st.sampled_from(
            ["Harbour", "Times", "harbour times", "org", "WORLD", "world", "NEWS", "Dana", "ROE"]
        ),
        exact=st.booleans(),
    )
    begun = st.builds(
        Term, st.sampled_from(["Har", "har", "WOR", "Dan"]), st.booleans(), st.just(True)
    )
    labels = st.one_of(words_only, words_only, begun)
    codes = st.builds(Term, st.sampled_from(["en", "EN", "En", "fr", "HE"]))
    inside = _trees(st.one_of(terms, near, regex), 3)
    leaves = st.one_of(
        terms,
        near,
        regex,
        st.builds(AtLeast, st.integers(1, 4), placed),
        st.builds(About, placed),
        st.builds(Scoped, st.sampled_from(["title", "body"]), inside),
        st.builds(Scoped, st.sampled_from(["source", "section", "author"]), _trees(labels, 3)),
        st.builds(Scoped, st.just("lang"), _trees(codes, 2)),
        st.builds(
            Said,
            st.sampled_from([None, EntityRef("dana"), Term("Yoel"), Term("Dana Miron")]),
            inside,
        ),
        st.builds(Said, st.sampled_from([EntityRef("dana"), Term("Yoel Miron")])),
    )
    return _trees(leaves, 4)


@st.composite
def quotes_of(draw: st.DrawFn, text: str) -> list[Quote]:
    """Quotes of one or two parts anywhere in a text."""
    found = []
    for _ in range(draw(st.integers(0, 3))):
        cuts = (
            sorted(draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4, unique=True)))
            if (len(text) > 4)
            else []
        )
        if not cuts:
            continue
        parts = (
            ((cuts[0], cuts[1]), (cuts[2], cuts[3]))
            if draw(st.booleans())
            else ((cuts[0], cuts[3]),)
        )
        who = draw(
            st.sampled_from(
                [("Dana Miron", "dana"), ("Yoel Miron", "yoel"), ("Miron", ""), (None, "")]
            )
        )
        found.append(Quote(parts[0][0], parts[-1][1], parts, speaker=who[0], entity=who[1]))
    return found


def accepted_by_the_parser(tree: Query) -> Query | None:
    """Give the parsed canonical form; None for a query that asks for nothing."""
    try:
        return parse(str(tree))
    except QueryError as error:
        if "every article" in error.reason:
            return None
        raise


@given(st.data())
@settings(PROFILE)
def test_the_engine_finds_what_brute_force_finds(data: st.DataObject) -> None:
    """Same rules, clauses, highlights and quotes; candidates hold all that quotes can add."""
    trees = data.draw(st.lists(queries(), min_size=1, max_size=4))
    accepted = []
    for tree in trees:
        parsed = accepted_by_the_parser(tree)
        if parsed is not None:
            accepted.append(parsed)
    rules = RuleSet(OFFICIALS, [Rule(str(n), str(n), str(tree)) for n, tree in enumerate(accepted)])
    for _ in range(2):
        text = data.draw(texts())
        article = article_of(
            {
                "id": "1",
                "title": data.draw(texts(4)),
                "text": text,
                "source": data.draw(st.sampled_from(["Harbour Times", "ROE news"])),
                "lang": data.draw(st.sampled_from(["en", "he", ""])),
                "section": data.draw(st.sampled_from(["World news", "world", ""])),
                "author": data.draw(st.sampled_from(["Dana Roe", "By DANA ROE, Harbour", ""])),
                "url": "https://www.harbour.org/x",
            }
        )
        quotes = data.draw(quotes_of(text))
        found = {
            match.rule: (
                match.clauses,
                tuple((mark.field, mark.start, mark.end) for mark in match.highlights),
                match.quotes,
            )
            for match in rules.find_matches(article, quotes)
        }
        wanted = {
            str(n): answer
            for n, tree in enumerate(accepted)
            if (answer := expected(tree, article, quotes, OFFICIALS)) is not None
        }
        assert found == wanted
        without = {match.rule for match in rules.find_matches(article)}
        assert without <= rules.find_candidates(article)


@given(st.one_of(texts(), st.text(max_size=60)))
@settings(PROFILE)
def test_words_and_their_places_are_those_of_a_plain_reading(text: str) -> None:
    """Whatever folding drops or grows, each word leads back to its own code points."""
    folded = fold.Folded(text.replace(fold.BARRIER, " "))
    found = [
        (folded.text[start:end], folded.exact(start, end), *folded.span(start, end))
        for start, end in fold.word_spans(folded.text)
    ]
    assert found == [(word.folded, word.written, word.start, word.end) for word in cut(text)]


@given(st.one_of(texts(), st.text(max_size=60)))
@settings(PROFILE)
def test_folding_knows_no_case_and_no_form(text: str) -> None:
    """Any normal form and upper case of a text have the same words, where Unicode agrees."""
    for form in ("NFC", "NFD"):
        assert fold.words(unicodedata.normalize(form, text)) == fold.words(text)
    assert fold.words(text.upper()) == fold.words(text)


def test_no_letter_is_another_word_in_upper_case() -> None:
    letters = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    changed = [letter for letter in letters if letter.upper() != letter]
    assert len(changed) > 1000
    assert [c for c in changed if fold.words(f"a{c}") != fold.words(f"a{c.upper()}")] == []


NAMES = [
    *("Rafah", "Netanyahu", "António", "Guterres", "Ben-Gvir", "Szijjártó", "Zelenska", "Łódź"),
    *("ceasefire", "cease-fire", "warrant", "hostages", "Sunday", "2024", "74", "Straße", "court"),
    *("Al-Jazeera", "Médecins", "Erdoğan", "Kyiv", "minister", "Security", "Council", "said"),
]
STOPS = [" ", " ", " ", ", ", "; ", ": ", "! ", "? ", " (", ") ", " “", "” ", "\n\n", "’s ", "'s "]


@cache
def _spacy_english() -> Language:
    return spacy.blank("en")


@given(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(STOPS)), max_size=20))
@settings(PROFILE)
def test_plain_words_and_names_are_cut_where_spacy_cuts_them(pairs: list[tuple[str, str]]) -> None:
    """Its tokenizer is the reference where it has no rules of its own (don't, 5,000)."""
    text = "".join(word + stop for word, stop in pairs)
    folded = fold.Folded(text)
    ours = [folded.span(start, end) for start, end in fold.word_spans(folded.text)]
    theirs = [
        (token.idx, token.idx + len(token))
        for token in _spacy_english()(text)
        if any(map(str.isalnum, token.text)) and token.text not in ("'s", "’s")
    ]
    assert ours == theirs


DAYS = st.dates(date(2020, 1, 1), date(2020, 1, 31))
TERMS = st.lists(
    st.tuples(
        st.sampled_from(["mayor", "prime minister", "minister of trade"]),
        st.sampled_from(["Arvenia", "Orrin"]),
        st.none() | DAYS,
        st.none() | DAYS,
    ),
    max_size=3,
)


@given(st.lists(TERMS, max_size=5), DAYS | st.none(), st.sampled_from(["Arvenia", "Orrin", None]))
@settings(PROFILE)
def test_an_office_is_held_from_its_first_day_to_its_last(
    terms: list[list[tuple[str, str, date | None, date | None]]],
    when: date | None,
    of: str | None,
) -> None:
    """Of any number of people; without a day only what has no end."""
    people = [
        Entity(f"p{n}", f"Person {n}", offices=tuple(Office(t, b, "", s, e) for t, b, s, e in each))
        for n, each in enumerate(terms)
    ]
    holding = [
        person
        for person in people
        if any(
            office.title == "mayor"
            and of in (None, office.of)
            and (
                office.end is None
                if when is None
                else (office.start or when) <= when <= (office.end or when)
            )
            for office in person.offices
        )
    ]
    assert list(Officials(people).holding("mayor", of, when)) == holding


@given(queries())
@settings(PROFILE)
def test_a_canonical_query_parses_to_the_same_tree(tree: Query) -> None:
    parsed = accepted_by_the_parser(tree)
    if parsed is not None:
        assert parse(str(parsed)) == parsed
        assert str(parse(str(parsed))) == str(parsed)


@given(st.text(alphabet=' "()*-:!@/aNOTRADEbsaid:NEAR/8"\n', max_size=40))
@settings(PROFILE)
def test_any_text_is_a_query_or_a_clear_error(text: str) -> None:
    """Nothing else is raised; a canonical form is stable."""
    try:
        tree = parse(text)
    except QueryError as error:
        refused = error
    else:
        assert parse(str(tree)) == tree
        return
    assert refused.reason
    assert 0 <= refused.position <= len(text)
