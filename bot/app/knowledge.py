"""What the rule files say, shipped ones included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.adapters.files import check_rules
from bot.core.officials import Officials
from bot.settings import shipped

if TYPE_CHECKING:
    from pathlib import Path

    from bot.core.model import Entity, Rule
    from bot.errors import FileError


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What the rule files say.

    Attributes:
        officials: the entities, shipped ones included.
        rules: the watches of the configured files.
        faults: what is wrong in them; the rest is used.
        warnings: names that mean two entities: `file:line: words`.
    """

    officials: Officials
    rules: tuple[Rule, ...]
    faults: tuple[FileError, ...]
    warnings: tuple[str, ...] = ()


def load_knowledge(paths: tuple[Path, ...], *, builtin: bool = True) -> Knowledge:
    """Read rule files; the entities of the shipped files are known beside them.

    Args:
        paths: files or folders.
        builtin: False to leave the shipped entities out.
    """
    entities: dict[str, Entity] = {}
    if builtin and shipped("rules") not in paths:
        files, _ = check_rules([shipped("rules") / "officials"])
        entities = {entity.id: entity for entity in files.entities}
    files, faults = check_rules(list(paths), known=entities.values())
    entities |= {entity.id: entity for entity in files.entities}
    return Knowledge(Officials(entities.values()), files.rules, tuple(faults), files.warnings)
