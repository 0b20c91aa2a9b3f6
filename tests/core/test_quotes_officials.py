"""Titles, names and offices through the officials files."""

from __future__ import annotations

from datetime import date

from bot.core.model import Alias, Entity, Office
from bot.core.officials import Officials
from bot.core.quotes import find_quotes

SOLHEIM = Entity(
    "solheim",
    "Ingrid Solheim",
    gender="female",
    aliases=(Alias("Solheim"),),
    offices=(
        Office("prime minister", "Norland", "Norlandic", date(2020, 1, 1), date(2024, 5, 31)),
    ),
)
BREKKE = Entity(
    "brekke",
    "Aksel Brekke",
    gender="male",
    aliases=(Alias("Brekke"),),
    offices=(Office("prime minister", "Norland", "Norlandic", date(2024, 6, 1)),),
)
LEAGUE = Entity("league", "Northern League", kind="institution", aliases=(Alias("NL"),))
OFFICIALS = Officials([SOLHEIM, BREKKE, LEAGUE])


def test_title_is_resolved_by_date() -> None:
    """A title without any name means who held it on the day of the article."""
    text = 'The Norlandic prime minister called the vote "a warning to us all".'
    (then,) = find_quotes(text, officials=OFFICIALS, when=date(2022, 3, 1))
    assert (then.speaker, then.entity) == ("Ingrid Solheim", "solheim")
    (now,) = find_quotes(text, officials=OFFICIALS)
    assert (now.speaker, now.entity) == ("Aksel Brekke", "brekke")


def test_possessive_country_before_a_title() -> None:
    """`Norland's prime minister` is the holder of the office."""
    text = 'Norland\'s prime minister said the country was "ready for winter".'
    (quote,) = find_quotes(text, officials=OFFICIALS, when=date(2025, 1, 1))
    assert quote.entity == "brekke"


def test_country_behind_a_title() -> None:
    """`The prime minister of Norland` is the holder of the office too."""
    text = 'The prime minister of Norland said the country was "ready for winter".'
    (quote,) = find_quotes(text, officials=OFFICIALS, when=date(2025, 1, 1))
    assert quote.entity == "brekke"


def test_article_goes_before_the_officials() -> None:
    """A name that the article gives to a title wins over the file."""
    text = (
        'Prime Minister Liv Dahl flew to Ostia. "We shall talk," the prime minister said on Monday.'
    )
    (quote,) = find_quotes(text, officials=OFFICIALS)
    assert (quote.speaker, quote.entity) == ("Liv Dahl", "")


def test_full_name_and_surname_mean_the_official() -> None:
    """The office printed is the one held on the day."""
    text = 'Ingrid Solheim spoke first. "I am tired," Solheim said.'
    (quote,) = find_quotes(text, officials=OFFICIALS, when=date(2023, 1, 1))
    assert (quote.speaker, quote.entity) == ("Ingrid Solheim", "solheim")
    assert quote.office == "prime minister of Norland"


def test_another_person_of_the_same_surname_is_not_the_official() -> None:
    """Peter Solheim is not Ingrid Solheim."""
    text = '"The boat sank at once," said Peter Solheim, a fisherman.'
    (quote,) = find_quotes(text, officials=OFFICIALS)
    assert (quote.speaker, quote.entity) == ("Peter Solheim", "")
    assert quote.office == "fisherman"


def test_institution() -> None:
    """An institution is printed as the article calls it, and known by its id."""
    (quote,) = find_quotes('NL called the vote "a disgrace to us".', officials=OFFICIALS)
    assert (quote.speaker, quote.entity) == ("NL", "league")


def test_name_is_printed_as_the_article_has_it() -> None:
    """The article's fullest form goes before the file's; a bare surname gets the file's."""
    official = Entity(
        "solheim", "Íngrid Solheim", aliases=(Alias("Ingrid Solheim"), Alias("Solheim"))
    )
    officials = Officials([official])
    text = 'Ingrid Solheim spoke first. "I am very tired," Solheim said.'
    (quote,) = find_quotes(text, officials=officials)
    assert (quote.speaker, quote.entity) == ("Ingrid Solheim", "solheim")
    (quote,) = find_quotes('"I am very tired," Solheim said.', officials=officials)
    assert (quote.speaker, quote.entity) == ("Íngrid Solheim", "solheim")
    text = '"I am very tired," Ingrid Solheim said. Ingrid M. Solheim Jr. then left.'
    (quote,) = find_quotes(text, officials=officials)
    assert quote.speaker == "Ingrid M. Solheim Jr."


def test_alias_with_conditions_reads_the_article() -> None:
    """A surname that needs a word beside it names the official only in such an article."""
    jon = Entity("vik", "Jon Vik", aliases=(Alias("Vik", context=("court",), unless=("rugby",)),))
    officials = Officials([jon])
    said = '"We have opened the file today," Vik said.'
    (quote,) = find_quotes(f"The court sat on Monday. {said}", officials=officials)
    assert (quote.speaker, quote.entity) == ("Jon Vik", "vik")
    for text in (said, f"The court is a rugby ground. {said}"):
        (quote,) = find_quotes(text, officials=officials)
        assert (quote.speaker, quote.entity) == ("Vik", "")


def test_title_of_no_country_is_nobody_elses() -> None:
    """`The mayor` of a village story is not the one mayor of the files."""
    mayor = Entity("roth", "Dana Roth", offices=(Office("mayor", "Ostia", "Ostian"),))
    text = 'Snow fell. The mayor said it was "a fine thing for the hills".'
    (quote,) = find_quotes(text, officials=Officials([mayor]))
    assert quote.entity == ""


def test_office_from_the_article() -> None:
    """Without an entry in the files the article's own words are printed."""
    text = '"The nets are empty," said Jon Vik, the head of the fishermen\'s union.'
    (quote,) = find_quotes(text)
    assert quote.office == "head of the fishermen's union"
    text = 'Trade Minister Liv Dahl said it was "a fair price for both".'
    (quote,) = find_quotes(text)
    assert quote.office == "Trade Minister"
