"""The extractor as a spaCy component, alone, saved, and beside a trained recogniser."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from structlog.testing import capture_logs

from bot.adapters.language import Pipeline, load_pipeline
from bot.core.match import RuleSet
from bot.core.officials import Officials
from bot.core.quotes import find_quotes
from bot.core.quotes.component import QuotesComponent, blank, tokens_of
from bot.jobs.reading import Reader
from tests.core import tiny_pipelines
from tests.core.tiny_pipelines import FAR
from tests.samples import make_article

if TYPE_CHECKING:
    from bot.core.model import Article
    from bot.ports import Page

TEXT = '"The bridge is closed," said Mayor Ines Duarte. "It stays closed."'


@pytest.fixture(scope="module")
def recogniser() -> spacy.Language:
    """Give the tiny recogniser."""
    return tiny_pipelines.recogniser()


@pytest.fixture(scope="module")
def parser() -> spacy.Language:
    """Give the tiny parser."""
    return tiny_pipelines.parser()


@pytest.fixture(scope="module")
def both() -> spacy.Language:
    """Give the two in one pipeline."""
    return tiny_pipelines.both()


def test_component_on_a_blank_pipeline() -> None:
    """`nlp.add_pipe("quotes")` fills `doc._.quotes` with verbatim quotes."""
    nlp = spacy.blank("en")
    nlp.add_pipe("quotes")
    doc = nlp(TEXT)
    (quote,) = doc._.quotes
    assert quote.speaker == "Ines Duarte"
    assert [doc.text[s:e] for s, e in quote.parts] == ["The bridge is closed,", "It stays closed."]


def test_component_is_saved_with_its_configuration(tmp_path: Path) -> None:
    """Settings survive `to_disk` and `to_bytes`."""
    nlp = blank("en")
    nlp.add_pipe("quote_sentences")
    nlp.add_pipe("quotes", config={"threshold": 0.999})
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    component = again.get_pipe("quotes")
    assert isinstance(component, QuotesComponent)
    assert component.threshold == 0.999
    assert [q.speaker for q in again(TEXT)._.quotes] == [None]
    copy = spacy.blank("en")
    copy.add_pipe("quotes", config={"threshold": 0.999})
    assert copy.from_bytes(copy.to_bytes())(TEXT)._.quotes == again(TEXT)._.quotes


def test_quotes_travel_with_their_document() -> None:
    """A document is saved, and packed with its user data, like any other."""
    nlp = spacy.blank("en")
    nlp.add_pipe("quotes")
    doc = nlp(TEXT)
    assert Doc(nlp.vocab).from_bytes(doc.to_bytes())._.quotes == doc._.quotes
    packed = DocBin(store_user_data=True, docs=[doc]).to_bytes()
    (again,) = DocBin(store_user_data=True).from_bytes(packed).get_docs(nlp.vocab)
    assert again._.quotes == doc._.quotes
    assert [quote.speaker for quote in again._.quotes] == ["Ines Duarte"]


def test_several_processes_read_documents() -> None:
    """`nlp.pipe(n_process=2)` gives what one process gives."""
    nlp = spacy.blank("en")
    nlp.add_pipe("quotes")
    found = [doc._.quotes for doc in nlp.pipe([TEXT, "No words.", TEXT], n_process=2)]
    assert found == [nlp(TEXT)._.quotes, (), nlp(TEXT)._.quotes]


def test_the_language_is_that_of_the_pipeline() -> None:
    """A French pipeline reads French, unless it is told another language; and so when loaded."""
    text = "« Le pont est fermé », a déclaré Jeanne Morel."
    nlp = spacy.blank("fr")
    nlp.add_pipe("quote_sentences")
    nlp.add_pipe("quotes")
    told = spacy.blank("xx")
    told.add_pipe("quotes", config={"lang": "fr"})
    for pipeline in (nlp, told, spacy.blank("fr").from_config(nlp.config)):
        assert [quote.speaker for quote in pipeline(text)._.quotes] == ["Jeanne Morel"]


@pytest.mark.parametrize("threshold", [7, -0.1, 1.001])
def test_a_threshold_that_is_none_is_one_clear_error(threshold: float) -> None:
    """Confidence is from 0 to 1."""
    nlp = spacy.blank("en")
    with pytest.raises(ValueError, match="quotes: the threshold must be from 0 to 1, not "):
        nlp.add_pipe("quotes", config={"threshold": threshold})


ALONE = """
import sys
import spacy
nlp = spacy.blank("en")
nlp.add_pipe("quotes")
print([quote.speaker for quote in nlp(sys.argv[1])._.quotes])
"""


def test_the_entry_point_is_enough(tmp_path: Path) -> None:
    """A program that never imports the bot finds the component by its entry point."""
    try:
        distribution("wirewatch")
    except PackageNotFoundError:
        # A checkout on the path only: an installer would write this folder from pyproject.toml.
        project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
        about = tmp_path / "wirewatch-0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: wirewatch\nVersion: 0\n")
        rows = project["project"]["entry-points"]["spacy_factories"]
        lines = "".join(f"{name} = {place}\n" for name, place in rows.items())
        (about / "entry_points.txt").write_text(f"[spacy_factories]\n{lines}")
    places = [str(tmp_path), str(Path(__file__).parents[2])]
    done = subprocess.run(
        [sys.executable, "-c", ALONE, TEXT],
        capture_output=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(places)},
        text=True,
        timeout=120,
    )
    assert (done.stdout.strip(), done.returncode) == ("['Ines Duarte']", 0), done.stderr


def test_component_behind_trained_components(both: spacy.Language) -> None:
    """In one pipeline the component takes the recogniser's names and the parser's subjects."""
    nlp = both
    nlp.add_pipe("quotes")
    text = 'Grey Stone waited near the market.\n\nIt said the wall was "old and tired".'
    assert [quote.speaker for quote in find_quotes(text)] == [None]
    assert [quote.speaker for quote in nlp(text)._.quotes] == ["Grey Stone"]
    assert [quote.speaker for quote in nlp(FAR)._.quotes] == ["Ida Falk"]
    wide = f"It  was cold.\n\n{FAR}"
    assert [quote.speaker for quote in nlp(wide)._.quotes] == ["Ida Falk"]


def test_factories_are_announced() -> None:
    """The entry points name what spaCy looks for."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    names = project["project"]["entry-points"]["spacy_factories"]
    assert names == {
        "quotes": "bot.core.quotes.component:make_quotes",
        "quote_sentences": "bot.core.quotes.component:make_sentences",
    }


def test_sentences_keep_a_quote_with_its_said_clause() -> None:
    """A question mark inside a quote does not end the sentence."""
    nlp = blank("en")
    nlp.add_pipe("quote_sentences")
    doc = nlp('"Who did it? Who?" Senator Rao asked. Nobody answered.')
    assert [sent.text for sent in doc.sents] == [
        '"Who did it? Who?" Senator Rao asked.',
        "Nobody answered.",
    ]


@pytest.mark.parametrize("text", ["", " ", "a", " a  b\n\nc ", "x\ud800y", "…“”", "\u00a0 a\t\tb "])
def test_tokens_give_the_text_again(text: str) -> None:
    """The tokenizer of our own loses nothing (but a lone surrogate, which UTF-8 cannot hold)."""
    doc = blank("en").make_doc(text)
    assert doc.text == text.replace("\ud800", "?")


def test_tokens_of_is_safe_in_threads() -> None:
    """Every thread has its own pipeline."""
    wanted = tokens_of(TEXT)
    found: list[object] = []

    def work() -> None:
        found.extend(tokens_of(TEXT) for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [wanted] * 80


def test_a_trained_pipeline_feeds_the_sieve(recogniser: spacy.Language) -> None:
    """Names of a recogniser tell a person from an institution where the words alone do not."""
    nlp = recogniser
    text = 'Harbour Light met us at the river.\n\n"I saw the boats," he said.'
    assert [(ent.text, ent.label_) for ent in nlp(text).ents] == [("Harbour Light", "PERSON")]
    (helped,) = find_quotes(text, nlp=nlp)
    assert helped.speaker == "Harbour Light"
    text = 'Grey Stone waited near the market.\n\nIt said the wall was "old and tired".'
    assert [(ent.text, ent.label_) for ent in nlp(text).ents] == [("Grey Stone", "ORG")]
    assert [quote.speaker for quote in find_quotes(text)] == [None]
    (helped,) = find_quotes(text, nlp=nlp)
    assert helped.speaker == "Grey Stone"


def test_clauses_of_a_trained_pipeline_feed_the_sieve(parser: spacy.Language) -> None:
    """A subject that a parser found stands in where the rules see none."""
    assert [quote.speaker for quote in find_quotes(FAR)] == [None]
    (helped,) = find_quotes(FAR, nlp=parser)
    assert (helped.speaker, helped.words(FAR)) == ("Ida Falk", "We sail at dawn,")


class NoPages:
    """A source of pages that nobody may ask."""

    async def fetch(self, article: Article) -> Page:
        raise AssertionError(article)


async def test_the_configured_pipeline_reads_the_articles(
    parser: spacy.Language, tmp_path: Path
) -> None:
    """A pipeline saved to a folder is loaded by its path and helps the reader of articles."""
    parser.to_disk(tmp_path / "model")
    nlp = load_pipeline(str(tmp_path / "model"))
    assert nlp is not None
    article, officials = make_article(text=FAR), Officials()
    alone = Reader(NoPages(), RuleSet(officials), officials)
    helped = Reader(NoPages(), RuleSet(officials), officials, nlp)
    assert [quote.speaker for quote in await alone.quotes(article)] == [None]
    assert [quote.speaker for quote in await helped.quotes(article)] == ["Ida Falk"]


def test_a_missing_pipeline_is_one_warning() -> None:
    """A model that is not installed is told of once, by name; the rules go on without it."""
    with capture_logs() as logs:
        assert load_pipeline("no_such_model") is None
    (line,) = logs
    assert line["log_level"] == "warning"
    assert "WIREWATCH_SPACY_MODEL" in line["event"]
    assert "'no_such_model'" in line["event"]
    assert load_pipeline(None) is None


def test_a_failing_pipeline_costs_only_its_help() -> None:
    """A component that raises leaves the rules alone with the text."""
    nlp = spacy.blank("en")

    @spacy.Language.component("breaks")
    def breaks(doc: Doc) -> Doc:
        raise RuntimeError(doc.text)

    nlp.add_pipe("breaks")
    assert find_quotes(TEXT, nlp=Pipeline(nlp)) == find_quotes(TEXT)


class Counting:
    """A pipeline that notes what it is given."""

    lang, max_length = "en", 1_000_000

    def __init__(self, nlp: spacy.Language) -> None:
        self.nlp, self.given = nlp, []

    def __call__(self, text: str) -> Doc:
        self.given.append(text)
        return self.nlp(text)


def test_a_long_text_comes_in_portions(both: spacy.Language) -> None:
    """A pipeline gets whole paragraphs up to its limit, and what it finds keeps its place."""
    line = "Nobody came to the market on that day, and the river rose again.\n\n"
    text = line * 200 + FAR
    nlp = Counting(both)
    quotes = find_quotes(text, nlp=nlp)
    assert [(quote.speaker, quote.words(text)) for quote in quotes] == [
        ("Ida Falk", "We sail at dawn,")
    ]
    assert "".join(nlp.given) == text
    assert len(nlp.given) == 3
    assert all(given.endswith("\n") for given in nlp.given[:-1])


def test_no_more_is_given_to_a_pipeline_than_an_article_has() -> None:
    """Behind 100,000 characters or some 10,000 tokens the rules read alone."""
    long = Counting(spacy.blank("en"))
    find_quotes("Marketplaces " * 10_000, nlp=long)
    assert sum(map(len, long.given)) == 100_000
    dense = Counting(spacy.blank("en"))
    find_quotes("a , " * 100_000, nlp=dense)
    assert 10_000 <= sum(len(given.split()) for given in dense.given) < 13_000


def test_what_is_no_word_is_kept_from_a_pipeline() -> None:
    """Runs of signs and endless words are blanked, at equal length; the quotes stay the same."""
    text = f"{'_' * 5_000} {'x' * 5_000} {'-' * 5_000} \ud800\n\n{TEXT}"
    nlp = Counting(spacy.blank("en"))
    assert find_quotes(text, nlp=nlp) == find_quotes(text)
    given = "".join(nlp.given)
    assert given.endswith(f" ?\n\n{TEXT}")
    assert set(given[:15_002]) == {" "}


def test_a_pipeline_reads_only_its_own_language() -> None:
    """An English pipeline is not asked about a French text."""

    class Never:
        lang, max_length = "en", 1_000_000

        def __call__(self, text: str) -> Doc:
            raise AssertionError(text)

    text = "« Le pont est fermé », a déclaré Jeanne Morel."
    assert find_quotes(text, lang="fr", nlp=Never()) == find_quotes(text, lang="fr")
