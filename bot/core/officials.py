"""The entities of the officials files, found by id, by name or by office."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.core.model import Alias

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


# One key for titles that outlets write differently; left the spelling, right the key.
_SAME_TITLE = {
    "pm": "prime minister",
    "premier": "prime minister",
    "foreign affairs minister": "foreign minister",
    "external affairs minister": "foreign minister",
    "foreign secretary": "foreign minister",
    "defence secretary": "defence minister",
    "united nations envoy": "united nations ambassador",
    "chief prosecutor": "prosecutor",
    "spokesman": "spokesperson",
    "spokeswoman": "spokesperson",
    "press secretary": "spokesperson",
    "chairman": "chair",
    "chairwoman": "chair",
    "chairperson": "chair",
    "head": "chief",
    "boss": "chief",
}
# What a title is called more loosely: "the UN chief" is its secretary-general.
_LOOSE_TITLE = {
    "chair": "chief",
    "chief executive": "chief",
    "commissioner general": "chief",
    "director": "chief",
    "director general": "chief",
    "executive director": "chief",
    "leader": "chief",
    "managing director": "chief",
    "president": "chief",
    "secretary general": "chief",
    "foreign minister": "top diplomat",
    "state secretary": "top diplomat",
    "supreme leader": "leader",
}
_WORD = re.compile(r"\w+")
_LIKE_A_NAME = 0.8
"""How alike (difflib's ratio) a name must be to be suggested for an unknown id."""
_UN = re.compile(r"\bu\.?n\b\.?")
_TURNED = re.compile(r"(minister|secretary|ambassador|envoy) (?:of|for|to) (?:the )?(.+)")


def title_key(title: str) -> str:
    """Fold a title for look-up: "minister of defense" and "defence minister" are one."""
    key = name_key(title).removeprefix("the ").replace("defense", "defence")
    key = _TURNED.sub(r"\2 \1", _UN.sub("united nations", key))
    return _SAME_TITLE.get(key, key)


def place_key(name: str) -> str:
    """Fold the name of a country or body: "the United Nations'" is "united nations"."""
    key = name_key(name).removeprefix("the ")
    return key.removesuffix("'s").removesuffix("'")


@lru_cache(maxsize=8)
def _words(text: str) -> str:
    """Give a text's folded words with a space on both sides of each."""
    return f" {' '.join(_WORD.findall(name_key(text)))} "


def _stands(name: str, words: str) -> bool:
    """Say whether a condition's word or phrase stands there; behind `*` its last word may go on."""
    wanted = _words(name)
    return (wanted.rstrip() if name.endswith("*") else wanted) in words


def _fits(alias: Alias, name: str, text: str) -> bool:
    """Say whether a name may be this alias, in an article with this text."""
    if alias.exact and name != alias.text:
        return False
    if not alias.context and not alias.unless:
        return True
    words = _words(text)
    return (not alias.context or any(_stands(word, words) for word in alias.context)) and not any(
        _stands(word, words) for word in alias.unless
    )


class Officials:
    """An index over entities; cheap to build, never changed afterwards.

    Args:
        entities: later ones replace earlier ones of the same id.
    """

    def __init__(self, entities: Iterable[Entity] = ()) -> None:
        self._by_id: dict[str, Entity] = {entity.id: entity for entity in entities}
        self._by_name: dict[str, list[tuple[Alias, Entity]]] = defaultdict(list)
        self._by_title: dict[str, list[tuple[Office, Entity]]] = defaultdict(list)
        for entity in self._by_id.values():
            for alias in (Alias(entity.name), *entity.aliases):
                self._by_name[name_key(alias.text)].append((alias, entity))
            for office in entity.offices:
                key = title_key(office.title)
                for title in {key, _LOOSE_TITLE.get(key, key)}:
                    self._by_title[title].append((office, entity))

    def __iter__(self) -> Iterator[Entity]:
        """Iterate over all entities."""
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, entity_id: str) -> Entity | None:
        """Give the entity of an id, or None."""
        return self._by_id.get(entity_id)

    def suggest(self, entity_id: str) -> str | None:
        """Give the known id that an unknown one probably means, or None.

        An entity that has it as a name comes first (`@us`), then the id or name that looks most
        like it; ids may look a little less so, because names are many.
        """
        named = self._by_name.get(name_key(entity_id.replace("_", "-")))
        if named:
            return named[0][1].id
        names = {name.replace(" ", "-"): found[0][1].id for name, found in self._by_name.items()}
        known = names | {known: known for known in self._by_id}
        close = difflib.get_close_matches(entity_id, known, n=1, cutoff=_LIKE_A_NAME)
        close = close or difflib.get_close_matches(entity_id, self._by_id, n=1, cutoff=0.6)
        return known[close[0]] if close else None

    def named(self, name: str, text: str = "") -> tuple[Entity, ...]:
        """Give the entities that this name means.

        Args:
            name: folded before look-up; as written where the alias is `exact`.
            text: the article, for aliases with conditions; without it an alias that needs a
                context ("Khan") names nobody.
        """
        found = self._by_name.get(name_key(name), ())
        return tuple(dict.fromkeys(e for alias, e in found if _fits(alias, name, text)))

    def holding(
        self, title: str, of: str | None = "", when: date | None = None
    ) -> tuple[Entity, ...]:
        """Give who held an office on a day, each once.

        Args:
            title: "prime minister"; folded before look-up, and usual variants are one ("premier",
                "minister of defense"); "chief" or "head" finds whoever heads the body, "top
                diplomat" its foreign minister.
            of: country or body by any of its names ("Israel", "US", "the UN"), or its demonym
                ("Israeli"). "" finds only offices that belong to none ("pope"): "the mayor" of a
                local story must not become the one mayor whom the files have. None for any.
            when: the day; None for offices held still.
        """
        places = self._names_of(of or "")
        held = (
            entity
            for office, entity in self._by_title.get(title_key(title), ())
            if office.held(when)
            and (
                of is None
                or places & {place_key(office.of), place_key(office.demonym or office.of)}
            )
        )
        return tuple(dict.fromkeys(held))

    def _names_of(self, place: str) -> set[str]:
        """Give all folded names of a country or body; an unknown one has only its own."""
        key = place_key(place)
        entities = (e for _, e in self._by_name.get(key, ()) if e.kind != "person")
        names = {
            place_key(name)
            for entity in entities
            for name in (entity.name, *(alias.text for alias in entity.aliases))
        }
        return names | {key}

    def office_of(self, entity: Entity, when: date | None = None) -> str:
        """Give the label of the office an entity held on a day, or ""."""
        return next((office.label for office in entity.offices if office.held(when)), "")
