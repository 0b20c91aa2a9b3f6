"""Rule files and folders: every fault with its place, and the rest in use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bot.adapters.files.schema import SECTIONS, EntityEntry, WatchEntry, did_you_mean, explain
from bot.adapters.files.tree import Key, Tree, read_tree
from bot.core.match import RuleSet
from bot.core.officials import Officials, name_key
from bot.errors import FileError, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from bot.core.model import Entity, Rule

_ENDINGS = (".yaml", ".yml")
_LARGEST = 5_000_000
"""Bytes of a rule file; beyond it something else was meant."""


@dataclass(frozen=True, slots=True)
class RuleFiles:
    """What rule files say.

    Attributes:
        entities: in the order of the files.
        rules: watches, in the order of the files; their id is their name.
        warnings: what may be meant but deserves a look: `file:line: words`.
    """

    entities: tuple[Entity, ...]
    rules: tuple[Rule, ...]
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What is gathered while files are read."""

    entities: dict[str, tuple[Entity, Tree, Key]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    watches: dict[str, tuple[Rule, Tree, Key]] = field(default_factory=dict)
    faults: list[FileError] = field(default_factory=list)


def load_rules(paths: Sequence[Path], *, known: Iterable[Entity] = ()) -> RuleFiles:
    """Read files, or folders with all that is in them (`*.yaml`, `*.yml`, sorted).

    Args:
        paths: files and folders.
        known: entities that queries may name besides those of the files.

    Raises:
        FileError: the first fault.
    """
    files, faults = check_rules(paths, known=known)
    for fault in faults:
        raise fault
    return files


def check_rules(
    paths: Sequence[Path], *, known: Iterable[Entity] | None = None
) -> tuple[RuleFiles, list[FileError]]:
    """Read files and folders and collect every fault; only what is broken is left out.

    Args:
        paths: files and folders.
        known: entities that queries may name besides those of the files; None leaves it to
            `RuleSet.add` to refuse entities that nobody knows.
    """
    reading = _Reading()
    for path in paths:
        try:
            for file in _files(path):
                _read(file, reading)
        except FileError as fault:
            reading.faults.append(fault)
    entities = tuple(entity for entity, _, _ in reading.entities.values())
    rules = tuple(_checked_rules(reading, entities, known))
    doubts = (*_replaced(reading, known or ()), *_ambiguous(reading, known or ()))
    files = RuleFiles(entities, rules, doubts)
    return files, reading.faults


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise FileError(path, "there is no such file or folder")
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix in _ENDINGS and file.is_file())
    if not found:
        raise FileError(path, "there is no .yaml file in this folder")
    return found


def _read(path: Path, reading: _Reading) -> None:
    try:
        tree = read_tree(path, _text(path))
        data = tree.data if tree.data is not None else {}
        if not isinstance(data, dict):
            raise tree.fault((), "must be a mapping with the lists entities and watches")
    except FileError as fault:
        reading.faults.append(fault)
        return
    for section, entries in data.items():
        if section not in SECTIONS:
            reason = f"unknown key {section}{did_you_mean(section, SECTIONS)}"
            reading.faults.append(tree.fault((section,), reason, key=True))
        elif entries is None:
            continue
        elif not isinstance(entries, list):
            reading.faults.append(tree.fault((section,), f"{section} must be a list"))
        else:
            for at, entry in enumerate(entries):
                _read_entry(tree, (section, at), entry, reading)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror or error}") from None
    if len(raw) > _LARGEST:
        raise FileError(path, f"is larger than {_LARGEST:,} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise FileError(path, "is not UTF-8 text", line=line, column=column) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_entry(tree: Tree, way: Key, entry: Any, reading: _Reading) -> None:  # noqa: ANN401
    model = EntityEntry if way[0] == "entities" else WatchEntry
    try:
        parsed = model.model_validate(entry)
    except ValidationError as error:
        for detail in error.errors():
            place = (*way, *_written(detail["loc"], tree, way))
            reason, is_key = explain(detail, place)
            where = place[:-1] if detail["type"] == "missing" else place
            reading.faults.append(tree.fault(where, reason, key=is_key))
        return
    try:
        if isinstance(parsed, EntityEntry):
            _add_entity(tree, way, parsed, reading)
        else:
            _add_watch(tree, way, parsed, reading)
    except FileError as fault:
        reading.faults.append(fault)


def _written(location: tuple[str | int, ...], tree: Tree, way: Key) -> Key:
    """Turn pydantic's way into the file's: an alias that is plain text has no key `text`."""
    plain = location[-1:] == ("text",) and (*way, *location) not in tree.values
    return location[:-1] if plain and (*way, *location[:-1]) in tree.values else location


def _add_entity(tree: Tree, way: Key, entry: EntityEntry, reading: _Reading) -> None:
    entity = entry.entity()
    if entity.id in reading.entities:
        _, other, place = reading.entities[entity.id]
        first = f"{other.path}:{other.line(place)}"
        raise tree.fault((*way, "id"), f"the id {entity.id} is taken (first in {first})")
    key = name_key(entity.name)
    if key in reading.names:
        owner = reading.names[key]
        raise tree.fault((*way, "name"), f"the name {entity.name} is taken by @{owner}")
    for at, office in enumerate(entity.offices):
        if office.start and office.end and office.end < office.start:
            raise tree.fault((*way, "offices", at), "the office ends before it begins")
    reading.names[key] = entity.id
    reading.entities[entity.id] = (entity, tree, way)


def _add_watch(tree: Tree, way: Key, entry: WatchEntry, reading: _Reading) -> None:
    if entry.name in reading.watches:
        _, other, place = reading.watches[entry.name]
        first = f"{other.path}:{other.line(place)}"
        raise tree.fault((*way, "name"), f"the name {entry.name} is taken (first in {first})")
    rule = entry.rule(f"{tree.path}:{tree.line(way)}")
    reading.watches[rule.name] = (rule, tree, way)


def _checked_rules(
    reading: _Reading, entities: tuple[Entity, ...], known: Iterable[Entity] | None
) -> Iterator[Rule]:
    checker = RuleSet(Officials([*(known or ()), *entities]))
    for rule, tree, way in reading.watches.values():
        try:
            checker.add(rule)
        except QueryError as error:
            if known is None and error.reason.startswith("unknown entity"):
                yield rule
                continue
            reason = f"watch {rule.name}: {error.message}\n{error.caret}"
            place = (*way, "query")
            reading.faults.append(tree.fault(place, reason, offset=error.position))
        else:
            yield rule


def _replaced(reading: _Reading, known: Iterable[Entity]) -> Iterator[str]:
    """Report entities that stand in the place of known ones: allowed, but easily an accident."""
    names = {entity.id: entity.name for entity in known}
    for entity, tree, way in reading.entities.values():
        if entity.id in names:
            name = f"{entity.id} ({names[entity.id]})"
            yield f"{tree.path}:{tree.line(way)}: @{entity.id} replaces the shipped entity {name}"


def _ambiguous(reading: _Reading, known: Iterable[Entity]) -> Iterator[str]:
    """Report names that several entities bear and that no condition tells apart."""
    holders: dict[str, list[str]] = {}
    for entity in known:
        if entity.id not in reading.entities:
            for key in _unconditional(entity):
                holders.setdefault(key, []).append(entity.id)
    for entity, tree, way in reading.entities.values():
        for key, name in _unconditional(entity).items():
            for other in holders.get(key, ()):
                yield f"{tree.path}:{tree.line(way)}: {name} means @{other} and @{entity.id}"
            holders.setdefault(key, []).append(entity.id)


def _unconditional(entity: Entity) -> dict[str, str]:
    """Give the names that mean an entity wherever they stand, by what is compared of them."""
    names = {name_key(entity.name): entity.name}
    return names | {
        name_key(alias.text): alias.text for alias in entity.aliases if not alias.context
    }
