"""The retired admiral, the survivor, his guest: people whom no office tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import PREPOSITIONS
from bot.core.quotes.languages.offices import OFFICES
from bot.core.quotes.people.bodies import DOCUMENTS
from bot.core.quotes.people.kin import NAMELESS, TRADES, tradelike
from bot.core.quotes.people.phrases import many
from bot.core.quotes.people.titles import Titles

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader, Subject
    from bot.core.quotes.names import Mention, Someone
    from bot.core.quotes.people.speaker import Speaker

BARE: Final = 2
BEFORE: Final = 2
_SEATED: Final = frozenset("mp td senator representative lawmaker member legislator".split())
_PAIR: Final = 2
_PRIVATE: Final = frozenset(
    """
    analyst expert academic scholar researcher observer economist historian student professor
    activist campaigner resident witness journalist farmer teacher doctor nurse engineer scientist
    """.split()
)
_MAIN: Final = 2.5


def _official(who: Someone) -> bool:
    return any(role.noun in OFFICES for role in who.roles)


class Descriptions(Titles):
    """Resolves descriptions to who was spoken of just before."""

    def _descriptive(self, head: str, words: list[str]) -> bool:
        """Tell a phrase that may describe who was just spoken of, rather than name an office."""
        if head in self._lex.bodies or many(head):
            return False
        if "year-old" in words or head in TRADES or (head in NAMELESS and head not in self._met):
            return True
        if head not in self._lex.roles:
            return self._unknown_trade(head)
        told = {"former", "retired", "veteran", "outgoing", "elect", "designate"} & set(words)
        more = len(words) > BARE and head not in OFFICES and head not in self._met
        return bool(told) or more

    def _unknown_trade(self, head: str) -> bool:
        """Tell a trade that no list has: `the Marxist`, `the restaurateur`."""
        other = head in self._lex.bodies or head in self._lex.cue_nouns or head in DOCUMENTS
        return not other and not many(head) and tradelike(head)

    def _untitled(self, reader: Reader) -> Speaker | None:
        """Give who spoke just before, where the article says nothing of what he or she is."""
        last = self._last_speaker
        if last is None or reader.sentence.number - last[0] > BEFORE or not last[1].person:
            return None
        fresh = reader.sentence.number - self._intro.get(id(last[1]), 0) <= BEFORE + 1
        return self.of(last[1], 0.75) if fresh and not last[1].roles else None

    def _unofficial(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Give who spoke just before for `the opposition leader`, where he or she has no office."""
        tokens = reader.tokens[subject.first : subject.last]
        linked = any(t.owns or t.cap or t.low in PREPOSITIONS for t in tokens[1:])
        last = self._last_speaker
        if linked or last is None or not last[1].person:
            return None
        if reader.sentence.number - last[0] > 1 or tokens[0].low != "the":
            return None
        held = [r for r in last[1].roles if r.noun in OFFICES and "former" not in r.words]
        return None if held else self.of(last[1], 0.7)

    def _described(
        self, reader: Reader, subject: Subject, words: list[str], head: str
    ) -> Speaker | None:
        """Give whom `the 61-year-old former paratrooper` describes: who was spoken of just before.

        Not where the phrase tells which one is meant (`the author of the report`), nor where
        somebody without a name was called so before.
        """
        tokens = reader.tokens[subject.first : subject.last]
        seat = head in _SEATED and reader.low(subject.first + 2) in ("for", "from")
        linked = any(t.low in PREPOSITIONS for t in tokens) and not seat
        if linked or any(t.owns for t in tokens) or "other" in words:
            return None
        if tokens[0].low != "the" or reader.low(subject.last) in ("who", "whose", "from", "of"):
            return None
        main = reader.main_subject(subject.first)
        if main is not None and main.last <= subject.first:
            return None  # somebody else than the sentence's own subject
        number = reader.sentence.number
        if self._last_noun is not None and number - self._last_noun[0] <= BEFORE:
            known = self._last_noun[1].name.lower().split()
            if head in known:
                return None
        gender = "F" if head in self._lex.female_roles else ""
        gender = "M" if head in self._lex.male_roles or head.endswith("man") else gender
        gender = "F" if head.endswith("woman") else gender
        for distance in range(BEFORE + 1):
            row = self._seen.get(number - distance, {})
            people = [w for w, v in row.items() if w.person and v >= _MAIN]
            if not people and distance == 1:
                people = [w for w in row if w.person]
            people = [w for w in people if gender in ("", w.gender or gender)]
            if head in _PRIVATE:
                private = [w for w in row if w.person and not _official(w)]
                people = [w for w in people if not _official(w)] or private or people
            if people:
                return self.of(people[0], 0.75) if len(people) == 1 else None
        return None

    def _other(self, reader: Reader) -> Speaker | None:
        """Resolve `his guest`, `her counterpart`: who else was named with the one who spoke."""
        number = reader.sentence.number
        people: dict[int, Someone] = {}
        for distance in range(BEFORE + 2):
            for who in self._seen.get(number - distance, {}):
                if who.person:
                    people[id(who)] = who
        last = self._last_speaker
        if last is None or len(people) != _PAIR or id(last[1]) not in people:
            return None
        del people[id(last[1])]
        return self.of(next(iter(people.values())), 0.75)

    def _listed(self, reader: Reader, which: str) -> Speaker | None:
        """Resolve `the former` and `the latter` to one of two people named just before."""
        number = reader.sentence.number
        for at in (number - 1, number):
            row = list(dict.fromkeys(m.who for m in self._named_in(at) if m.who.person))
            if len(row) == 2:
                return self.of(row[which == "latter"], 0.8)
        return None

    def _named_in(self, number: int) -> list[Mention]:
        return self._registry.mentions[number] if number >= 0 else []
