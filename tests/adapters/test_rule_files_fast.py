"""The quick YAML parser and the thorough one read the shipped files alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.adapters.files import tree

FILES = sorted((Path(__file__).parents[2] / "rules").rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES[::4], ids=lambda path: path.name)
def test_both_parsers_give_the_same_data_and_places(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = path.read_text(encoding="utf-8")
    quick = tree.read_tree(path, source)
    nodes = tree._nodes
    monkeypatch.setattr(tree, "_nodes", lambda path, source, **_: nodes(path, source, pure=True))
    thorough = tree.read_tree(path, source)
    assert quick.data == thorough.data
    assert places(quick) == places(thorough)


def places(one: tree.Tree) -> dict[tree.Key, int]:
    return {way: node.start_mark.index for way, node in one.values.items()}
