"""Which language a text is in: as declared, else as it looks."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from py3langid.langid import LanguageIdentifier

MIN_LENGTH = 80
"""Code points below which a guess is not worth having."""

MIN_CONFIDENCE = 0.9

_TAG = re.compile(r"[A-Za-z]{2,3}(?=$|[-_])")
# ISO 639-2 codes that feeds declare; the two-letter code is what rules name (`lang:he`).
_THREE = {
    "ara": "ar", "chi": "zh", "zho": "zh", "deu": "de", "ger": "de", "dut": "nl", "nld": "nl",
    "eng": "en", "fas": "fa", "per": "fa", "fra": "fr", "fre": "fr", "heb": "he", "hin": "hi",
    "ita": "it", "jpn": "ja", "kor": "ko", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es",
    "swe": "sv", "tur": "tr", "ukr": "uk", "urd": "ur",
}  # fmt: skip
_OLD = {"iw": "he", "in": "id", "ji": "yi"}
# A script that one news language owns needs no statistics.
_SCRIPTS = (("he", "\u0590-\u05ff"), ("el", "\u0370-\u03ff"), ("ko", "\uac00-\ud7a3"),
            ("th", "\u0e00-\u0e7f"), ("hy", "\u0530-\u058f"), ("ka", "\u10a0-\u10ff"))  # fmt: skip
_OWNED = [(lang, re.compile(f"[{span}]")) for lang, span in _SCRIPTS]


def declared(*tags: object) -> str:
    """Give the first usable language tag's primary subtag in ISO 639-1 (RFC 5646), or ""."""
    for tag in tags:
        found = _TAG.match(tag.strip()) if isinstance(tag, str) else None
        if found:
            code = found[0].lower()
            code = _THREE.get(code, code)
            if len(code) == 2:  # noqa: PLR2004
                return _OLD.get(code, code)
    return ""


def detected(texts: Iterable[str]) -> str:
    """Guess the language that texts of one feed share; "" where too short or too doubtful.

    The statistical model costs 0.7 s and 90 MB once, so it is loaded only when it is needed.
    """
    sample = " ".join(texts)[:2_000]
    if len(sample) < MIN_LENGTH:
        return ""
    letters = sum(character.isalpha() for character in sample)
    for lang, script in _OWNED:
        if len(script.findall(sample)) > letters // 2:
            return lang
    code, confidence = _identifier().classify(sample)
    return declared(code) if confidence >= MIN_CONFIDENCE else ""


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - costs 0.7 s

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
