"""People: resolves the subject of a reporting verb."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.clauses import Subject, phrase_text
from bot.core.quotes.grammar import FUNCTION, INDEFINITE
from bot.core.quotes.languages.places import DEMONYMS
from bot.core.quotes.people.bodies import DOCUMENTS
from bot.core.quotes.people.descriptions import BARE, BEFORE, Descriptions
from bot.core.quotes.people.family import RELATIVES, relative
from bot.core.quotes.people.kin import NAMELESS, PLAIN_PEOPLE, plain_head, sides
from bot.core.quotes.people.phrases import beside, called, inverted, many, own_name, single
from bot.core.quotes.people.speaker import Speaker

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader

_ASKING: Final = frozenset("reporter reporters journalist journalists".split())
_OTHERS: Final = frozenset("guest host counterpart colleague visitor rival opponent".split())
_MODIFIERS: Final = 3
_NATIVES: Final = ("man", "woman", "lander")
_NAMELESS: Final = NAMELESS | {f"{noun}s" for noun in NAMELESS}


class People(Descriptions):
    """Resolves subjects; remembers what was read so far."""

    def remember(self, reader: Reader, subject: Subject | None) -> None:
        """Note who was named in a sentence, the subject above all."""
        number = reader.sentence.number
        main = None
        if subject is not None and subject.kind == "noun":
            asking = subject.head in _ASKING and reader.low(subject.last) == "asked"
            if asking or subject.head in self._lex.cue_nouns:
                subject = None  # `A reporter asked if … "…," he said.`
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
                if found is not None and found.noun and single(reader, subject):
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
            if inverted(reader, mention):
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
        head = subject.head.rstrip(".")
        if not self._registry.by_role.get(head):
            head, words = plain_head(head, words)
        found = self._fixed(reader, subject, words, head)
        if found is not None:
            return found
        phrase = phrase_text(self._text, reader.tokens, subject)
        definite = not words or words[0] not in INDEFINITE
        if head in self._lex.cue_nouns:
            return self._document(reader, subject, phrase)
        if definite:
            found = self._definite(reader, subject, words, head, phrase)
            if found is not None:
                return found
        named = own_name(reader, subject)
        if named is not None:
            named.who.person = True
            return self.of(named.who, 0.9)
        return Speaker(phrase, None, None, 0.9, noun=True)

    def _fixed(
        self, reader: Reader, subject: Subject, words: list[str], head: str
    ) -> Speaker | None:
        """Give whom the sentence itself, or the one that introduces a title, tells."""
        if head in ("latter", "former"):
            return self._listed(reader, head)
        if words[-2:] == ["of", "them"] and self._group is not None:
            at, group = self._group
            if reader.sentence.number - at <= BEFORE:
                return Speaker(group, None, None, 0.8, noun=True)
        named = beside(reader, subject)
        if named is None and head in self._lex.bodies:
            named = called(reader, subject)
        if named is not None:
            return self.of(named.who, 0.9)
        introduced = self.introduced.get((reader.sentence.number, subject.first))
        return self.of(introduced, 0.82) if introduced is not None else None

    def _definite(
        self, reader: Reader, subject: Subject, words: list[str], head: str, phrase: str
    ) -> Speaker | None:
        """Resolve `the minister`, `his wife`, `the court`, `the retired admiral`."""
        first = words[0] if words else ""
        plain = first == "the" and len(words) == BARE
        role = head in self._lex.roles
        known = self._last_noun
        if role and plain and known and reader.sentence.number - known[0] <= BEFORE + 1:
            spoken = known[1].name.lower().replace(",", "").split()
            if head in spoken and (head in NAMELESS or known is self._single):
                return replace(known[1], name=phrase, confidence=0.85)
        found = self._related(reader, subject, words, head)
        if found is not None:
            return found
        if role and not many(head):
            found = self._by_title(reader, subject, words, head)
            if found is None and plain and self._single is None:
                found = self._untitled(reader)
            if found is None and sides(words):
                found = self._unofficial(reader, subject)
            if found is not None:
                return found
        if head in self._lex.bodies:
            found = self._body(reader, subject, head, words)
            if found is not None:
                return found
        if self._descriptive(head, words):
            described = self._described(reader, subject, words, head)
            if described is not None:
                return described
        if head in PLAIN_PEOPLE:
            found = self._person(reader, subject, "M" if head in self._lex.male_roles else "F")
            return found if found is not None and found.confidence > 0.75 else None
        return None

    def _related(
        self, reader: Reader, subject: Subject, words: list[str], head: str
    ) -> Speaker | None:
        """Resolve `her husband`, `his guest`, `the premier-elect`: none of them by an office."""
        tokens = reader.tokens[subject.first : subject.last]
        owned = words[:1] == ["his"] or words[:1] == ["her"]
        if head in RELATIVES and (owned or any(t.owns for t in tokens)):
            kin = relative(head, tokens[0].start, self._registry.people)
            if kin is not None:
                return self.of(kin, 0.75)
        if owned and head in _OTHERS and len(words) == BARE:
            return self._other(reader)
        if head in self._lex.roles and {"elect", "designate"} & set(words):
            return self._described(reader, subject, words, head)
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
