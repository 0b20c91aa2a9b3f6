"""From the subject of a reporting verb to a person or an institution."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import INDEFINITE, Reader, Subject, phrase_text
from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS
from bot.core.quotes.names import FUNCTION, plain_parts, role_key

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from bot.core.model import Entity
    from bot.core.officials import Officials
    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names import Mention, Registry, Role, Someone

_WINDOW: Final = 9
_DECAY: Final = 0.35
_DOCUMENTS: Final = frozenset(
    """
        statement letter communique communiqué report release email memo declaration post tweet
        """.split()
)
_KIN_BODIES: Final = (
    frozenset("court tribunal judges".split()),
    frozenset("bloc union alliance league community".split()),
    frozenset("ministry department".split()),
    frozenset("parliament assembly congress senate house".split()),
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
    authority bank
    """.split()
)
_HEADS: Final = frozenset(
    "chief head leader director secretary-general secretary general chairman".split()
)
_OFFICES: Final = frozenset(
    """
        president minister chancellor king queen leader secretary governor mayor chief head pope
        """.split()
)
_GENERIC: Final = {
    "leader": frozenset(
        "president minister chancellor king queen emir premier chief head chairman".split()
    ),
    "statesman": frozenset("president minister chancellor".split()),
    "lawmaker": frozenset(
        "senator representative mp deputy delegate legislator congressman".split()
    ),
    "politician": frozenset(
        "senator representative mp minister deputy mayor governor leader".split()
    ),
    "legislator": frozenset("senator representative mp deputy".split()),
    "cleric": frozenset(
        "ayatollah bishop archbishop cardinal pope imam rabbi priest pastor".split()
    ),
    "prelate": frozenset("bishop archbishop cardinal".split()),
    "diplomat": frozenset("ambassador envoy consul secretary".split()),
    "official": frozenset("secretary director commissioner minister spokesman spokeswoman".split()),
    "officer": frozenset("general colonel captain admiral major lieutenant sergeant".split()),
    "commander": frozenset("general colonel captain admiral major marshal".split()),
    "monarch": frozenset("king queen emir sultan emperor".split()),
    "jurist": frozenset("judge justice magistrate prosecutor".split()),
    "academic": frozenset("professor lecturer scholar".split()),
    "economist": frozenset("professor economist".split()),
}
_PLAIN_PEOPLE: Final = frozenset("man woman boy girl lady gentleman".split())


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks.

    Attributes:
        name: as printed.
        who: the person or institution of the article, or None.
        entity: of the officials files, or None.
        confidence: 0 to 1, that the subject was understood.
        noun: True for a common noun that nobody's name stands behind.
    """

    name: str
    who: Someone | None
    entity: Entity | None
    confidence: float
    noun: bool = False


class People:
    """Resolves subjects; remembers what was read so far."""

    def __init__(
        self,
        text: str,
        registry: Registry,
        lexicon: Lexicon,
        officials: Officials | None,
        when: date | None,
    ) -> None:
        self._text, self._registry, self._lex = text, registry, lexicon
        self._officials, self._when = officials, when
        self._seen: dict[int, dict[Someone, float]] = {}
        self.subjects: list[Someone | None] = []
        self._intro: dict[int, int] = {}
        self._noun_body: tuple[int, Speaker] | None = None
        self._last_noun: tuple[int, Speaker] | None = None
        self._issuer: tuple[int, Someone] | None = None
        self._last_speaker: tuple[int, Someone] | None = None
        self._entities: dict[int, Entity | None] = {}

    # ------------------------------------------------------------ memory

    def remember(self, reader: Reader, subject: Subject | None) -> None:
        """Note who was named in a sentence, the subject above all."""
        number = reader.sentence.number
        main = None
        if subject is not None and subject.kind == "noun" and subject.head in self._lex.cue_nouns:
            subject = None
        if subject is not None:
            if subject.kind == "name" and subject.mention is not None:
                main = subject.mention.who
            elif subject.kind == "pron" and subject.head in ("he", "she"):
                found = self._pronoun(reader, subject)
                main = found.who if found else None
            elif subject.kind == "noun":
                found = self._noun(reader, subject)
                main = found.who if found else None
                if found is not None and found.noun and subject.head in self._lex.bodies:
                    self._noun_body = (number, found)
        if main is not None:
            self._note(number, main, 3.0)
            if any(t.low in _DOCUMENTS for t in reader.tokens):
                self._issuer = (number, main)
        for mention in reader.mentions:
            if mention.who is main:
                continue
            weight = 1.0
            if _inverted(reader, mention):
                weight = 2.8
            elif mention.owns:
                weight = 0.7
            elif reader.low(mention.first - 1) in (
                "of",
                "in",
                "at",
                "to",
                "with",
                "for",
                "from",
                "by",
                "against",
                "about",
            ):
                weight = 0.6
            self._note(number, mention.who, weight)

    def _note(self, number: int, who: Someone, weight: float) -> None:
        row = self._seen.setdefault(number, {})
        self._intro.setdefault(id(who), number)
        row[who] = max(weight, row.get(who, 0.0))

    def spoke(self, number: int, speaker: Speaker) -> None:
        """Note who spoke last."""
        if speaker.noun:
            self._last_noun = (number, speaker)
        if speaker.who is not None:
            self._last_speaker = (number, speaker.who)
            self._note(number, speaker.who, 3.0)

    def step_to(self, number: int) -> None:
        """Forget what comes after a sentence that is read a second time."""
        if self._last_speaker is not None and self._last_speaker[0] > number:
            self._last_speaker = None

    # ------------------------------------------------------------ subjects

    def resolve(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Give who a subject is, or None when that cannot be told."""
        if subject.kind == "name" and subject.mention is not None:
            return self._named(subject)
        if subject.kind == "pron":
            return self._pronoun(reader, subject)
        return self._noun(reader, subject)

    def _named(self, subject: Subject) -> Speaker | None:
        mention = subject.mention
        if mention is None:
            return None
        speaker = self.of(mention.who, 1.0)
        if subject.more:
            names = [self.of(other.who, 1.0).name for other in subject.more]
            joined = " and ".join([*names, speaker.name])
            return Speaker(joined, mention.who, None, 0.9)
        return speaker

    def labelled(self, label: str) -> Speaker | None:
        """Give the person whom a transcript's label in capitals names."""
        key = label.lower().split()[-1:]
        found = [p for p in self._registry.people if p.person and list(p.parts[-1:]) == key]
        if found:
            return self.of(max(found, key=lambda p: p.count), 0.9)
        return Speaker(label.title(), None, None, 0.85) if " " not in label.strip() else None

    def of(self, who: Someone, confidence: float) -> Speaker:
        """Give somebody as a speaker, by the article's fullest name.

        A bare surname gets the full name of the officials files, where they know it.
        """
        entity = self.entity(who)
        bare = who.person and len(plain_parts(who.parts)) < 2
        name = entity.name if entity is not None and bare else who.name
        return Speaker(name, who, entity, confidence)

    def entity(self, who: Someone) -> Entity | None:
        """Give the official whom the article means, or None."""
        key = id(who)
        if key not in self._entities:
            self._entities[key] = self._find_entity(who)
        return self._entities[key]

    def _find_entity(self, who: Someone) -> Entity | None:
        if self._officials is None or not len(self._officials):
            return None
        found = self._officials.named(who.name, self._text)
        if not found and not who.person and who.name.lower().startswith("the "):
            found = self._officials.named(who.name[4:], self._text)
        if not found:
            return None
        fitting = [
            e
            for e in found
            if not (who.person and e.kind != "person")
            and not (who.gender == "F" and e.gender == "male")
            and not (who.gender == "M" and e.gender == "female")
        ]
        return fitting[0] if len(fitting) == 1 else None

    # ------------------------------------------------------------ pronouns

    def _pronoun(self, reader: Reader, subject: Subject) -> Speaker | None:
        head = subject.head
        if head in ("he", "she"):
            return self._person(reader, subject, "M" if head == "he" else "F")
        if head == "it":
            return self._institution(reader)
        return None

    def _person(self, reader: Reader, subject: Subject, gender: str) -> Speaker | None:
        number = reader.sentence.number
        unnamed = self._unnamed(number)
        if unnamed is not None:
            return unnamed
        scores: dict[Someone, float] = {}
        for distance in range(_WINDOW + 1):
            for who, weight in self._seen.get(number - distance, {}).items():
                if who.person and who.gender in ("", gender):
                    scores[who] = scores.get(who, 0.0) + weight * _DECAY**distance
        main = reader.main_subject(subject.first)
        for mention in reader.mentions:
            if mention.last > subject.first:
                break
            who = mention.who
            if who.person and who.gender in ("", gender):
                weight = 3.0 if main is not None and main.mention is mention else 0.8
                scores[who] = scores.get(who, 0.0) + weight
        if not scores:
            return self._fallback(gender)
        for who in scores:
            if who.gender == gender:
                scores[who] *= 1.15
            scores[who] += 0.05 * math.log1p(who.count)
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        best, value = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        return self.of(best, 0.6 + 0.35 * (value - second) / (value + 0.01))

    def _unnamed(self, number: int) -> Speaker | None:
        """Give `one medic` for the `he` right after him, where nobody was named in between."""
        if self._last_noun is None or not 0 < number - self._last_noun[0] <= 1:
            return None
        at, speaker = self._last_noun
        later = [w for n in range(at, number + 1) for w, v in self._seen.get(n, {}).items()
                 if w.person and v > 1.0]  # fmt: skip
        words = speaker.name.lower().split()
        single = any(w in self._lex.roles for w in words) or words[:1] == ["one"]
        return Speaker(speaker.name, None, None, 0.8, noun=True) if single and not later else None

    def _fallback(self, gender: str) -> Speaker | None:
        people = [p for p in self._registry.people if p.person and p.gender == gender]
        return self.of(people[0], 0.6) if len(people) == 1 else None

    def _institution(self, reader: Reader) -> Speaker | None:
        number = reader.sentence.number
        if self._noun_body is not None and 0 < number - self._noun_body[0] <= 3:
            at, speaker = self._noun_body
            named = any(
                not w.person and v >= 1.6 and not _place(w)
                for n in range(at + 1, number + 1) for w, v in self._seen.get(n, {}).items()
            )  # fmt: skip
            if not named:
                return speaker
        for least, reach, confidence in ((1.6, 4, 0.8), (0.0, 2, 0.65)):
            for at in range(number, number - reach - 1, -1):
                row = self._seen.get(at, {})
                fitting = [
                    w for w, v in row.items() if not w.person and v >= least and not _place(w)
                ]
                if fitting:
                    return self.of(max(fitting, key=lambda who: row[who]), confidence)
        return None

    # ------------------------------------------------------------ common nouns

    def _noun(self, reader: Reader, subject: Subject) -> Speaker | None:
        tokens = reader.tokens[subject.first : subject.last]
        words = [t.low.rstrip(".") for t in tokens if t.kind == "w"]
        head = subject.head.rstrip(".")
        if head in ("latter", "former"):
            return None
        first = words[0] if words else ""
        definite = first not in INDEFINITE
        phrase = phrase_text(self._text, reader.tokens, subject)
        if head in self._lex.cue_nouns:
            return self._document(reader, subject, phrase)
        if head in self._lex.roles and definite and not head.endswith("s"):
            found = self._by_title(reader, subject, words, head)
            if found is not None:
                return found
        if head in self._lex.bodies and definite:
            found = self._body(reader, subject, head, words)
            if found is not None:
                return found
        if head in _PLAIN_PEOPLE and definite:
            found = self._person(reader, subject, "M" if head in self._lex.male_roles else "F")
            if found is not None and found.confidence > 0.75:
                return found
        return Speaker(phrase, None, None, 0.9, noun=True)

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
        if reader.low(subject.first) in ("the", "this"):
            for known in (self._issuer, self._last_speaker):
                if known is not None and reader.sentence.number - known[0] <= 4:
                    return self.of(known[1], 0.8)
        return Speaker(phrase, None, None, 0.7, noun=True)

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
        best: tuple[float, int, Someone] | None = None
        for start, who, role in self._registry.by_role.get(noun, ()):
            fit = _fit(content, noun, role, caps)
            if fit is None:
                continue
            near = -abs(at - start) if start <= at else -abs(at - start) - 10**6
            mentions = max((m for m in (who.first,) if m <= at), default=-(10**7))
            key = (fit, near + (0 if mentions >= 0 else -(10**6)), who)
            if best is None or key[:2] > best[:2]:
                best = key
        if best is None and caps:
            others = {
                w
                for _, w, r in self._registry.by_role.get("counterpart", ())
                if _akin(caps, r.caps)
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
        if best is None and noun in _HEADS:
            heads = {
                w
                for n in _HEADS
                for _, w, r in self._registry.by_role.get(n, ())
                if _fit(set(), n, r) is not None
            }
            bodies = {t.low for t in phrase if t.word.isupper()}
            if len(heads) == 1 and not content - _HEADS - {noun} - bodies:
                return self.of(next(iter(heads)), 0.75)
        if best is None and not caps and noun in _GENERIC:
            found = self._salient(reader, _GENERIC[noun])
            if found is not None:
                return found
        recent = self._recent_with(noun, content, caps, reader.sentence.number)
        if recent is not None:
            return self.of(recent, 0.88)
        if best is not None:
            return self.of(best[2], 0.86)
        return self._office(words)

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

    def _salient(self, reader: Reader, nouns: frozenset[str]) -> Speaker | None:
        """Resolve `the cleric` to the ayatollah who was named last."""
        number = reader.sentence.number
        scores: dict[Someone, float] = {}
        for distance in range(_WINDOW + 1):
            for who, weight in self._seen.get(number - distance, {}).items():
                if any(role_key(w) in nouns for role in who.roles for w in role.words):
                    scores[who] = scores.get(who, 0.0) + weight * _DECAY**distance
        return self.of(max(scores, key=lambda who: scores[who]), 0.8) if scores else None

    def _recent_with(
        self, noun: str, content: set[str], caps: frozenset[str], number: int
    ) -> Someone | None:
        """Prefer, of several who bear a title, the one named last."""
        options = {
            who
            for _, who, role in self._registry.by_role.get(noun, ())
            if _fit(content, noun, role, caps) is not None
        }
        if len(options) < 2:
            return None
        best: dict[Someone, float] = {}
        for distance in range(13):
            for who, weight in self._seen.get(number - distance, {}).items():
                if who in options:
                    best[who] = best.get(who, 0.0) + weight * _DECAY**distance
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
            and ((len(who.parts) > 1 and kin & set(who.parts)) or head in who.bodies)
            and (
                not extra
                or extra & set(who.parts)
                or (len(extra) == 1 and not extra & self._lex.bodies)
            )
        ]  # fmt: skip
        if not options:
            return (
                self._last_body(reader)
                if head in _ANY_BODY and not extra & self._lex.roles
                else None
            )
        before = [who for who in options if who.first <= at]
        best = max(before, key=lambda w: w.first) if before else options[0]
        return self.of(best, 0.85)

    def _last_body(self, reader: Reader) -> Speaker | None:
        """Give the institution that was the subject of one of the sentences just before."""
        number = reader.sentence.number
        for at in range(number - 1, number - 4, -1):
            for who, weight in self._seen.get(at, {}).items():
                if weight >= 2.5 and not who.person and not _place(who):
                    return self.of(who, 0.75)
        return None

    # ------------------------------------------------------------ offices

    def office(self, speaker: Speaker) -> str:
        """Give what to print beside a name: the office on the day, else the article's words."""
        if speaker.entity is not None and self._officials is not None:
            label = self._officials.office_of(speaker.entity, self._when)
            if label:
                return label
        if speaker.who is None or not speaker.who.roles:
            return ""
        role = max(speaker.who.roles, key=lambda r: (min(r.end - r.start, 60), -r.start))
        return " ".join(self._text[role.start : role.end].split())


def _inverted(reader: Reader, mention: Mention) -> bool:
    """Tell whether a name is the subject of `, noted Smith`."""
    verb = mention.first - 1
    while (
        verb > 0
        and reader.tokens[verb].kind == "w"
        and (reader.tokens[verb].owns or reader.cover[verb] is not None)
    ):
        verb -= 1
    if verb <= 0 or mention.owns or not mention.who.person or not reader.is_finite(verb):
        return False
    return reader.is_quote(verb - 1) or reader.low(verb - 1) == ","


def _place(who: Someone) -> bool:
    return all(part in COUNTRIES or part in DEMONYMS for part in who.parts)


def _spelled(words: Collection[str]) -> set[str]:
    """Write a premier as a prime minister, and the like."""
    out = {role_key(w) for w in words}
    if "premier" in words or "pm" in words:
        out.add("prime")
    return out


def _akin(ours: Collection[str], theirs: Collection[str]) -> bool:
    """Tell whether two titles may speak of one place: Kestria, Kestrian."""
    for one in ours:
        for other in theirs:
            if DEMONYMS.get(one, one) == DEMONYMS.get(other, other):
                return True
            if len(one) > 4 and len(other) > 4 and one[:5] == other[:5]:
                return True
            if one.replace(".", "") == other.replace(".", ""):
                return True
    return False


def _fit(
    content: set[str], noun: str, role: Role, caps: frozenset[str] = frozenset()
) -> float | None:
    """Tell how well a title phrase fits one that the article gave: None when it does not."""
    wanted, words = _spelled(content), _spelled(role.words)
    ours = caps - {"prime", "vice", "former"}
    if ours and role.caps and not _akin(ours, role.caps):
        return None
    given = words
    places = {DEMONYMS.get(w, w) for w in wanted if w in DEMONYMS or w in COUNTRIES}
    theirs = {DEMONYMS.get(w, w) for w in given if w in DEMONYMS or w in COUNTRIES}
    if places and theirs and not places & theirs:
        return None
    for word in (
        "prime",
        "vice",
        "deputy",
        "foreign",
        "defense",
        "defence",
        "finance",
        "attorney",
        "former",
        "interior",
    ):
        if word in wanted and word not in given and word != "former":
            return None
        if (
            noun in ("minister", "president")
            and word in ("prime", "vice")
            and word in given
            and word not in wanted
        ):
            return None
    return 1.0 + 0.5 * len(wanted & given)
