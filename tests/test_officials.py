"""The officials files and starter watches that ship: sound data, and offices that are found."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.core.match import RuleSet, article_of
from bot.core.model import Alias, Entity, Office, Rule
from bot.core.officials import Officials, name_key, place_key, title_key

RULES = Path(__file__).parents[1] / "rules"
FILES = sorted((RULES / "officials").glob("*.yaml"))

ACCEPTANCE_TEXT = """netanyahu biden blinken ben-gvir guterres abbas lazzarini gallant sinwar khan
    icc un unrwa hamas haaretz white-house"""
ACCEPTANCE = ACCEPTANCE_TEXT.split()

# Reviewed: each holder has a context that tells it from the other.
SHARED_NAMES = {"albanese", "rsf"}

# Words or very common surnames: alone they name nobody.
NEEDS_CONDITION_TEXT = """khan turk power gallant austin harris costa cameron johnson miller michel
    burns vance russell fletcher elder graham jordan katz bennett herzog abbas albanese powell
    sullivan petro modi xi maduro who us un eu fed care congress amnesty"""
NEEDS_CONDITION = set(NEEDS_CONDITION_TEXT.split())

# Offices that one person holds at a time.
SINGLE = {
    title_key(title)
    for title in (
        "prime minister",
        "president",
        "chancellor",
        "king",
        "pope",
        "supreme leader",
        "foreign minister",
        "defence minister",
        "secretary of state",
        "secretary-general",
        "director-general",
        "executive director",
        "prosecutor",
    )
}


def read(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(path)
    return loaded


def alias_of(raw: str | dict[str, Any]) -> Alias:
    if isinstance(raw, str):
        return Alias(raw)
    conditions = tuple(raw.get("context", ())), tuple(raw.get("unless", ()))
    return Alias(raw["text"], raw.get("exact", False), *conditions)


def office_of(raw: dict[str, Any]) -> Office:
    body = raw.get("of", ""), raw.get("demonym", "")
    return Office(raw["title"], *body, raw.get("from"), raw.get("to"))


def entity_of(raw: dict[str, Any]) -> Entity:
    return Entity(
        raw["id"],
        raw["name"],
        raw["kind"],
        raw.get("gender", ""),
        tuple(map(alias_of, raw.get("aliases", ()))),
        tuple(map(office_of, raw.get("offices", ()))),
    )


RAW = [raw for path in FILES for raw in read(path)["entities"]]
ENTITIES = [entity_of(raw) for raw in RAW]
ALIASES = [(entity, alias) for entity in ENTITIES for alias in entity.aliases]
OFFICES = [(entity, office) for entity in ENTITIES for office in entity.offices]
OFFICIALS = Officials(ENTITIES)


def scripts(text: str) -> set[str]:
    """Give the scripts of a text's letters: LATIN, ARABIC, HEBREW, CYRILLIC."""
    return {unicodedata.name(char).split()[0] for char in text if char.isalpha()}


# ---------------------------------------------------------------- the data


def test_files_have_only_known_keys() -> None:
    for path in FILES:
        assert set(read(path)) == {"entities"}, path.name
    for raw in RAW:
        assert set(raw) <= {"id", "name", "kind", "gender", "aliases", "offices"}, raw["id"]
        for alias in raw.get("aliases", ()):
            if not isinstance(alias, str):
                assert set(alias) <= {"text", "exact", "context", "unless"}, raw["id"]
        for office in raw.get("offices", ()):
            assert set(office) <= {"title", "of", "demonym", "from", "to"}, raw["id"]


def test_there_are_enough_of_each_kind() -> None:
    kinds = Counter(entity.kind for entity in ENTITIES)
    assert set(kinds) == {"person", "institution", "place"}
    assert kinds["person"] >= 150
    assert kinds["institution"] >= 100


def test_ids_are_unique_and_well_formed() -> None:
    ids = [entity.id for entity in ENTITIES]
    assert len(ids) == len(set(ids))
    assert [i for i in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i)] == []


def test_the_people_and_bodies_of_the_starter_watches_are_there() -> None:
    assert [i for i in ACCEPTANCE if OFFICIALS.get(i) is None] == []


def test_every_person_has_a_gender_and_nothing_else_has() -> None:
    wrong = [e.id for e in ENTITIES if (e.kind == "person") != (e.gender in {"male", "female"})]
    assert wrong == []


def test_names_belong_to_one_entity_or_have_a_context() -> None:
    """Two entities share a spelling only where it was reviewed and the context decides."""
    holders: dict[str, set[str]] = defaultdict(set)
    for entity in ENTITIES:
        for text in (entity.name, *(alias.text for alias in entity.aliases)):
            holders[name_key(text)].add(entity.id)
    assert {key for key, ids in holders.items() if len(ids) > 1} == SHARED_NAMES
    for entity, alias in ALIASES:
        if name_key(alias.text) in SHARED_NAMES:
            assert alias.context, (entity.id, alias.text)


def test_no_entity_repeats_a_spelling() -> None:
    for entity in ENTITIES:
        keys = [a.text if a.exact else name_key(a.text) for a in entity.aliases]
        assert len(keys) == len(set(keys)), entity.id
        assert name_key(entity.name) not in keys, entity.id


def test_short_names_and_acronyms_are_exact() -> None:
    """Else "UN" would match "un", and "WHO" the word "who"."""
    for entity, alias in ALIASES:
        letters = [char for char in alias.text if char.isalpha()]
        if len(letters) < 3 or (alias.text.isupper() and scripts(alias.text) == {"LATIN"}):
            assert alias.exact, (entity.id, alias.text)
    assert [e.id for e in ENTITIES if len(e.name) < 3] == []


def test_words_and_common_surnames_are_never_bare_aliases() -> None:
    for entity, alias in ALIASES:
        if name_key(alias.text) in NEEDS_CONDITION:
            assert alias.exact or alias.context, (entity.id, alias.text)
    assert [e.id for e in ENTITIES if name_key(e.name) in NEEDS_CONDITION] == []


def test_texts_are_clean() -> None:
    """No stray spaces, no invisible characters, one script in a name."""
    for entity in ENTITIES:
        texts = [entity.name]
        for alias in entity.aliases:
            texts += [alias.text, *alias.context, *alias.unless]
        for text in texts:
            assert text == " ".join(text.split()), (entity.id, text)
            assert text == unicodedata.normalize("NFC", text), (entity.id, text)
            assert not any(unicodedata.category(c) in {"Cf", "Cc"} for c in text), entity.id
            assert len(scripts(text)) <= 1, (entity.id, text)


@pytest.mark.parametrize("entity_id", ACCEPTANCE)
def test_starter_entities_have_arabic_and_hebrew_spellings(entity_id: str) -> None:
    entity = OFFICIALS.get(entity_id)
    assert entity is not None
    found = set().union(*(scripts(alias.text) for alias in entity.aliases))
    assert {"ARABIC", "HEBREW"} <= found


@pytest.mark.parametrize("script", ["ARABIC", "HEBREW"])
def test_many_others_have_them_too(script: str) -> None:
    assert sum(any(scripts(a.text) == {script} for a in e.aliases) for e in ENTITIES) >= 100


def test_titles_are_lower_case_words() -> None:
    """Only the name of a body inside a title keeps its capitals."""
    for entity, office in OFFICES:
        title = office.title.replace("United Nations", "")
        assert title == title.lower(), (entity.id, office.title)


def test_dates_are_days_in_order() -> None:
    for entity, office in OFFICES:
        for day in (office.start, office.end):
            assert day is None or type(day) is date, entity.id
            assert day is None or date(1980, 1, 1) <= day <= date(2026, 11, 22), entity.id
        if office.start and office.end:
            assert office.start < office.end, (entity.id, office.label)


def test_a_body_has_one_demonym() -> None:
    demonyms: dict[str, set[str]] = defaultdict(set)
    for _, office in OFFICES:
        demonyms[office.of].add(office.demonym)
    assert {of: found for of, found in demonyms.items() if len(found) > 1} == {}


def test_single_offices_never_have_two_holders() -> None:
    """Terms of one office of one body follow each other; a hand-over day may be shared."""
    terms: dict[tuple[str, str], list[tuple[date, date, str]]] = defaultdict(list)
    for entity, office in OFFICES:
        if title_key(office.title) in SINGLE:
            key = (title_key(office.title), office.of)
            terms[key].append((office.start or date.min, office.end or date.max, entity.id))
    overlaps = [
        (key, before, after)
        for key, held in terms.items()
        for before, after in zip(sorted(held), sorted(held)[1:], strict=False)
        if before[1] > after[0]
    ]
    assert overlaps == []


# ---------------------------------------------------------------- looking offices up

APRIL_2024 = date(2024, 4, 30)


@pytest.mark.parametrize(
    ("title", "of", "when", "expected"),
    [
        ("prime minister", "Israel", APRIL_2024, ["netanyahu"]),
        ("Prime Minister", "Israeli", APRIL_2024, ["netanyahu"]),
        ("premier", "Israeli", APRIL_2024, ["netanyahu"]),
        ("prime minister", "Israel", date(2022, 8, 1), ["lapid"]),
        ("president", "American", APRIL_2024, ["biden"]),
        ("president", "US", APRIL_2024, ["biden"]),
        ("president", "U.S.", date(2025, 6, 1), ["trump"]),
        ("president", "the United States", APRIL_2024, ["biden"]),
        ("secretary of state", "US", APRIL_2024, ["blinken"]),
        ("top diplomat", "America's", APRIL_2024, ["blinken"]),
        ("defense secretary", "US", APRIL_2024, ["austin"]),
        ("secretary-general", "United Nations", APRIL_2024, ["guterres"]),
        ("secretary general", "UN", APRIL_2024, ["guterres"]),
        ("chief", "UN", APRIL_2024, ["guterres"]),
        ("chief", "U.N.", APRIL_2024, ["guterres"]),
        ("human rights chief", "UN", APRIL_2024, ["turk"]),
        ("aid chief", "UN", APRIL_2024, ["griffiths"]),
        ("head", "UNRWA", APRIL_2024, ["lazzarini"]),
        ("commissioner-general", "UNRWA", APRIL_2024, ["lazzarini"]),
        ("chief", "UN refugee agency", APRIL_2024, ["grandi"]),
        ("chief", "WHO", APRIL_2024, ["tedros"]),
        ("head", "UN nuclear watchdog", APRIL_2024, ["grossi"]),
        ("prosecutor", "ICC", APRIL_2024, ["khan"]),
        ("chief prosecutor", "International Criminal Court", APRIL_2024, ["khan"]),
        ("president", "Palestinian", APRIL_2024, ["abbas"]),
        ("minister of national security", "Israel", APRIL_2024, ["ben-gvir"]),
        ("national security minister", "Israel", date(2025, 2, 1), []),
        ("defense minister", "Israeli", APRIL_2024, ["gallant"]),
        ("minister of defence", "Israel", date(2025, 1, 15), ["katz"]),
        ("foreign minister", "Israeli", APRIL_2024, ["katz"]),
        ("leader", "Hamas", APRIL_2024, ["haniyeh"]),
        ("leader in Gaza", "Hamas", APRIL_2024, ["sinwar"]),
        ("chief", "Hamas", date(2024, 9, 1), ["sinwar"]),
        ("leader", "Russian", APRIL_2024, ["putin"]),
        ("foreign policy chief", "EU", APRIL_2024, ["borrell"]),
        ("foreign minister", "UK", APRIL_2024, ["cameron"]),
        ("foreign secretary", "British", date(2024, 8, 1), ["lammy"]),
        ("foreign minister", "Saudi", APRIL_2024, ["faisal-bin-farhan"]),
        ("chancellor", "German", APRIL_2024, ["scholz"]),
        ("ambassador to the UN", "US", APRIL_2024, ["thomas-greenfield"]),
        ("UN ambassador", "US", APRIL_2024, ["thomas-greenfield"]),
        ("press secretary", "White House", APRIL_2024, ["jean-pierre"]),
        ("spokesman", "Kremlin", APRIL_2024, ["peskov"]),
        ("pope", "", APRIL_2024, ["pope-francis"]),
        ("foreign minister", "Hungarian", APRIL_2024, ["szijjarto"]),
        ("chief", "Mossad", APRIL_2024, ["barnea"]),
        ("chief", "Shin Bet", APRIL_2024, ["ronen-bar"]),
        ("spokesman", "Israeli military", APRIL_2024, ["hagari"]),
        ("UN ambassador", "Israeli", APRIL_2024, ["erdan"]),
        ("UN ambassador", "Israeli", date(2025, 3, 1), ["danon"]),
        ("Middle East envoy", "UN", APRIL_2024, ["wennesland"]),
        ("special envoy for Syria", "UN", APRIL_2024, ["pedersen"]),
        ("Middle East envoy", "US", date(2025, 6, 1), ["witkoff"]),
        ("attorney general", "US", date(2025, 6, 1), ["bondi"]),
        ("ambassador to Israel", "US", date(2025, 6, 1), ["huckabee"]),
        ("national security spokesman", "White House", APRIL_2024, ["kirby"]),
        ("prime minister", "Atlantis", APRIL_2024, []),
    ],
)
def test_offices_are_found_as_articles_name_them(
    title: str, of: str, when: date, expected: list[str]
) -> None:
    assert [entity.id for entity in OFFICIALS.holding(title, of, when)] == expected


@pytest.mark.parametrize(
    "title", ["mayor", "director", "prosecutor", "chair", "registrar", "national security minister"]
)
def test_a_title_without_a_body_names_nobody(title: str) -> None:
    """Else "the mayor said" in a local story would be said by the one mayor of the files."""
    assert OFFICIALS.holding(title, "", APRIL_2024) == ()
    assert OFFICIALS.holding(title, None, APRIL_2024) != ()


def test_a_holder_of_two_matching_offices_is_given_once() -> None:
    offices = (Office("leader", "Hamas"), Office("president", "Hamas"))
    entity = Entity("x", "X Y", offices=offices)
    assert Officials([entity]).holding("chief", "Hamas") == (entity,)


def test_a_person_named_like_a_country_lends_it_no_names() -> None:
    person = Entity("mj", "Michael Jordan", aliases=(Alias("Jordan"), Alias("Chicago")))
    king = Entity("k", "King K", offices=(Office("king", "Chicago"),))
    assert Officials([person, king]).holding("king", "Jordan") == ()


@pytest.mark.parametrize(
    ("entity_id", "label"),
    [
        ("netanyahu", "prime minister of Israel"),
        ("biden", "president of the United States"),
        ("guterres", "secretary-general of the United Nations"),
        ("khan", "prosecutor of the International Criminal Court"),
        ("lazzarini", "commissioner-general of UNRWA"),
        ("turk", "high commissioner for human rights of the United Nations"),
        ("hamas", ""),
    ],
)
def test_labels_read_well(entity_id: str, label: str) -> None:
    entity = OFFICIALS.get(entity_id)
    assert entity is not None
    assert OFFICIALS.office_of(entity, APRIL_2024) == label


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Netanyahu", ["netanyahu"]),
        ("Nétanyahou", ["netanyahu"]),
        ("Sara Netanyahu", ["sara-netanyahu"]),
        ("Trump", ["trump"]),
        ("Sinwar", ["sinwar"]),
    ],
)
def test_the_bare_surname_belongs_to_the_holder_of_the_office(
    name: str, expected: list[str]
) -> None:
    assert [entity.id for entity in OFFICIALS.named(name)] == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Khan", "", []),
        ("Khan", "The shop of Mr Khan was robbed.", []),
        ("Khan", "Judges in The Hague sat; Khan spoke.", ["khan"]),
        ("Khan", "In The Hague for cricket, Khan spoke.", []),
        ("Karim Khan", "", ["khan"]),
        ("Harris", "Harris scored twice for Leeds.", []),
        ("Harris", "Kamala’s plane landed. Ms. Harris waved.", ["harris"]),
        ("Albanese", "The special rapporteur, Albanese, spoke.", ["francesca-albanese"]),
        ("Albanese", "In Canberra, Albanese spoke.", ["anthony-albanese"]),
        ("ICC", "The ICC investigated what was done in Darfur.", ["icc"]),
        ("ICC", "The ICC said it opposes U.S. sanctions.", ["icc"]),
        ("ICC", "The ICC World Cup final is judged in the court of public opinion.", []),
        ("US", "", ["united-states"]),
        ("us", "", []),
    ],
)
def test_conditions_of_a_name_are_read_in_the_article(
    name: str, text: str, expected: list[str]
) -> None:
    assert [entity.id for entity in OFFICIALS.named(name, text)] == expected


@pytest.mark.parametrize("written", ["Nato", "Unicef", "Unesco", "Unrwa", "Unifil", "Ocha", "Otan"])
def test_acronyms_that_are_spoken_as_words_are_found_as_many_papers_write_them(
    written: str,
) -> None:
    """Much of the British and the French press writes them with one capital."""
    rules = RuleSet(OFFICIALS, [Rule(e.id, e.id, f"@{e.id}") for e in ENTITIES])
    wanted = {"Otan": "nato"}.get(written, written.lower())
    article = article_of({"id": "1", "title": "", "text": f"A spokesman for {written} said so."})
    assert [match.rule for match in rules.find_matches(article, [])] == [wanted]


def test_the_courts_acronym_is_told_from_the_cricket_councils() -> None:
    icc = OFFICIALS.get("icc")
    assert icc is not None
    alias = next(alias for alias in icc.aliases if alias.text == "ICC")
    assert alias.exact
    assert {"court", "Hague", "prosecutor", "warrant"} <= set(alias.context)
    assert {"cricket", "wicket"} <= set(alias.unless)


@pytest.mark.parametrize(
    ("spelling", "key"),
    [
        ("the United Nations'", "united nations"),
        ("Israel's", "israel"),
        ("Côte d’Ivoire", "cote d'ivoire"),
    ],
)
def test_places_are_folded(spelling: str, key: str) -> None:
    assert place_key(spelling) == key


# ---------------------------------------------------------------- the starter watches


def test_the_starter_watches_name_known_entities_and_the_console() -> None:
    watches = read(RULES / "starter.yaml")["watches"]
    assert [watch["name"] for watch in watches] == ["rafah", "icc-warrants", "netanyahu-says"]
    for watch in watches:
        assert watch["channels"] == ["console"]
        named = re.findall(r"@([a-z0-9-]+)", watch["query"])
        assert named
        assert [i for i in named if OFFICIALS.get(i) is None] == []


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("us", "united-states"),
        ("usa", "united-states"),
        ("uk", "united-kingdom"),
        ("bibi", "netanyahu"),
        ("netanyau", "netanyahu"),
        ("security_council", "security-council"),
        ("zelenskiy", "zelensky"),
        ("xqzw", None),
    ],
)
def test_an_unknown_id_suggests_whose_name_it_is(wrong: str, meant: str | None) -> None:
    """A name of an entity comes before ids that merely look alike."""
    assert OFFICIALS.suggest(wrong) == meant
