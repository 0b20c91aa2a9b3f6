"""The extractor as a spaCy component, alone, saved, and beside a trained recogniser."""

from __future__ import annotations

import random
import threading
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import spacy
from spacy.tokens import Doc
from spacy.training import Example
from structlog.testing import capture_logs

from bot.adapters.language import Pipeline, load_pipeline
from bot.core.match import RuleSet
from bot.core.officials import Officials
from bot.core.quotes import find_quotes
from bot.core.quotes.component import QuotesComponent, blank, tokens_of
from bot.jobs.reading import Reader
from tests.samples import make_article

if TYPE_CHECKING:
    from bot.core.model import Article
    from bot.ports import Page

TEXT = '"The bridge is closed," said Mayor Ines Duarte. "It stays closed."'


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


PLACES = ["harbour", "market", "school", "river", "station", "village"]
NAMES = [
    ("Harbour Light", "PERSON"),
    ("Silver Brook", "PERSON"),
    ("Ann Lee", "PERSON"),
    ("Grey Stone", "ORG"),
    ("Blue Line", "ORG"),
]
VERBS = ["stood by", "met us at", "walked to", "waited near", "spoke of"]


def train() -> spacy.Language:
    """Train a tiny recogniser of people on sentences of our own."""
    nlp = spacy.blank("en")
    recogniser = nlp.add_pipe("ner")
    recogniser.add_label("PERSON")
    recogniser.add_label("ORG")
    rows = []
    for name, label in NAMES:
        for verb in VERBS:
            for place in PLACES[:3]:
                text = f"{name} {verb} the {place}."
                rows.append((text, {"entities": [(0, len(name), label)]}))
    random.Random(1).shuffle(rows)  # noqa: S311 - the same order every time
    examples = [Example.from_dict(nlp.make_doc(text), notes) for text, notes in rows]
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(15):
        for batch in spacy.util.minibatch(examples, size=16):
            nlp.update(batch, sgd=optimizer)
    return nlp


def test_a_trained_pipeline_feeds_the_sieve() -> None:
    """Names of a recogniser tell a person from an institution where the words alone do not."""
    nlp = train()
    text = 'Harbour Light met us at the river.\n\n"I saw the boats," he said.'
    assert [(ent.text, ent.label_) for ent in nlp(text).ents] == [("Harbour Light", "PERSON")]
    (helped,) = find_quotes(text, nlp=nlp)
    assert helped.speaker == "Harbour Light"
    text = 'Grey Stone waited near the market.\n\nIt said the wall was "old and tired".'
    assert [(ent.text, ent.label_) for ent in nlp(text).ents] == [("Grey Stone", "ORG")]
    assert [quote.speaker for quote in find_quotes(text)] == [None]
    (helped,) = find_quotes(text, nlp=nlp)
    assert helped.speaker == "Grey Stone"


SHOUTS = ["noise of the boats", "roar of the sea", "sound of the bells", "rush of the wind"]


@pytest.fixture(scope="module")
def parser() -> spacy.Language:
    """Train a tiny parser on sentences whose subject stands far behind its verb."""
    nlp = spacy.blank("en")
    pipe = nlp.add_pipe("parser")
    rows = []
    for first, last in (("Ann", "Lee"), ("Tom", "Ray"), ("Ida", "Moe"), ("Jan", "Falk")):
        for noise in SHOUTS:
            words = f'" We sail at dawn , " said over the {noise} {first} {last} .'.split()
            heads = [2, 2, 7, 2, 3, 7, 7, 7, 7, 10, 8, 10, 13, 11, 15, 7, 7]
            doc = Doc(nlp.vocab, words=words, spaces=SPACES)
            rows.append(Example.from_dict(doc, {"heads": heads, "deps": DEPS}))
    for dep in set(DEPS):
        pipe.add_label(dep)
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: rows)
    for _ in range(30):
        nlp.update(rows, sgd=optimizer)
    return nlp


LEFT = "punct nsubj ccomp prep pobj punct punct"
RIGHT = "prep det pobj prep det pobj compound nsubj punct"
DEPS = [*LEFT.split(), "ROOT", *RIGHT.split()]
SPACES = [False, True, True, True, False, False, *[True] * 9, False, False]
FAR = '"We sail at dawn," said over the roar of the sea Ida Falk.'


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


def test_a_pipeline_reads_only_its_own_language() -> None:
    """An English pipeline is not asked about a French text."""

    class Never:
        lang, max_length = "en", 1_000_000

        def __call__(self, text: str) -> Doc:
            raise AssertionError(text)

    text = "« Le pont est fermé », a déclaré Jeanne Morel."
    assert find_quotes(text, lang="fr", nlp=Never()) == find_quotes(text, lang="fr")
