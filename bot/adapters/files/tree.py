"""YAML as plain data that remembers where everything stood."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Key = tuple[str | int, ...]
"""The way to a value: keys and list indexes from the top."""

_DEEPEST = 20
"""Levels of a document; rule files have five."""
_ESCAPES = {"x": 3, "u": 5, "U": 9}


@dataclass(slots=True)
class Tree:
    """A document.

    Attributes:
        path: the file.
        source: its text.
        data: dicts, lists, strings, numbers, booleans and None; dates stay strings.
        values: where each value starts, by its way.
        keys: where each key starts, by the way to its value.
    """

    path: Path
    source: str
    data: Any = None
    values: dict[Key, Node] = field(default_factory=dict)
    keys: dict[Key, Node] = field(default_factory=dict)

    def fault(self, way: Key, reason: str, *, key: bool = False, offset: int = 0) -> FileError:
        """Word a fault at a value, at a key, or at an offset within a string value."""
        node = self.keys.get(way) if key else None
        while node is None and way not in self.values and way:
            way = way[:-1]
        node = node or self.values.get(way)
        if node is None:
            return FileError(self.path, reason, line=1, column=1)
        if offset and isinstance(node, ScalarNode):
            return FileError(self.path, reason, **self._place(self._offset(node, offset)))
        at = node.start_mark.index
        if not key and isinstance(node, ScalarNode):
            at = self._offset(node, 0)
        return FileError(self.path, reason, **self._place(at))

    def line(self, way: Key) -> int:
        """Give the 1-based line of a value."""
        return int(self.values[way].start_mark.line) + 1

    def _place(self, at: int) -> dict[str, int]:
        before = self.source[:at]
        return {"line": before.count("\n") + 1, "column": at - (before.rfind("\n") + 1) + 1}

    def _offset(self, node: ScalarNode, offset: int) -> int:
        """Find where a character of a string stands in the file, however it is quoted or folded.

        White space is folded and indented, all else stands in the file in the same order.
        """
        wanted = sum(not char.isspace() for char in node.value[:offset])
        letters = list(self._letters(node))
        if not letters:
            return int(node.start_mark.index)
        inside = offset < len(node.value) and not node.value[offset].isspace()
        if wanted < len(letters) and (inside or wanted == 0):
            return letters[wanted]
        return letters[min(wanted, len(letters)) - 1] + 1

    def _letters(self, node: ScalarNode) -> Iterator[int]:
        at, end = node.start_mark.index, node.end_mark.index
        if node.style in ("|", ">"):
            at = self.source.find("\n", at) + 1
        elif node.style in ("'", '"'):
            at, end = at + 1, end - 1
        while at < end:
            char, step = self.source[at], 1
            if node.style == '"' and char == "\\":
                code = self.source[at + 1]
                step = 1 + _ESCAPES.get(code, 1)
                if code not in "\n nrt":
                    yield at
            elif not char.isspace():
                yield at
                step = 2 if node.style == "'" and char == "'" else 1
            at += step


def read_tree(path: Path, source: str) -> Tree:
    """Read YAML 1.2.

    Raises:
        FileError: it is no YAML, a key stands twice, it is nested absurdly deep, or it uses
            aliases (`*name`), which can make a small file huge.
    """
    tree = Tree(path, source)
    try:
        node = _composed(path, source)
    except MarkedYAMLError as error:
        words = " ".join(part for part in (error.context, error.problem) if part)
        raise _at(path, error.problem_mark or error.context_mark, f"no YAML: {words}") from None
    except YAMLError as error:
        raise FileError(path, f"no YAML: {str(error).splitlines()[0]}") from None
    if node is not None:
        tree.data = _plain(tree, node, ())
    return tree


def _composed(path: Path, source: str) -> Node | None:
    """Parse with libyaml; what it does not take is parsed again in Python.

    The C parser reads the shipped officials in a tenth of the time; the Python one knows YAML 1.2
    better (`{at: 12:30}`) and words its faults better.
    """
    try:
        return _nodes(path, source, pure=False)
    except YAMLError:
        return _nodes(path, source, pure=True)


def _nodes(path: Path, source: str, *, pure: bool) -> Node | None:
    depth = 0
    for event in YAML(typ="safe", pure=pure).parse(source):
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > _DEEPEST:
            raise _at(path, event.start_mark, "nested too deep for a rule file")
        if isinstance(event, AliasEvent):
            raise _at(path, event.start_mark, "YAML aliases (*name) cannot be used here")
    node: Node | None = YAML(typ="safe", pure=pure).compose(source)
    return node


def _at(path: Path, mark: Any, reason: str) -> FileError:  # noqa: ANN401 - ruamel's marks
    if mark is None:
        return FileError(path, reason)
    return FileError(path, reason, line=mark.line + 1, column=mark.column + 1)


def _plain(tree: Tree, node: Node, way: Key) -> Any:  # noqa: ANN401 - any YAML
    tree.values[way] = node
    if isinstance(node, MappingNode):
        return _mapping(tree, node, way)
    if isinstance(node, SequenceNode):
        return [_plain(tree, child, (*way, at)) for at, child in enumerate(node.value)]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _mapping(tree: Tree, node: MappingNode, way: Key) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, ScalarNode):
            raise _at(tree.path, key.start_mark, "a key must be a word")
        if key.value in data:
            first = tree.keys[(*way, key.value)].start_mark.line + 1
            reason = f"the key {key.value} stands here a second time (first in line {first})"
            raise _at(tree.path, key.start_mark, reason)
        tree.keys[(*way, key.value)] = key
        data[key.value] = _plain(tree, value, (*way, key.value))
    return data


def _scalar(node: ScalarNode) -> Any:  # noqa: ANN401 - any scalar
    kind = str(node.tag).rpartition(":")[2]
    text = node.value
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("true", "yes", "on")
    if kind in ("int", "float"):
        try:
            return int(text) if kind == "int" else float(text)
        except ValueError:
            return 0
    return text
