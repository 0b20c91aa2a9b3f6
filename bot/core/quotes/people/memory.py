"""Who was named and who spoke so far, and the officials they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.names import plain_parts
from bot.core.quotes.people.speaker import Speaker

if TYPE_CHECKING:
    from datetime import date

    from bot.core.model import Entity
    from bot.core.officials import Officials
    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.names import Registry, Someone

WINDOW: Final = 9
DECAY: Final = 0.35


class Memory:
    """Remembers what was read so far."""

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
        self._group: tuple[int, str] | None = None
        self._pair: tuple[int, Speaker] | None = None
        self.introduced: dict[tuple[int, int], Someone] = {}
        self._intro: dict[int, int] = {}
        self._noun_body: tuple[int, Speaker] | None = None
        self._owner: tuple[int, Speaker] | None = None
        self._noun_bodies: dict[str, tuple[int, Speaker]] = {}
        self._last_noun: tuple[int, Speaker] | None = None
        self._acting: tuple[int, Speaker, str] | None = None
        self._single: tuple[int, Speaker] | None = None
        self._met: set[str] = set()
        self._issuer: tuple[int, Someone | Speaker] | None = None
        self._last_speaker: tuple[int, Someone] | None = None
        self._entities: dict[int, Entity | None] = {}

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
