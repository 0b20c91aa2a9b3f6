"""The court, the group, the statement: institutions behind a common noun."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Subject
from bot.core.quotes.grammar import (
    FUNCTION,
)
from bot.core.quotes.people.fit import akin
from bot.core.quotes.people.pronouns import Pronouns, is_place
from bot.core.quotes.people.speaker import Speaker

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader
    from bot.core.quotes.names import Someone

DOCUMENTS: Final = frozenset(
    """
        statement letter communique communiqué report release email memo declaration post tweet
        """.split()
)
_KIN_BODIES: Final = (
    frozenset("court tribunal judges".split()),
    frozenset("bloc union alliance league community".split()),
    frozenset("ministry department".split()),
    frozenset("parliament assembly congress senate house".split()),
    frozenset("embassy mission consulate".split()),
    frozenset("agency office organization organisation authority".split()),
    frozenset("party movement front".split()),
    frozenset("newspaper paper daily times post herald tribune journal gazette guardian".split()),
    frozenset("army military forces force navy defence".split()),
)
_ANY_BODY: Final = frozenset(
    """
    group organization organisation movement agency company firm bloc party militia charity
    watchdog union alliance newspaper paper body faction council committee commission court
    tribunal ministry outlet broadcaster regulator network institution mission coalition
    authority bank federation association league forum lender carrier airline manufacturer retailer
    operator insurer hospital trust museum brewery chain utility startup consortium publisher fund
    """.split()
)

_MEDIA: Final = frozenset("radio television tv times news post network agency".split())
_DESCRIBING: Final = frozenset(
    """
    regional global international national local federal continental rebel armed militant powerful
    influential leading main umbrella rights aid medical environmental religious nation member
    terror terrorist jihadist guerrilla insurgent separatist
    strong ruling governing secretive shadowy elite notorious political islamist
    """.split()
)
_COMPANIES: Final = frozenset(
    """
    company firm corporation bank lender carrier airline manufacturer retailer operator insurer
    brewery chain utility startup start-up publisher
    """.split()
)
_EITHER: Final = frozenset(("fund", "group"))
_FAR: Final = 20
_PLAIN_BODIES: Final = frozenset("group organization organisation movement militia".split())


class Bodies(Pronouns):
    """Resolves common nouns of institutions and documents."""

    def _document(self, reader: Reader, subject: Subject, phrase: str) -> Speaker | None:
        """Give whose statement, letter or report speaks."""
        for i in range(subject.first, subject.last):
            mention = reader.cover[i]
            if mention is not None:
                return self.of(mention.who, 0.88)
        for i in range(subject.last, min(subject.last + 3, len(reader.tokens))):
            mention = reader.cover[i]
            if reader.low(subject.last) in ("from", "by") and mention is not None:
                return self.of(mention.who, 0.88)
        for i in range(subject.first, subject.last):
            if reader.low(i) in ("from", "by"):
                inner = reader.phrase_in(i + 1, subject.last)
                if inner is not None and inner.head in self._lex.bodies:
                    return self._noun(reader, inner)
        for i in range(subject.first, subject.last - 1):
            if reader.tokens[i].owns and reader.low(i) in self._lex.bodies:
                owner = Subject("noun", subject.first, i + 1, head=reader.low(i))
                return self._noun(reader, owner)  # `the mission's report`
        if reader.low(subject.first) in ("the", "this"):
            for known in (self._issuer, self._last_speaker):
                if subject.head == "report" and known is not self._issuer:
                    break  # nobody spoken of need have written it
                if known is not None and reader.sentence.number - known[0] <= 4:
                    if isinstance(known[1], Speaker):
                        return replace(known[1], confidence=0.8)
                    return self.of(known[1], 0.8)
        return Speaker(phrase, None, None, 0.7, noun=True)

    def _body(
        self, reader: Reader, subject: Subject, head: str, words: list[str]
    ) -> Speaker | None:
        """Resolve `the court` to the court that the article names."""
        for i in range(subject.first, subject.last):
            if reader.cover[i] is not None:
                return None
        at = reader.tokens[subject.first].start
        extra = {w for w in words if w not in FUNCTION and w != head}
        kin = next((group for group in _KIN_BODIES if head in group), frozenset((head,)))
        options = [
            who
            for who in self._registry.people
            if not who.person
            and (
                (len(who.parts) > 1 and kin & _heads(who.parts))
                or head in who.bodies
                or (head in _COMPANIES and extra and akin(extra, who.parts))
            )
            and (
                not extra
                or extra & set(who.parts)
                or (head in _COMPANIES and akin(extra, who.parts))
                or (
                    len(extra) == 1
                    and not extra & self._lex.bodies
                    and (head in who.bodies or head in who.parts or extra & _DESCRIBING)
                )
            )
        ]  # fmt: skip
        if not options and not extra and head in self._noun_bodies:
            number, named = self._noun_bodies[head]
            newer = self._last_body(reader, subject) if head in _PLAIN_BODIES else None
            if newer is not None and newer.who is not None and newer.who.bodies:
                return newer  # `the watchdog Name`, told of since
            if 0 <= reader.sentence.number - number <= _FAR:
                return named
        extra = {w for w in extra if not _describing(w)}
        if not options:
            return (
                self._last_body(reader, subject)
                if head in _ANY_BODY and (not extra or head in _PLAIN_BODIES)
                else None
            )
        before = [who for who in options if who.first <= at]
        best = max(before, key=lambda w: w.first) if before else options[0]
        return self.of(best, 0.85)

    def _last_body(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Give the institution named before in the sentence, or the subject of those before it."""
        number = reader.sentence.number
        trading = subject.head in _COMPANIES
        here = [
            m.who for m in reader.mentions
            if m.last <= subject.first and not m.who.person and not is_place(m.who)
            and not m.owns
        ]  # fmt: skip
        if here and subject.head in _PLAIN_BODIES:
            return self.of(here[0], 0.75)
        for at in range(number - 1, number - 4, -1):
            for who, weight in self._seen.get(at, {}).items():
                if weight >= 2.5 and not who.person and not is_place(who):
                    if trading and self._official(who):
                        continue
                    return self.of(who, 0.75)
        near = [
            who
            for who in self._seen.get(number - 1, {})
            if not who.person and not is_place(who) and not self._official(who)
        ]
        if trading and len(near) == 1:
            return self.of(near[0], 0.7)  # `Shares in X fell. The company said …`
        return None

    def _official(self, who: Someone) -> bool:
        """Tell a court, a ministry or a union, which no article calls `the company`."""
        return bool(set(who.parts) & (self._lex.bodies - _COMPANIES - _EITHER))


def _heads(parts: tuple[str, ...]) -> set[str]:
    """Give the words that say what a name is: not the `army` of the Army Radio."""
    links = [i for i, part in enumerate(parts) if part in ("of", "for")]
    media = parts[-1] in _MEDIA
    return {parts[-1]} if media else {parts[-1], *parts[: links[0] if links else len(parts)]}


def _describing(word: str) -> bool:
    """Tell what adds nothing to `bloc`: eight-nation, regional, Geneva-based."""
    return "-" in word or word in _DESCRIBING
