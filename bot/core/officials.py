"""The entities of the officials files, found by id, by name or by office."""

from __future__ import annotations

import difflib
import unicodedata
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.core.model import Entity, Office


def name_key(name: str) -> str:
    """Fold a name for look-up: case, accents, marks and hyphens do not count."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    letters = (
        " " if char in "-‐‑–\u00a0" else char
        for char in decomposed
        if not unicodedata.combining(char)
    )
    return " ".join("".join(letters).replace("’", "'").split())


class Officials:
    """An index over entities; cheap to build, never changed afterwards.

    Args:
        entities: later ones replace earlier ones of the same id.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._by_id: dict[str, Entity] = {entity.id: entity for entity in entities}
        self._by_name: dict[str, list[Entity]] = defaultdict(list)
        self._by_title: dict[str, list[tuple[Office, Entity]]] = defaultdict(list)
        for entity in self._by_id.values():
            for name in dict.fromkeys([entity.name, *(a.text for a in entity.aliases)]):
                self._by_name[name_key(name)].append(entity)
            for office in entity.offices:
                self._by_title[name_key(office.title)].append((office, entity))

    def __iter__(self) -> Iterator[Entity]:
        """Iterate over all entities."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, entity_id: str) -> Entity | None:
        """Give the entity of an id, or None."""
        return self._by_id.get(entity_id)

    def suggest(self, entity_id: str) -> str | None:
        """Give the known id that looks most like an unknown one, or None."""
        close = difflib.get_close_matches(entity_id, self._by_id, n=1, cutoff=0.6)
        return close[0] if close else None

    def named(self, name: str) -> tuple[Entity, ...]:
        """Give the entities that have exactly this name or alias (folded)."""
        return tuple(self._by_name.get(name_key(name), ()))

    def holding(self, title: str, of: str = "", when: date | None = None) -> tuple[Entity, ...]:
        """Give who held an office on a day.

        Args:
            title: "prime minister"; folded before look-up.
            of: country, body or demonym ("Israel", "Israeli"); "" for any.
            when: the day; None for offices held still.
        """
        place = name_key(of)
        return tuple(
            entity
            for office, entity in self._by_title.get(name_key(title), ())
            if office.held(when) and place in ("", name_key(office.of), name_key(office.demonym))
        )

    def office_of(self, entity: Entity, when: date | None = None) -> str:
        """Give the label of the office an entity held on a day, or ""."""
        return next((office.label for office in entity.offices if office.held(when)), "")
