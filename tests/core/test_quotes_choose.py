"""Which quotes an alert shows."""

from __future__ import annotations

from bot.core.model import Quote
from bot.core.quotes import choose_quotes

TEXT = (
    '"We will hold the line at the river," said A. "Yes," said B. '
    '"The dam is safe and will remain safe for years," said C. '
    '"The dam is safe and will remain safe for many years," said D. '
    '"The harvest was good this year, thank heaven," said E.'
)


def quote(words: str, speaker: str | None, **more: object) -> Quote:
    start = TEXT.index(words)
    span = (start, start + len(words))
    return Quote(*span, (span,), speaker, confidence=0.9, **more)


LINE = quote("We will hold the line at the river,", "Ann Alder", entity="alder")
YES = quote("Yes,", "Ben Birch")
DAM = quote("The dam is safe and will remain safe for years,", "Cleo Cedar")
MANY = quote("The dam is safe and will remain safe for many years,", "Dov Dogwood")
HARVEST = quote("The harvest was good this year, thank heaven,", None)
ALL = (LINE, YES, DAM, MANY, HARVEST)


def test_a_quote_by_the_rules_entity_comes_first() -> None:
    """The speaker whom the rule names outweighs the place in the article."""
    assert choose_quotes(ALL, TEXT, entities={"alder"})[0] == LINE
    assert choose_quotes(ALL, TEXT, names=["cleo cedar"])[0] == DAM


def test_a_quote_that_met_said_comes_first() -> None:
    """What met a `said:` clause is what the reader asked for."""
    assert choose_quotes(ALL, TEXT, met={1})[0] == YES


def test_highlighted_words_count() -> None:
    """A quote that holds the rule's words is shown, even unattributed."""
    at = TEXT.index("harvest")
    assert choose_quotes(ALL, TEXT, focus=[(at, at + 7)])[0] == HARVEST


def test_never_two_of_the_same_content() -> None:
    """A repeated statement is shown once."""
    chosen = choose_quotes(ALL, TEXT, limit=5)
    assert not {DAM, MANY} <= set(chosen)


def test_whole_attributed_sentences_before_scraps() -> None:
    """Without a rule's wishes a full sentence with a speaker wins."""
    assert choose_quotes(ALL, TEXT, limit=2) == (LINE, DAM)
    assert choose_quotes(ALL, TEXT, limit=0) == ()
    assert choose_quotes((), TEXT) == ()


def test_whom_the_headline_names_before_what_is_repeated() -> None:
    """In an article on one person's words, another's on the same subject are background."""
    at = TEXT.index("river")
    focus = [(at, at + 5)]
    assert choose_quotes(ALL, TEXT, focus=focus)[0] == LINE
    titled = choose_quotes(ALL, TEXT, title="Cedar: dam will remain safe for years", focus=focus)
    assert titled[:2] == (DAM, LINE)


def test_the_rules_speaker_before_the_headlines() -> None:
    """What the rule asks for outweighs what the headline is about."""
    title = "Cedar says dam is safe"
    assert choose_quotes(ALL, TEXT, title=title, met={0})[0] == LINE
    assert choose_quotes(ALL, TEXT, title=title, entities={"alder"})[0] == LINE
