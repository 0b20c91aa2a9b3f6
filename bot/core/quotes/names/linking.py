"""Whom a run of capitals names: somebody new, or somebody known under a longer name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import ORGANISATION
from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS
from bot.core.quotes.names.someone import (
    Mention,
    Role,
    Someone,
    add_few,
    plain_parts,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names.capitals import Chunk
    from bot.core.quotes.reading import Sentence, Token

GEOGRAPHIC: Final = frozenset(
    "new north south east west northern southern eastern western san los las saint st. fort mount "
    "lake great central middle upper lower united white supreme gulf cape port el".split()
)
# `the Commission` after the Commission of Inquiry; but `the House` is not the White House.
_SHORT_BODIES: Final = frozenset(
    """
    commission council tribunal authority agency alliance front union ministry department
    committee board league movement assembly mission institute foundation federation association
    organization organisation centre center office bureau congress party bloc chamber network
    """.split()
)
# First names that are surnames where the surname stands first, or belong to men and women.
_FAMILY_FIRST: Final = frozenset("kim lee lin li jean robin jan jun min sun noor".split())
# No article names more; a page that does must not take time in the square of its length.
_MANY: Final = 150


class Linking:
    """The people and institutions that were named so far."""

    def __init__(
        self,
        size: int,
        lexicon: Lexicon,
        hints: Collection[tuple[int, int, str]],
    ) -> None:
        self._lex = lexicon
        self.mentions: list[list[Mention]] = [[] for _ in range(size)]
        self._openings: set[int] = set()
        self.people: list[Someone] = []
        self.by_role: dict[str, list[tuple[int, Someone, Role]]] = defaultdict(list)
        self._by_last: dict[str, list[Someone]] = defaultdict(list)
        self._by_first: dict[str, list[Someone]] = defaultdict(list)
        self._by_middle: dict[str, list[Someone]] = defaultdict(list)
        self._by_name: dict[tuple[str, ...], Someone] = {}
        self._hints = {start: (end, label) for start, end, label in hints}

    def _classify(self, chunk: Chunk, sentence: Sentence) -> bool:
        """Tell whether a run names a person."""
        if chunk.person is not None:
            return chunk.person
        names = chunk.tokens[chunk.name_at :]
        hint = self._hints.get(names[0].start)
        if hint:
            return hint[1] in ("PERSON", "PER")
        first, last = names[0], names[-1]
        if first.word.startswith("@"):
            return False
        if (
            last.low in self._lex.bodies
            or last.low in ORGANISATION
            or any(t.low in self._lex.bodies for t in names[:-1])
        ):
            return False
        if all(t.low in COUNTRIES or t.low in DEMONYMS for t in names):
            return False
        if len(names) == 1:
            return self._acts(chunk, sentence, first)
        if first.low in self._lex.names:
            return True
        at = chunk.last
        behind = [t.low for t in sentence.tokens[at : at + 2]]
        if behind == [",", "which"]:
            return False
        if first.low in GEOGRAPHIC or first.low in DEMONYMS or first.low in COUNTRIES:
            return False
        if any(t.word.isupper() and len(t.word) > 1 and "." not in t.word for t in names[:2]):
            return False
        before = sentence.tokens[chunk.first - 1].low if chunk.first else ""
        return before not in ("the", "in", "at") and len(names) <= 4 and "of" not in chunk.parts

    def _acts(self, chunk: Chunk, sentence: Sentence, token: Token) -> bool:
        """Tell whether a single name speaks, or has a `who` behind it."""
        if token.word.isupper() and len(token.word) > 1:
            return False
        tokens = sentence.tokens
        if chunk.first and tokens[chunk.first - 1].low in ("the", "in", "at", "from", "of"):
            return False
        after = tokens[chunk.last].low if chunk.last < len(tokens) else ""
        if after == "," and chunk.last + 1 < len(tokens):
            said = chunk.first > 1 and tokens[chunk.first - 2].kind == "q"
            aged = any(
                t.kind == "n" or "year-old" in t.low
                for t in tokens[chunk.last + 1 : chunk.last + 3]
            )
            if said and aged and tokens[chunk.first - 1].low in self._lex.past:
                return True  # `"…," said Yaya, a 19-year-old`
            after = tokens[chunk.last + 1].low
            return after in ("who", "whose")
        return after in (
            "said",
            "told",
            "added",
            "who",
            "wrote",
            "tweeted",
            "recalled",
            "thinks",
            "believes",
        )

    def _introduce(self, chunk: Chunk, sentence: Sentence) -> None:
        """Enter full names; short ones are linked to them afterwards."""
        parts = chunk.parts
        person = self._classify(chunk, sentence)
        chunk.person = person
        if len(parts) < 2 or parts in self._by_name:
            return
        start = chunk.tokens[chunk.name_at].start
        name = written(chunk.tokens[chunk.name_at :])
        same = self._variant(parts) if person else None
        if same is not None:
            self._by_name[parts] = same
            if set(parts) > set(same.parts):
                # `Ann Lee` of the first lines is `Ann R. Lee Jr.` further down.
                same.name, same.parts = name, parts
            return
        self._enter(Someone(name, person, parts, start), parts)

    def _variant(self, parts: tuple[str, ...]) -> Someone | None:
        """Find the same person under a middle initial or a shorter first name."""
        plain = plain_parts(parts)
        for other in self._by_last.get(plain[-1], ()):
            theirs = plain_parts(other.parts)
            if len(theirs) > len(plain) and theirs[-len(plain) :] == plain:
                return other
            if (
                len(theirs) > 1
                and theirs[-1] == plain[-1]
                and (
                    theirs[0] == plain[0]
                    or (
                        min(len(theirs[0]), len(plain[0])) > 2
                        and (theirs[0].startswith(plain[0]) or plain[0].startswith(theirs[0]))
                    )
                )
            ):
                return other
        return None

    def _enter(self, someone: Someone, parts: tuple[str, ...]) -> Someone:
        if len(self.people) < _MANY:
            self.people.append(someone)
        self._by_name[parts] = someone
        plain = plain_parts(parts)
        if someone.person:
            for i in range(1, len(plain)):
                key = " ".join(plain[i:])
                add_few(self._by_last[key], someone)
            if len(plain) == 1:
                add_few(self._by_last[plain[0]], someone)
            else:
                add_few(self._by_first[plain[0]], someone)
                for part in plain[1:-1]:  # `Rojas` of Vicente Rojas Paredes
                    add_few(self._by_middle[part], someone)
            told = len(plain) > 1 and plain[0] not in _FAMILY_FIRST
            someone.gender = self._lex.names.get(plain[0], "") if told else ""
        return someone

    def _mention(self, chunk: Chunk, sentence: Sentence) -> None:
        parts = chunk.parts
        start = chunk.tokens[chunk.name_at].start
        who = self._by_name.get(parts)
        if len(parts) == 1 or who is None:
            who = self._link(parts, chunk, start) or who
        if who is None:
            name = written(chunk.tokens[chunk.name_at :])
            who = self._enter(Someone(name, bool(chunk.person), parts, start), parts)
        if chunk.honorific and who.person:
            who.gender = chunk.honorific
        who.count += 1
        who.latest = start
        if chunk.person and not who.person:
            who.person = True
        self.mentions[sentence.number].append(
            Mention(
                who,
                chunk.first,
                chunk.first + chunk.name_at,
                chunk.last,
                start,
                chunk.tokens[-1].owns,
                sentence.number,
                chunk.honorific,
            )
        )

    def _link(self, parts: tuple[str, ...], chunk: Chunk, start: int) -> Someone | None:
        """Give whom a short name means: the one so called before, else the one named later."""
        if len(parts) == 1 and parts[0] in _SHORT_BODIES and not chunk.person:
            named = [
                p
                for p in self.people
                if not p.person and len(p.parts) > 1 and parts[0] in p.parts and p.first < start
            ]
            if named:
                return max(named, key=lambda p: p.latest)
        key = " ".join(plain_parts(parts))
        found = self._by_last.get(key) or self._by_first.get(key) or self._by_middle.get(key)
        if not found:
            return None
        if chunk.honorific:
            fitting = [p for p in found if p.gender in ("", chunk.honorific)]
            found = fitting or []
        if not found:
            return None
        before = [p for p in found if p.first <= start] or found
        if len(before) == 1:
            return before[0]
        # Of two with one surname: the main figure of the article, unless another came up just now.
        best = max(before, key=lambda p: (p.count, -p.first))
        latest = max(before, key=lambda p: p.latest)
        if latest is not best and 4 * latest.count >= best.count and start - latest.latest < 500:
            return latest
        return best
