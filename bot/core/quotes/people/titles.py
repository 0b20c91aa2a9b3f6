"""The prime minister, the cleric, the agency's head: people behind a title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import (
    FUNCTION,
)
from bot.core.quotes.names import role_key
from bot.core.quotes.people.bodies import Bodies
from bot.core.quotes.people.fit import akin, title_fit
from bot.core.quotes.people.kin import bears, heading, kin_of, sides, sovereigns
from bot.core.quotes.people.memory import DECAY, WINDOW
from bot.core.quotes.people.speaker import Speaker

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader, Subject
    from bot.core.quotes.names import Role, Someone

_HEADS: Final = frozenset(
    "chief head leader director secretary-general secretary general chairman".split()
)
_OFFICES: Final = frozenset(
    """
        president minister chancellor king queen leader secretary governor mayor chief head pope
        """.split()
)
_EQUALS: Final = ("counterpart", "colleague")
_GONE: Final = frozenset(
    "former ex ousted outgoing deposed late departing exiled fallen jailed toppled".split()
)
_FOREMOST: Final = frozenset(("top", "chief"))
_SUBJECT: Final = 2.5
_EQUAL: Final = 0.75


def _elsewhere(words: list[str], given: frozenset[str], caps: frozenset[str]) -> bool:
    """Tell `the head of the rescue team` from the head of the mission."""
    if "of" not in words or caps:
        return False
    ours = {w for w in words[words.index("of") + 1 :] if w not in FUNCTION}
    theirs = given - _HEADS - FUNCTION
    return bool(ours) and bool(theirs) and not ours & theirs


class Titles(Bodies):
    """Resolves titles through the article, then through the officials files."""

    def _by_title(
        self, reader: Reader, subject: Subject, words: list[str], head: str
    ) -> Speaker | None:
        """Resolve `the prime minister` through the article, else through the officials."""
        at = reader.tokens[subject.first].start
        content = {w for w in words if w not in FUNCTION}
        noun = role_key(head)
        phrase = reader.tokens[subject.first : subject.last]
        caps = frozenset(
            t.low
            for t in phrase
            if t.cap and t.low not in self._lex.roles and t.low not in FUNCTION
        )
        if noun == "diplomat" and content & _FOREMOST:
            found = self._salient(reader, noun, kin_of(noun, set()), caps, words)
            if found is not None:
                return found
        best: tuple[float, int, Someone, Role] | None = None
        for start, who, role in self._registry.by_role.get(noun, ()):
            fit = title_fit(content, noun, role, caps)
            if fit is None or (noun in _HEADS and _elsewhere(words, role.words, caps)):
                continue
            if sides(role.words) - content and (
                who.first > at or (caps and not akin(caps, role.caps))
            ):
                continue  # `the Blue Party leader`, where `opposition leader Name` is another
            near = -abs(at - start) if start <= at else -abs(at - start) - 10**6
            mentions = max((m for m in (who.first,) if m <= at), default=-(10**7))
            key = (fit, near + (0 if mentions >= 0 else -(10**6)), who, role)
            if best is None or key[:2] > best[:2]:
                best = key
        if caps and (best is None or not akin(caps, best[3].caps)):
            others = {
                w
                for equal in _EQUALS
                for _, w, r in self._registry.by_role.get(equal, ())
                if akin(caps, r.caps)
            }
            if len(others) == 1:
                return self.of(next(iter(others)), 0.85)
        if best is None and (caps or any(t.owns for t in phrase)) and noun in _OFFICES:
            later = self._named_next(reader.sentence.number)
            if later is not None:
                return self.of(later, 0.75)
        if best is None and noun in _OFFICES:
            people = [p for p in self._registry.people if p.person]
            if len(people) == 1 and not people[0].roles:
                return self.of(people[0], 0.75)
        if best is None and noun in _HEADS and not sides(content):
            heads = {
                w
                for n in _HEADS
                for _, w, r in self._registry.by_role.get(n, ())
                if title_fit(set(), n, r) is not None and (n != "secretary" or "general" in r.words)
            }
            bodies = {t.low.rstrip(".") for t in phrase if t.word.isupper()}
            if len(heads) == 1 and not content - _HEADS - {noun} - bodies - self._lex.bodies:
                return self.of(next(iter(heads)), 0.75)
        if best is None and "former" in words:
            bearers = {
                w
                for start, w, r in self._registry.by_role.get(noun, ())
                if start < at and title_fit(content - {"former"}, noun, r, caps) is not None
            }
            if len(bearers) == 1:  # `the former president`, whom his guards deposed
                return self.of(bearers.pop(), 0.75)
        if "state" in words and noun == "head":
            found = self._salient(reader, "head", sovereigns(), caps, words)
            if found is not None:
                return found
        if best is None:
            found = self._salient(reader, noun, kin_of(noun, content - caps), caps, words)
            if found is not None:
                return found
        recent = self._recent_with(noun, content, caps, reader.sentence.number)
        if recent is not None:
            return self.of(recent, 0.88)
        if best is not None:
            return self.of(self._heir(best[2], noun, content, at) or best[2], 0.86)
        return self._office(words)

    def _heir(self, who: Someone, noun: str, content: set[str], at: int) -> Someone | None:
        """Give whom `the president` means after `ousted president` and `successor Name`."""
        if content & _GONE or not any(
            r.words & _GONE for r in who.roles if role_key(r.noun) == noun
        ):
            return None
        heirs = {
            heir
            for start, heir, _ in self._registry.by_role.get("successor", ())
            if start <= at and heir is not who
        }
        return heirs.pop() if len(heirs) == 1 else None

    def _named_next(self, number: int) -> Someone | None:
        """Give who is introduced without a title as the subject right after `Norland's leader`."""
        for who in self.subjects[number + 1 : number + 3]:
            if (
                who is not None
                and who.person
                and len(who.parts) > 1
                and not who.roles
                and (who.latest >= 0 and self._intro.get(id(who)) is None)
            ):
                return who
        return None

    def _salient(
        self,
        reader: Reader,
        noun: str,
        kin: frozenset[str],
        caps: frozenset[str],
        words: list[str],
    ) -> Speaker | None:
        """Resolve `the cleric` to the ayatollah who was named last, or who is named at all."""
        number = reader.sentence.number
        past = "former" in words
        fitting = [
            (who, role)
            for who in self._registry.people
            for role in who.roles
            if (bears(role, noun, kin) or heading(role, noun, set(words) - FUNCTION - caps))
            and (not caps or (role.caps and akin(caps, role.caps)))
            and (not past or "former" in role.words)
        ]
        told = sides(words)
        bearers = {who for who, role in fitting if told <= role.words}
        if not bearers and caps:
            # `the Norlandish leader` right after `President Name did …`
            bearers = {
                who
                for at in (number - 1, number)
                for who, weight in self._seen.get(at, {}).items()
                if weight > _SUBJECT
                and any(bears(role, noun, kin) and not role.caps for role in who.roles)
            }
        scores: dict[Someone, float] = {}
        for distance in range(WINDOW + 1):
            for who, weight in self._seen.get(number - distance, {}).items():
                if who in bearers:
                    scores[who] = scores.get(who, 0.0) + weight * DECAY**distance
        if scores:
            return self.of(max(scores, key=lambda who: scores[who]), 0.8)
        return self.of(bearers.pop(), 0.75) if len(bearers) == 1 else None

    def _recent_with(
        self, noun: str, content: set[str], caps: frozenset[str], number: int
    ) -> Someone | None:
        """Prefer, of several who bear a title equally, the one named last."""
        fits: dict[Someone, float] = {}
        for _, who, role in self._registry.by_role.get(noun, ()):
            value = title_fit(content, noun, role, caps)
            if value is not None:
                fits[who] = max(value, fits.get(who, value))
        options = {who for who, value in fits.items() if value > max(fits.values()) - _EQUAL}
        if len(options) < 2:
            return None
        best: dict[Someone, float] = {}
        for distance in range(13):
            for who, weight in self._seen.get(number - distance, {}).items():
                if who in options:
                    best[who] = best.get(who, 0.0) + weight * DECAY**distance
        return max(best, key=lambda who: best[who]) if best else None

    def _office(self, words: list[str]) -> Speaker | None:
        if self._officials is None:
            return None
        plain = [w for w in words if w not in ("the", "his", "her", "their", "its", "former")]
        splits = [(plain[i:], plain[:i]) for i in range(len(plain))]
        if "of" in plain[1:-1]:  # `the prime minister of Norland`
            at = plain.index("of", 1)
            splits.append((plain[:at], plain[at + 1 :]))
        for title, place in splits:
            holders = self._officials.holding(" ".join(title), " ".join(place), self._when)
            if len(holders) == 1:
                named = [p for p in self._registry.people if self.entity(p) is holders[0]]
                if named:
                    return self.of(max(named, key=lambda p: len(p.parts)), 0.85)
                return Speaker(holders[0].name, None, holders[0], 0.85)
        return None
