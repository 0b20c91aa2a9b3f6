"""A statistical spaCy pipeline, if one is installed and configured.

The rules read without one. A pipeline's names and clauses help them where the words alone leave a
doubt, at the price of its own time: a small English one reads some ten articles a second.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

log = structlog.get_logger(__name__)


class Pipeline:
    """A pipeline for several threads, which spaCy's own is not meant for.

    Attributes:
        max_length: characters that it reads at once.
        lang: ISO 639-1 code of the language that it was trained for.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp, self._lock = nlp, threading.Lock()
        self.max_length = int(nlp.max_length)
        self.lang = str(nlp.lang)

    def __call__(self, text: str) -> Doc:
        """Read a text; one that the pipeline fails on comes without names or clauses."""
        with self._lock:
            try:
                return self._nlp(text)
            except Exception:  # noqa: BLE001 - a model's components may raise anything
                log.warning("the spaCy pipeline failed on a text; the rules read it alone")
                return self._nlp.make_doc("")


def load_pipeline(name: str | None) -> Pipeline | None:
    """Load the pipeline of a name or folder; None for no name, or with a warning where it fails.

    Args:
        name: an installed package such as `en_core_web_sm`, a folder that `nlp.to_disk` wrote, or
            None for none.
    """
    if not name:
        return None
    import spacy  # noqa: PLC0415 - takes seconds

    try:
        nlp = spacy.load(name)
    except (OSError, ImportError, ValueError, KeyError) as error:
        reason = str(error).partition("\n")[0][:200]
        log.warning(
            f"WIREWATCH_SPACY_MODEL: the pipeline {name!r} cannot be loaded; quotes are found by "
            f"the rules alone ({reason})"
        )
        return None
    return Pipeline(nlp)
