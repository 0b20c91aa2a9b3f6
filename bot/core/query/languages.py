"""Languages that `lang:` can name: the two-letter codes of ISO 639-1, as articles carry them."""

from __future__ import annotations

import difflib
from typing import Final

_TWO_LETTERS: Final = """
    aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy
    da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li
    ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa
    pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg
    th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
CODES: Final = frozenset(_TWO_LETTERS.split())

_MEANT: Final = {
    # Codes that were withdrawn, and countries whose language has another code.
    "iw": "he", "in": "id", "ji": "yi", "jp": "ja", "cn": "zh", "ua": "uk", "gr": "el", "cz": "cs",
    "dk": "da", "us": "en", "gb": "en", "ir": "fa", "il": "he",
    # ISO 639-2 codes and names of the languages that news is mostly written in.
    "ara": "ar", "chi": "zh", "zho": "zh", "deu": "de", "ger": "de", "dut": "nl", "nld": "nl",
    "eng": "en", "fas": "fa", "per": "fa", "fra": "fr", "fre": "fr", "heb": "he", "hin": "hi",
    "ita": "it", "jpn": "ja", "kor": "ko", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es",
    "swe": "sv", "tur": "tr", "ukr": "uk", "urd": "ur",
    "arabic": "ar", "chinese": "zh", "dutch": "nl", "english": "en", "farsi": "fa", "french": "fr",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "italian": "it",
    "japanese": "ja", "korean": "ko", "persian": "fa", "polish": "pl", "portuguese": "pt",
    "russian": "ru", "spanish": "es", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
    "urdu": "ur",
}  # fmt: skip


def code_meant(written: str) -> str:
    """Guess the code that somebody meant who wrote another, a region or a name; "" for no guess."""
    word = written.casefold()
    if word in _MEANT:
        return _MEANT[word]
    first = word.replace("_", "-").partition("-")[0]
    if first in CODES:
        return first
    close = difflib.get_close_matches(word, [name for name in _MEANT if len(name) > 3], n=1)  # noqa: PLR2004
    return _MEANT[close[0]] if close else ""
