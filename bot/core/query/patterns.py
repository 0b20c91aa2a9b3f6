"""Regular expressions of rules: google-re2 only, which takes linear time (its README says so)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

MAX_PATTERN = 500
_MEMORY = 1 << 20
"""Bytes that RE2 may use for one pattern's programs and states."""

_LOOK_AROUND = re.compile(r"\(\?<?[=!]")
_BACK_REFERENCE = re.compile(r"\\[1-9]|\(\?P=")
_FRAGMENT = re.compile(r": (.+)$", re.DOTALL)


class PatternError(ValueError):
    """A pattern that is refused.

    Attributes:
        reason: why, in words.
        offset: where in the pattern.
    """

    def __init__(self, reason: str, offset: int) -> None:
        self.reason, self.offset = reason, offset
        super().__init__(reason)


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str, *, ignore_case: bool) -> Any:  # noqa: ANN401 - re2 has no types
    """Compile a pattern in bounded memory.

    Raises:
        PatternError: too long, not understood by RE2, or met by every text.
    """
    if len(pattern) > MAX_PATTERN:
        reason = f"the pattern is longer than {MAX_PATTERN} characters"
        raise PatternError(reason, MAX_PATTERN)
    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise _explained(pattern, error) from None
    if compiled.search(""):
        raise PatternError("the pattern matches the empty text, so it would match everything", 0)
    return compiled


def _explained(pattern: str, error: Exception) -> PatternError:
    for unsupported, name in ((_LOOK_AROUND, "look-around"), (_BACK_REFERENCE, "back-references")):
        found = unsupported.search(pattern)
        if found:
            reason = f"{name} cannot be matched in linear time"
            return PatternError(reason, found.start())
    words = error.args[0] if error.args else ""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    fragment = _FRAGMENT.search(text)
    offset = pattern.find(fragment[1]) if fragment else 0
    return PatternError(f"the pattern cannot be read: {text}", max(offset, 0))
