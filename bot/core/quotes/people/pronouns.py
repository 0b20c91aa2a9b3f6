"""He, she and it."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS
from bot.core.quotes.people.memory import DECAY, WINDOW, Memory
from bot.core.quotes.people.speaker import Speaker

if TYPE_CHECKING:
    from bot.core.quotes.clauses import Reader, Subject
    from bot.core.quotes.names import Someone

_MARKS: Final = "\"“”‘’'.,;:!?—–()"
# Who replies is mostly not who spoke last.
_REPLIES: Final = frozenset("replied replies retorted countered answered rejoined".split())
_SURE: Final = 0.6


class Pronouns(Memory, ABC):
    """Resolves pronouns: subject position, previous speaker, recency, gender."""

    def _pronoun(self, reader: Reader, subject: Subject) -> Speaker | None:
        head = subject.head
        if head in ("he", "she"):
            return self._person(reader, subject, "M" if head == "he" else "F")
        if head == "it":
            return self._here(reader, subject) or self._institution(reader)
        return self._several(reader, subject) if head == "they" else None

    def _several(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Resolve `they`: an unnamed source, two who were named together, an institution."""
        number = reader.sentence.number
        main = reader.main_subject(subject.first)
        if main is not None and main.kind == "noun" and main.last <= subject.first:
            return self._noun(reader, main)
        if self._last_noun is not None and 0 <= number - self._last_noun[0] <= 2:
            return Speaker(self._last_noun[1].name, None, None, 0.75, noun=True)
        if self._pair is not None and 0 < number - self._pair[0] <= 2:
            return self._pair[1]
        bodies = [w for w, v in self._seen.get(number - 1, {}).items()
                  if not w.person and v >= 2.5]  # fmt: skip
        return self.of(bodies[0], 0.7) if bodies else None

    def _here(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Give the institution or country that a sentence opens with: `Norland, it said, …`."""
        main = reader.main_subject(subject.first)
        known = self._lex.bodies | self._lex.roles  # `a spokeswoman said it would not comment`
        if main is not None and main.kind == "noun" and main.head in known:
            return self._noun(reader, main) if main.last <= subject.first else None
        if main is None or main.kind != "name" or main.mention is None or main.mention.owns:
            return None
        who = main.mention.who
        return None if who.person else self.of(who, 0.75)

    def _person(self, reader: Reader, subject: Subject, gender: str) -> Speaker | None:
        number = reader.sentence.number
        main = reader.main_subject(subject.first)
        own = main.mention.who if main is not None and main.mention is not None else None
        unnamed = self._unnamed(number) or self._untold(reader, subject, main, gender)
        if unnamed is not None and not (own and own.person and own.gender in ("", gender)):
            return unnamed
        scores: dict[Someone, float] = {}
        for distance in range(WINDOW + 1):
            for who, weight in self._seen.get(number - distance, {}).items():
                if who.person and who.gender in ("", gender):
                    scores[who] = scores.get(who, 0.0) + weight * DECAY**distance
        for mention in reader.mentions:
            if mention.last > subject.first:
                break
            who = mention.who
            if who.person and who.gender in ("", gender):
                weight = 3.0 if main is not None and main.mention is mention else 0.8
                scores[who] = scores.get(who, 0.0) + weight
        if not scores:
            return self._fallback(number, gender)
        replies = {reader.low(subject.first - 1), reader.low(subject.last)} & _REPLIES
        if replies and self._last_speaker is not None and len(scores) > 1:
            scores[self._last_speaker[1]] = 0.05 * scores.get(self._last_speaker[1], 0.0)
        inside = {w.strip(_MARKS) for t in reader.tokens if t.kind == "q" for w in t.word.split()}
        for who in scores:
            if who.parts[-1].title() in inside:
                scores[who] *= 0.3  # nobody says `General Smith should resign` of himself
            if who.gender == gender:
                scores[who] *= 1.4
            scores[who] += 0.05 * math.log1p(who.count)
        ranked = sorted(scores.items(), key=lambda pair: -pair[1])
        best, value = ranked[0]
        second = ranked[1][1] if len(ranked) > 1 else 0.0
        lead = (value - second) / (value + 0.01)
        if lead > _SURE and not best.gender:
            best.gender = gender  # who was `he` once is never `she`
        return self.of(best, 0.6 + 0.35 * lead)

    @abstractmethod
    def _noun(self, reader: Reader, subject: Subject) -> Speaker | None:
        """Resolve a common noun; `People` knows how."""

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

    def _untold(
        self, reader: Reader, subject: Subject, main: Subject | None, gender: str
    ) -> Speaker | None:
        """Give the office whose bearer nobody names: `The mayor was not there. "…," he said`."""
        if main is not None and main.kind == "noun" and main.last <= subject.first:
            told = self._lex.male_roles if gender == "F" else self._lex.female_roles
            if main.head not in self._lex.roles or main.head in told:
                return None
            found = self._noun(reader, main)
            return replace(found, confidence=0.75) if found is not None else None
        if self._acting is None or reader.sentence.number - self._acting[0] != 1:
            return None
        _, speaker, told_gender = self._acting
        return speaker if told_gender in ("", gender) else None

    def _fallback(self, number: int, gender: str) -> Speaker | None:
        """Give the only person of the gender, or the subject of the next sentences."""
        people = [p for p in self._registry.people if p.person and p.gender == gender]
        if len(people) == 1:
            return self.of(people[0], 0.6)
        for who in self.subjects[number + 1 : number + 3]:
            if who is not None and who.person and who.gender in ("", gender):
                return self.of(who, 0.7)
        return None

    def _institution(self, reader: Reader) -> Speaker | None:
        number = reader.sentence.number
        if self._noun_body is not None and 0 < number - self._noun_body[0] <= 3:
            at, speaker = self._noun_body
            named = any(
                not w.person and v >= 1.6 and not is_place(w)
                for n in range(at + 1, number + 1) for w, v in self._seen.get(n, {}).items()
            )  # fmt: skip
            if not named:
                return speaker
        for least, reach, confidence in ((1.6, 4, 0.8), (0.0, 2, 0.65)):
            for at in range(number, number - reach - 1, -1):
                row = self._seen.get(at, {})
                fitting = [
                    w for w, v in row.items() if not w.person and v >= least and not is_place(w)
                ]
                if fitting:
                    return self.of(max(fitting, key=lambda who: row[who]), confidence)
        if self._owner is not None and 0 <= number - self._owner[0] <= 1:
            return self._owner[1]
        return None


def is_place(who: Someone) -> bool:
    """Tell a country, which `it` seldom means, from another institution."""
    return all(part in COUNTRIES or part in DEMONYMS for part in who.parts)
