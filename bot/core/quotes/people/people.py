"""People: resolves the subject of a reporting verb."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Subject, phrase_text
from bot.core.quotes.grammar import FUNCTION, INDEFINITE, PREPOSITIONS
from bot.core.quotes.languages.places import DEMONYMS
from bot.core.quotes.people.bodies import DOCUMENTS
from bot.core.quotes.people.family import RELATIVES, relative
from bot.core.quotes.people.kin import NAMELESS, PLAIN_PEOPLE, TRADES, plain_head, tradelike
from bot.core.quotes.people.speaker import Speaker
from bot.core.quotes.people.titles import Titles

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader
    from bot.core.quotes.names import Mention, Someone

_BARE: Final = 2
_BEFORE: Final = 2
_SEATED: Final = frozenset("mp td senator representative lawmaker member legislator".split())
_PAIR: Final = 2
_OWNED: Final = frozenset(("his", "her"))
_OTHERS: Final = frozenset("guest host counterpart colleague visitor rival opponent".split())
_MODIFIERS: Final = 3
_NATIVES: Final = ("man", "woman", "lander")
_NAMELESS: Final = NAMELESS | {f"{noun}s" for noun in NAMELESS}
_MAIN: Final = 2.5


class People(Titles):
    """Resolves subjects; remembers what was read so far."""

    def remember(self, reader: Reader, subject: Subject | None) -> None:
        """Note who was named in a sentence, the subject above all."""
        number = reader.sentence.number
        main = None
        if subject is not None and subject.kind == "noun" and subject.head in self._lex.cue_nouns:
            subject = None
        if subject is not None:
            self._pair = self._two(reader, subject) or self._pair
            if subject.kind == "name" and subject.mention is not None:
                main = subject.mention.who
            elif subject.kind == "pron" and subject.head in ("he", "she"):
                found = self._pronoun(reader, subject)
                main = found.who if found else None
            elif subject.kind == "noun":
                found = self._noun(reader, subject)
                if subject.head.endswith("s") and found is not None and found.noun:
                    self._group = (number, found.name)
                main = found.who if found else None
                if found is not None and found.noun and _single(reader, subject):
                    self._last_noun = self._single = (number, found)
                elif found is not None and found.noun:
                    self._act(reader, subject, found)
                if found is not None and found.noun and subject.head in self._lex.bodies:
                    self._noun_body = (number, found)
                    if any(t.low in DOCUMENTS for t in reader.tokens):
                        self._issuer = (number, found)
        self._meet(reader)
        if main is not None:
            self._note(number, main, 3.0)
            if any(t.low in DOCUMENTS for t in reader.tokens):
                self._issuer = (number, main)
        self._note_bodies(reader)
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

    def _meet(self, reader: Reader) -> None:
        """Note `officials`, `a diplomat`: later `the official` may be one of them."""
        for i, token in enumerate(reader.tokens):
            if token.low not in _NAMELESS:
                continue
            head = self._lex.plurals.get(token.low, token.low)
            named = i + 1 < len(reader.tokens) and reader.cover[i + 1] is not None
            if token.kind == "w" and not named:
                self._met.add(head)

    def _act(self, reader: Reader, subject: Subject, speaker: Speaker) -> None:
        """Note `The mayor` of `The mayor stayed away. "…," he said`, if nobody else is named."""
        if subject.head not in self._lex.roles or subject.head in self._lex.plurals:
            return
        others = any(m.who.person and not m.owns for m in reader.mentions)
        if others or any(t.low in ("him", "he", "she") for t in reader.tokens):
            return
        gender = "F" if subject.head in self._lex.female_roles else ""
        gender = "M" if subject.head in self._lex.male_roles else gender
        self._acting = (reader.sentence.number, replace(speaker, confidence=0.75), gender)

    def _note_bodies(self, reader: Reader) -> None:
        """Note `the interior ministry`, which later is `the ministry`."""
        for i, token in enumerate(reader.tokens):
            if token.low not in self._lex.bodies or reader.cover[i] is not None:
                continue
            first = i
            while first and i - first < _MODIFIERS and self._modifies(reader, first - 1):
                first -= 1
            if token.owns:
                # `The authority's decision is due. It promised …`
                owner = Subject("noun", first, i + 1, head=token.low)
                words = [t.low for t in reader.tokens[first : i + 1]]
                found = self._body(reader, owner, token.low, words)
                name = phrase_text(self._text, reader.tokens, owner)
                found = found or Speaker(name, None, None, 0.7, noun=True)
                self._owner = (reader.sentence.number, found)
            if first < i and token.low != "party":
                name = " ".join(t.word for t in reader.tokens[first : i + 1])
                speaker = Speaker(name, None, None, 0.8, noun=True)
                self._noun_bodies[token.low] = (reader.sentence.number, speaker)

    def _modifies(self, reader: Reader, i: int) -> bool:
        token = reader.tokens[i]
        return (
            token.kind == "w"
            and not token.owns
            and reader.cover[i] is None
            and token.low not in FUNCTION
            and token.low not in self._lex.past
        )

    def resolve(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Give who a subject is, or None when that cannot be told."""
        if subject.kind == "name" and subject.mention is not None:
            return self._named(reader, subject)
        if subject.kind == "pron":
            return self._pronoun(reader, subject)
        return self._noun(reader, subject)

    def _native(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Resolve `the Norlander`, `the Dutchman`: who was spoken of just before."""
        mention = subject.mention
        if mention is None or mention.who.person or mention.last - mention.first != 1:
            return None
        token = reader.tokens[mention.first]
        one = token.low.endswith(_NATIVES) or (
            token.low in DEMONYMS and token.low.endswith(("an", "i"))
        )
        if reader.low(mention.first - 1) != "the" or not one:
            return None
        phrase = Subject("noun", mention.first - 1, mention.last, head=token.low)
        return self._described(reader, phrase, ["the", token.low], token.low)

    def _shortened(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Resolve `the CM` to the chief minister whom the article names."""
        mention = subject.mention
        if mention is None or mention.who.person or mention.last - mention.first != 1:
            return None
        word = reader.tokens[mention.first].word
        if reader.low(mention.first - 1) != "the" or not (word.isupper() and len(word) in (2, 3)):
            return None
        letters = sorted(word.lower())
        bearers = {
            who
            for who in self._registry.people
            if who.person and any(sorted(w[0] for w in r.words) == letters for r in who.roles)
        }
        return self.of(bearers.pop(), 0.85) if len(bearers) == 1 else None

    def _named(self, reader: Reader, subject: Subject) -> Speaker | None:
        mention = subject.mention
        if mention is None:
            return None
        native = self._native(reader, subject) or self._shortened(reader, subject)
        if native is not None:
            return native
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

    def _noun(self, reader: Reader, subject: Subject) -> Speaker | None:
        tokens = reader.tokens[subject.first : subject.last]
        words = [t.low.rstrip(".") for t in tokens if t.kind == "w"]
        head, words = plain_head(subject.head.rstrip("."), words)
        if head in ("latter", "former"):
            return self._listed(reader, head)
        if words[-2:] == ["of", "them"] and self._group is not None:
            at, group = self._group
            if reader.sentence.number - at <= 2:
                return Speaker(group, None, None, 0.8, noun=True)
        introduced = self.introduced.get((reader.sentence.number, subject.first))
        if introduced is not None:
            return self.of(introduced, 0.82)
        first = words[0] if words else ""
        definite = first not in INDEFINITE
        phrase = phrase_text(self._text, reader.tokens, subject)
        if head in self._lex.cue_nouns:
            return self._document(reader, subject, phrase)
        if head in self._lex.roles and first == "the" and len(words) == _BARE:
            known = self._last_noun
            if known is not None and reader.sentence.number - known[0] <= _BEFORE + 1:
                spoken = known[1].name.lower().replace(",", "").split()
                if head in spoken and (head in NAMELESS or known is self._single):
                    return replace(known[1], name=phrase, confidence=0.85)
        if head in RELATIVES and (first in _OWNED or any(t.owns for t in tokens)):
            kin = relative(head, tokens[0].start, self._registry.people)
            if kin is not None:
                return self.of(kin, 0.75)
        if first in _OWNED and head in _OTHERS and len(words) == _BARE:
            found = self._other(reader)
            if found is not None:
                return found
        if head in self._lex.roles and definite and not _many(head):
            found = self._by_title(reader, subject, words, head)
            if found is not None:
                return found
            if first == "the" and len(words) == _BARE and self._single is None:
                found = self._untitled(reader)
                if found is not None:
                    return found
        if head in self._lex.bodies and definite:
            named = _called(reader, subject)
            if named is not None:
                return self.of(named.who, 0.9)
            found = self._body(reader, subject, head, words)
            if found is not None:
                return found
        if definite and (
            "year-old" in words
            or head in TRADES
            or (head not in self._lex.roles and self._unknown_trade(head))
            or (head in NAMELESS and head not in self._met)
            or ("former" in words and head not in self._lex.bodies and not head.endswith("s"))
        ):
            described = self._described(reader, subject, words, head)
            if described is not None:
                return described
        if head in PLAIN_PEOPLE and definite:
            found = self._person(reader, subject, "M" if head in self._lex.male_roles else "F")
            if found is not None and found.confidence > 0.75:
                return found
        named = _own_name(reader, subject)
        if named is not None:
            named.who.person = True
            return self.of(named.who, 0.9)
        return Speaker(phrase, None, None, 0.9, noun=True)

    def _unknown_trade(self, head: str) -> bool:
        """Tell a trade that no list has: `the Marxist`, `the restaurateur`."""
        other = head in self._lex.bodies or head in self._lex.cue_nouns or head in DOCUMENTS
        return not other and not _many(head) and tradelike(head)

    def _untitled(self, reader: Reader) -> Speaker | None:
        """Give who spoke just before, where the article says nothing of what he or she is."""
        last = self._last_speaker
        if last is None or reader.sentence.number - last[0] > _BEFORE or not last[1].person:
            return None
        fresh = reader.sentence.number - self._intro.get(id(last[1]), 0) <= _BEFORE + 1
        return self.of(last[1], 0.75) if fresh and not last[1].roles else None

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
        if self._last_noun is not None and number - self._last_noun[0] <= _BEFORE:
            known = self._last_noun[1].name.lower().split()
            if head in known:
                return None
        gender = "F" if head in self._lex.female_roles else ""
        gender = "M" if head in self._lex.male_roles else gender
        for distance in range(_BEFORE + 1):
            row = self._seen.get(number - distance, {})
            people = [
                w
                for w, v in row.items()
                if w.person and v >= _MAIN and gender in ("", w.gender or gender)
            ]
            if people:
                return self.of(people[0], 0.75) if len(people) == 1 else None
        return None

    def _two(self, reader: Reader, subject: Subject) -> tuple[int, Speaker] | None:
        """Note `Name and Name` as the subject of a sentence."""
        one, at = subject.mention, subject.last
        other = reader.cover[at + 1] if at + 1 < len(reader.tokens) else None
        if one is None or other is None or reader.low(at) != "and" or other.owns:
            return None
        if not (one.who.person and other.who.person):
            return None
        name = f"{self.of(one.who, 1.0).name} and {self.of(other.who, 1.0).name}"
        return reader.sentence.number, Speaker(name, one.who, None, 0.75)

    def _other(self, reader: Reader) -> Speaker | None:
        """Resolve `his guest`, `her counterpart`: who else was named with the one who spoke."""
        number = reader.sentence.number
        people: dict[int, Someone] = {}
        for distance in range(_BEFORE + 2):
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
    if reader.low(verb) in ("told", "tells"):
        return False  # `Smith, who lost, told Name …`
    return reader.is_quote(verb - 1) or reader.low(verb - 1) == ","


def _single(reader: Reader, subject: Subject) -> bool:
    """Tell `one official`, `a medic who …`, who is `he` or `they` in the next sentence."""
    words = [reader.low(k) for k in range(subject.first, subject.last)]
    known = subject.head in reader.lex.roles or subject.head in NAMELESS
    return known and words[0] in ("a", "an", "one", "another")


def _many(head: str) -> bool:
    """Tell a plural from `countess`."""
    return head.endswith("s") and not head.endswith("ss")


def _called(reader: Reader, subject: Subject) -> Mention | None:
    """Read `the largest federation, the NAME, which …` and `a group, which calls itself NAME,`."""
    at = subject.last
    if reader.low(at) != ",":
        return None
    words = [reader.low(k) for k in range(at + 1, at + 4)]
    own = any(reader.cover[k] is not None for k in range(subject.first, subject.last))
    if words[:2] == ["known", "as"] and not own:
        at += 2
    elif words == ["which", "calls", "itself"]:
        at += 3
    at += 1 + (reader.low(at + 1) == "the")
    mention = reader.cover[at] if at < len(reader.tokens) else None
    if mention is None or mention.who.person or mention.first != at or mention.owns:
        return None
    return mention if reader.low(mention.last) == "," else None


def _own_name(reader: Reader, subject: Subject) -> Mention | None:
    """Read `one medic, who gave his name only as Name`."""
    naming = False
    for k in range(subject.last, min(subject.last + 14, len(reader.tokens))):
        mention = reader.cover[k]
        if reader.tokens[k].kind == "q" or reader.low(k) in (".", ";"):
            return None
        naming = naming or reader.low(k) in ("name", "named", "identified")
        if mention is not None:
            return mention if naming and reader.low(k - 1) in ("as", ",", "name") else None
    return None
