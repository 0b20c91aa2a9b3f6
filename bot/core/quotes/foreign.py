"""The smaller sieve for languages other than English: clause after, clause before, according to.

It reads names only: a speaker given by a pronoun or a common noun is left open, an institution of
the data file excepted. Without data every quote comes without a speaker.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.people import Speaker
from bot.core.quotes.sieve import Attribution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.quotes.lexicon import Foreign
    from bot.core.quotes.marks import Marked
    from bot.core.quotes.reading import Sentence, Token

_REACH: Final = 26
_PARTICLES: Final = frozenset(
    "de del der di da van von bin ibn al el la le los las dos ben y d'"
    " بن ابن بنت آل أبو ابو أبي أم عبد אבו אל בן בת אבן".split()
)
_VOICES: Final = frozenset("المتحدث المتحدثة الناطق الناطقة والمتحدث والناطق".split())
_CAPITALS: Final = r"[A-ZÀ-Ý][\w’'-]+"
_SAID_INSIDE: Final = re.compile(
    r", (?:s['’]|se )?(?P<verb>[a-zà-ÿ]+) "
    rf"(?P<name>{_CAPITALS}(?: (?:de |du |d['’])?{_CAPITALS}){{0,3}})"
    r"(?:, [^,.!?]{3,70})?,(?= )"
)
_ARTICLES: Final = frozenset(("le", "la", "el", "die", "der", "das", "l'"))
_NAME_WORDS: Final = 4


def attribute_foreign(
    text: str, sentences: Sequence[Sentence], marked: Sequence[Marked], data: Foreign | None
) -> list[Attribution]:
    """Attribute the quotes of a text in another language.

    Args:
        text: the article.
        sentences: its sentences, quotes as single tokens.
        marked: its marked stretches.
        data: the language's words, or None.
    """
    rows = [Attribution(row) for row in marked]
    for sentence in sentences:
        bare = all(token.kind in "qp" for token in sentence.tokens)
        for at, token in enumerate(sentence.tokens):
            if token.kind == "q":
                row = rows[token.quote]
                row.sentence, row.at, row.bare = sentence.number, at, bare
    if data is not None:
        reader = _Reader(text, sentences, data)
        for index, row in enumerate(rows):
            if row.sentence >= 0:
                reader.attribute(row, rows[index - 1] if index else None)
        reader.lend_back(rows)
    for before, row in itertools.pairwise(rows):
        row.joins = row.marked.goes_on or (
            row.path in ("same", "between") and before.speaker is not None
        )
    return _part(text, rows, data) if data is not None and data.views else rows


def _plain_noun(token: Token) -> str:
    """Give a noun without the article that French writes at its front: `l'institut`."""
    return token.low.removeprefix("l'").removeprefix("d'") if not token.cap else token.low


def _part(text: str, rows: list[Attribution], data: Foreign) -> list[Attribution]:
    """Part `« C'est fini, dit Name, et bien fini. »`, whose said-clause stands inside the marks."""
    out: list[Attribution] = []
    for row in rows:
        out.append(row)
        said = _SAID_INSIDE.search(text, row.marked.start, row.marked.end)
        if row.speaker is not None or said is None or said["verb"].lower() not in data.verbs:
            continue
        head, rest = row.marked, said.end()
        while rest < head.end and text[rest].isspace():
            rest += 1
        if rest >= head.end or said.start() <= head.start:
            continue
        row.speaker = Speaker(said["name"], None, None, 0.85)
        row.cue, row.path, row.confidence = said["verb"], "clause", 0.85
        row.marked = replace(head, end=said.start(), close=said.start())
        tail = replace(row, marked=replace(head, start=rest, open=rest, goes_on=False), joins=True)
        out.append(tail)
    return out


class _Reader:
    """Reads the clauses around quotes with one language's words."""

    def __init__(self, text: str, sentences: Sequence[Sentence], data: Foreign) -> None:
        self._text, self._sentences, self._data = text, sentences, data
        self._full: dict[str, str] = {}

    def attribute(self, row: Attribution, before: Attribution | None) -> None:
        """Find the speaker of one quote."""
        tokens = self._sentences[row.sentence].tokens
        found = (
            self._after(tokens, row.at)
            or self._before(tokens, row.at)
            or self._according(tokens, row.at)
        )
        if found is not None:
            name, cue, score = found
            self._take(row, name, cue, score)
            if (
                before is not None
                and before.sentence == row.sentence
                and before.speaker
                and (before.speaker.name == (row.speaker.name if row.speaker else ""))
            ):
                row.path = "between" if before.path == "after" else row.path
            return
        if before is None or before.speaker is None:
            return
        near = before.marked.block == row.marked.block and row.sentence - before.sentence <= 1
        if row.marked.goes_on or (row.bare and near):
            row.take(before, "same", 0.95)
        elif near and before.sentence == row.sentence and before.path == "after":
            row.take(before, "between", 0.95)

    def lend_back(self, rows: list[Attribution]) -> None:
        """Give an unclosed quote the speaker who is named with its last paragraph."""
        for row, after in zip(reversed(rows[:-1]), reversed(rows[1:]), strict=True):
            if row.speaker is None and after.marked.goes_on and after.speaker is not None:
                row.take(after, "same", 0.95)

    def _take(self, row: Attribution, name: str, cue: str, score: float) -> None:
        words = name.split()
        if len(words) > 1:
            self._full.setdefault(words[-1], name)
        elif name in self._full:
            name = self._full[name]
        row.speaker = Speaker(name, None, None, score)
        row.cue, row.path, row.confidence = cue, row.path or "clause", score

    def _role(self, token: Token) -> bool:
        ends = self._data.role_ends
        return token.low in self._data.roles or bool(ends and token.low.endswith(ends))

    def _is_verb(self, token: Token) -> bool:
        return (
            token.kind == "w"
            and token.low in self._data.verbs
            and not (
                self._data.capitals
                and token.cap
                and len(token.word) > 1
                and token.word != token.low.title()
            )
        )

    def _after(self, tokens: list[Token], at: int) -> tuple[str, str, float] | None:
        """Read `"…", said Name` and `"…", Name said`."""
        i = at + 1
        while i < len(tokens) and tokens[i].kind == "p" and tokens[i].word in ",،-–—.":
            i += 1
        for verb in range(i, min(len(tokens), i + 8)):
            if tokens[verb].kind == "q" or (
                tokens[verb].kind == "p" and tokens[verb].word in ".;؛:!?"
            ):
                return None
            if not self._is_verb(tokens[verb]):
                continue
            name = self._name_after(tokens, verb + 1)
            if name is None and verb > i:
                name = self._name_before(tokens, verb, i)
            return (name, tokens[verb].word, 0.9) if name else None
        return None

    def _before(self, tokens: list[Token], at: int) -> tuple[str, str, float] | None:
        """Read `Name said: "…"`, `said Name that "…"` and `For Name, … "…"`."""
        for verb in range(at - 1, max(-1, at - _REACH), -1):
            if tokens[verb].kind == "p" and tokens[verb].word in ";؛":
                return None
            if not self._is_verb(tokens[verb]):
                continue
            dative = tokens[0].low == "dem"  # `Dem Sender X sagte Name`
            first = None
            if not self._data.verb_first and not dative:
                first = self._name_before(tokens, verb, 0)
            name = (
                first
                or self._name_after(tokens[:at], verb + 1)
                or self._name_before(tokens, verb, 0)
            )
            return (name, tokens[verb].word, 0.85) if name else None
        if tokens[0].low in self._data.views:
            name = self._name_after(tokens[:at], 1)
            return (name, tokens[0].word, 0.7) if name else None
        if at > 1 and tokens[at - 1].word == ":":
            name = self._name_before(tokens, at - 1, 0)
            if name and self._data.capitals:
                return name, "", 0.7
        return None

    def _according(self, tokens: list[Token], at: int) -> tuple[str, str, float] | None:
        for i in range(max(0, at - _REACH), min(len(tokens), at + _REACH)):
            if tokens[i].kind != "w":
                continue
            if tokens[i].low in self._data.after_source:
                name = self._name_before(tokens, i, 0)
                if name:
                    return name, tokens[i].word, 0.8
            for opening in self._data.according:
                words = tuple(t.low for t in tokens[i : i + len(opening)])
                glued = (
                    len(opening) > 1
                    and words[:-1] == opening[:-1]
                    and words[-1:]
                    and (not self._data.capitals and words[-1].startswith(opening[-1]))
                )
                if words != opening and not glued:
                    continue
                name = self._name_after(
                    tokens, i + len(opening) - (1 if glued else 0), glued=bool(glued)
                )
                if name:
                    return name, tokens[i].word, 0.85
        return None

    # ------------------------------------------------------------ names

    def _name_after(self, tokens: list[Token], start: int, *, glued: bool = False) -> str | None:
        end = start
        while end < len(tokens) and end - start < 12:
            token = tokens[end]
            stop = token.kind == "q" or (token.kind == "p" and token.word not in "-–'’.&\"״")
            if stop or (self._is_verb(token) and end > start):
                break
            if not self._data.capitals and token.low in self._data.stops:
                break
            end += 1
        name = self._apposed(tokens, start, end) or self._name_in(tokens[start:end], glued=glued)
        if name is None and not self._data.capitals and end < len(tokens):
            # Nothing but an office: the name follows behind a comma.
            comma = tokens[end].word in ",،"
            behind = tokens[end + 1 : end + 1 + _NAME_WORDS]
            size = next((k for k, t in enumerate(behind) if t.kind != "w"), len(behind))
            return self._name_in(behind[:size]) if comma and end > start else None
        return name

    def _apposed(self, tokens: list[Token], start: int, end: int) -> str | None:
        """Read the name in `said the minister, Name, …`."""
        if not self._data.capitals or end >= len(tokens) or tokens[end].word != "," or end == start:
            return None
        if not any(self._role(t) for t in tokens[start:end]):
            return None
        if end - start > 1 and tokens[end - 1].cap and self._role(tokens[end - 2]):
            return None  # `Herr Bender, der Bäcker`: the name stands there already
        return self._name_in(tokens[end + 1 : end + 1 + _NAME_WORDS])

    def _name_before(self, tokens: list[Token], verb: int, floor: int) -> str | None:
        end = verb
        while end > floor and tokens[end - 1].low in self._data.auxiliaries:
            end -= 1
        if end > floor and tokens[end - 1].word == ",":
            # `Name, the minister, said`: step over the apposition.
            comma = next((k for k in range(end - 2, floor - 1, -1) if tokens[k].word == ","), None)
            if comma is not None:
                name = self._name_in(self._run_back(tokens, comma, floor))
                if name:
                    return name
            end -= 1
        return self._name_in(self._run_back(tokens, end, floor))

    def _run_back(self, tokens: list[Token], end: int, floor: int) -> list[Token]:
        first = end
        while first > floor and end - first < 12:
            token = tokens[first - 1]
            if token.kind == "q" or (token.kind == "p" and token.word not in "-–'’.&\"״"):
                break
            if self._is_verb(token) or (not self._data.capitals and token.low in self._data.stops):
                break
            first -= 1
        return tokens[first:end]

    def _name_in(self, tokens: list[Token], *, glued: bool = False) -> str | None:
        """Give the name in a few words: after the roles, of capitals where there are any."""
        if not tokens or tokens[0].low in self._data.pronouns:
            return None
        return self._capitals(tokens) if self._data.capitals else self._plain(tokens, glued=glued)

    def _capitals(self, tokens: list[Token]) -> str | None:
        runs: list[list[Token]] = [[]]
        for index, token in enumerate(tokens):
            following = tokens[index + 1] if index + 1 < len(tokens) else None
            initial = token.word == "." and runs[-1] and len(runs[-1][-1].word) == 1
            if (
                initial
                or (token.cap and not self._role(token) and token.low not in self._data.stops)
                or (
                    runs[-1]
                    and token.low in _PARTICLES
                    and following is not None
                    and (following.cap or following.low in _PARTICLES)
                )
            ):
                runs[-1].append(token)
            elif runs[-1]:
                role = self._role(token)
                if not role and token.low in self._data.stops:
                    break
                runs.append([])
        named = [run for run in runs if run]
        bodies = [t for t in tokens[:2] if _plain_noun(t) in self._data.bodies]
        if bodies and not any(self._role(t) for t in tokens):
            body = [t for t in tokens if t.low not in _ARTICLES]
            inside = ("de", "des", "du", "del", "la", "los", "las", "für")
            stop = next(
                (
                    k
                    for k, t in enumerate(body)
                    if k and not t.cap and t.low in self._data.stops and t.low not in inside
                ),
                len(body),
            )  # `teilte die Behörde mit`
            return self._span(body[:stop])
        if not named:
            return None
        run = max(named, key=lambda r: (len(r) > 1, tokens.index(r[0])))
        return self._span(run[-_NAME_WORDS - 1 :])

    def _plain(self, tokens: list[Token], *, glued: bool) -> str | None:
        words = [t for t in tokens if t.kind == "w"]
        if glued and words:
            words = (
                words[1:]
                if words[0].low[1:] in self._data.roles or len(words[0].low) < 3
                else words
            )
        if glued and words and words[0].low[1:] in self._data.bodies:
            body = self._span(words[: _NAME_WORDS - 1])
            return body[1:] if body else None  # `وفقا لمنظمة …`: the letter is `to`
        if words and words[0].low in self._data.bodies:
            ministry = words[0].low == "وزارة"
            return self._span(words[: 2 if ministry else _NAME_WORDS])
        last_role = -1
        for index, token in enumerate(words[:8]):
            bare = token.low.lstrip(self._data.prefixes)
            speaks = index > 0 and words[index - 1].low in _VOICES and token.low == "باسم"
            spoken_for = speaks or (
                index > 1 and words[index - 1].low == "باسم" and words[index - 2].low in _VOICES
            )  # `the one who speaks in the name of the government, Name`
            if token.low in self._data.roles or bare in self._data.roles or spoken_for:
                last_role = index
        name = words[last_role + 1 :]
        size = 2
        while size < min(len(name), _NAME_WORDS) and name[size - 1].low in _PARTICLES:
            size += 1
        name = name[:size]
        if not name:
            return None
        return self._span(name)

    def _span(self, run: list[Token]) -> str | None:
        if not run:
            return None
        start = run[0].start + len(run[0].low) - len(_plain_noun(run[0]))
        name = " ".join(self._text[start : run[-1].end].split())
        return name.strip(" .,،") or None
