"""The extractor as a spaCy component, and the blank pipeline that reads for `find_quotes`.

`nlp.add_pipe("quotes")` puts `doc._.quotes` on every document: a tuple of `bot.core.model.Quote`.
The document holds them as plain lists, so that it can be saved, sent to other processes and packed
into a `DocBin(store_user_data=True)`. The component works on any pipeline, a blank one included;
names that a recogniser found (`doc.ents`) help to tell people from institutions, and subjects that
a parser found stand in where the rules see none.
The factories are announced by the entry point `spacy_factories`
(https://spacy.io/usage/saving-loading#entry-points-components), so nothing of ours has to be
imported before `nlp.add_pipe`.

`blank(lang)` gives the pipeline that `find_quotes` reads with: spaCy's vocabulary with a tokenizer
of our own, because spaCy's needs time in the square of the length of a run of punctuation.
"""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import spacy
from spacy.attrs import IDX, LENGTH
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry

from bot.core.model import Quote
from bot.core.quotes.extract import THRESHOLD, find_in, read
from bot.core.quotes.hints import hints_of
from bot.core.quotes.reading import pieces

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from spacy.vocab import Vocab

    from bot.core.model import Span

TOKENIZER = "wirewatch.linear_tokenizer.v1"
_MANY_WORDS = 150_000
_local = threading.local()

_KEY = "wirewatch.quotes"


def _quotes_of(doc: Doc) -> tuple[Quote, ...]:
    """Build the quotes of a document from the plain data that it holds."""
    rows = doc.user_data.get(_KEY, ())
    return tuple(
        Quote(**(row | {"parts": tuple((start, end) for start, end in row["parts"])}))
        for row in rows
    )


if not Doc.has_extension("quotes"):
    Doc.set_extension("quotes", getter=_quotes_of)


class LinearTokenizer:
    """Splits a text into words, numbers and signs in linear time. It has no state to save."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Give the tokens of a text; `doc.text` is the text."""
        words, spaces = pieces(text)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_: Any) -> bytes:  # noqa: ANN401 - spaCy's interface
        """Give nothing to save."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> LinearTokenizer:  # noqa: ANN401
        """Load nothing."""
        return self

    def to_disk(self, _path: Path | str, **_: Any) -> None:  # noqa: ANN401
        """Save nothing."""

    def from_disk(self, _path: Path | str, **_: Any) -> LinearTokenizer:  # noqa: ANN401
        """Load nothing."""
        return self


@registry.tokenizers(TOKENIZER)  # type: ignore[untyped-decorator]
def make_tokenizer() -> Callable[[Language], LinearTokenizer]:
    """Make the tokenizer from a pipeline's configuration."""

    def create(nlp: Language) -> LinearTokenizer:
        return LinearTokenizer(nlp.vocab)

    return create


@Language.factory("quote_sentences", assigns=["token.is_sent_start"], default_config={"lang": ""})
def make_sentences(nlp: Language, name: str, lang: str) -> QuoteSentences:  # noqa: ARG001
    """Make the component that marks sentences; its language is the pipeline's unless given."""
    return QuoteSentences(lang or nlp.lang or "en")


class QuoteSentences:
    """Marks sentence starts; a quote and its said-clause stay together."""

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang

    def __call__(self, doc: Doc) -> Doc:
        """Mark the sentences of a document."""
        text = doc.text
        starts = {0, *(s.tokens[0].start for s in read(text, spans_of(doc, text), self.lang)[2])}
        doc.from_array("SENT_START", _starts(doc, starts))
        return doc


def _starts(doc: Doc, starts: set[int]) -> Any:  # noqa: ANN401 - a numpy array
    values = [1 if index in starts else -1 for index in doc.to_array([IDX]).tolist()]
    return np.array(values, dtype="int32").astype("uint64")


@Language.factory(
    "quotes",
    assigns=["doc._.quotes"],
    default_config={"lang": "", "threshold": THRESHOLD},
)
def make_quotes(nlp: Language, name: str, lang: str, threshold: float) -> QuotesComponent:  # noqa: ARG001
    """Make the component that finds quotes; its language is the pipeline's unless given."""
    return QuotesComponent(lang or nlp.lang or "en", threshold)


class QuotesComponent:
    """Puts the quotes of a document on `doc._.quotes`.

    Args:
        lang: ISO 639-1 code of the texts.
        threshold: confidence below which a speaker is left open, 0 to 1.

    Raises:
        ValueError: the threshold is none.
    """

    def __init__(self, lang: str = "en", threshold: float = THRESHOLD) -> None:
        if not 0 <= threshold <= 1:
            raise ValueError(f"quotes: the threshold must be from 0 to 1, not {threshold}")
        self.lang, self.threshold = lang, threshold

    def __call__(self, doc: Doc) -> Doc:
        """Find the quotes of a document."""
        hints = hints_of(doc)
        found = find_in(doc.text, lang=self.lang, hints=hints, threshold=self.threshold)
        doc.user_data[_KEY] = [asdict(quote) for quote in found]
        return doc

    def to_bytes(self, **_: Any) -> bytes:  # noqa: ANN401 - spaCy's interface
        """Give nothing to save beside the configuration."""
        return b""

    def from_bytes(self, _data: bytes, **_: Any) -> QuotesComponent:  # noqa: ANN401
        """Load nothing beside the configuration."""
        return self


def spans_of(doc: Doc, text: str) -> list[Span]:
    """Give the offsets of the tokens of a document with this text, white space left out."""
    return [
        (start, start + length)
        for start, length in doc.to_array([IDX, LENGTH]).tolist()
        if not text[start].isspace()
    ]


def blank(lang: str = "en") -> Language:
    """Make a blank pipeline whose rule components read tokens and sentences."""
    config = {"nlp": {"tokenizer": {"@tokenizers": TOKENIZER}}}
    known = lang if lang in ("en", "fr", "es", "de", "ar", "he") else "xx"
    nlp = spacy.blank(known, config=config)
    nlp.max_length = 2**31 - 1
    # Nothing here asks for a word's shape or norm, and computing them takes most of the time.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]
    return nlp


def tokens_of(text: str, lang: str = "en") -> list[Span]:
    """Give the token offsets of a text, read by this thread's blank pipeline.

    A vocabulary only ever grows, so the pipeline is made anew once it has seen very many words: a
    bot that runs for months must not keep every word it ever saw. (spaCy's memory zones would
    forget them after each article, and take as long as all the rest to learn them again.)
    """
    pipelines = _local.__dict__.setdefault("pipelines", {})
    nlp = pipelines.get(lang)
    if nlp is None or len(nlp.vocab) > _MANY_WORDS:
        nlp = pipelines[lang] = blank(lang)
    return spans_of(nlp.make_doc(text), text)
