"""What a disk still has after a power loss.

`disk.c`, preloaded into the program, writes down each change of a file and each fsync. From that
record the state after a loss is made: what was synced is there; of what was not, any part may be
missing, whole writes and single sectors, in any order (the model of Pillai et al., "All File
Systems Are Not Created Equal", OSDI 2014, and of SQLite's own crash tests,
https://www.sqlite.org/testing.html#crash_testing). A new name survives with the file's fsync or
its folder's; a rename or removal that was followed by no fsync of the folder may be undone.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

HEAD = struct.Struct("<cQQII")
SECTOR = 512


def build(folder: Path) -> Path | None:
    """Compile the library; None where there is no C compiler."""
    compiler = next((name for name in ("cc", "gcc", "clang") if shutil.which(name)), None)
    if compiler is None or not Path("/proc/self").exists():
        return None
    library = folder / "disk.so"
    source = Path(__file__).with_name("disk.c")
    subprocess.run(
        [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True
    )
    return library


class Disk:
    """The folder of a program that runs with the library.

    Args:
        folder: watched; must exist.
        beside: where the record and the switch are kept.
    """

    def __init__(self, folder: Path, beside: Path) -> None:
        self.folder, self._ops, self._mode = folder, beside / "disk.ops", beside / "disk.mode"
        self._mode.write_bytes(b" ")
        self._base: dict[str, tuple[int, bytes]] = {}
        self._from = 0
        self.dropped = 0
        """Unsynced changes that losses took, in whole or in part."""

    def environment(self) -> dict[str, str]:
        """Give the variables that the library reads."""
        return {
            "TORTURE_DIR": f"{self.folder}{os.sep}",
            "TORTURE_OPS": str(self._ops),
            "TORTURE_MODE": str(self._mode),
        }

    def refuse(self, how: str) -> None:
        """Refuse writes from now on: full, read-only, broken; "" to take them again."""
        with self._mode.open("r+b") as file:
            file.write({"full": b"F", "read-only": b"R", "broken": b"E", "": b" "}[how])

    def begin(self) -> None:
        """Take what is there now for safely on disk; to be called while nothing runs."""
        self._base = {
            str(path): (path.stat().st_ino, path.read_bytes()) for path in self.folder.rglob("*")
            if path.is_file() and not path.name.endswith(("-shm", ".lock", ".txt"))
        }  # fmt: skip
        self._from = self._ops.stat().st_size if self._ops.exists() else 0

    def lose_power(self, chance: random.Random) -> None:
        """Put the folder into a state after a loss; to be called after the program was killed."""
        model = _Model(self._base)
        data = self._ops.read_bytes()[self._from :] if self._ops.exists() else b""
        for record in _records(data):
            model.apply(*record)
        after = model.after_loss(chance)
        self.dropped += model.dropped
        for path in self.folder.rglob("*"):
            if path.is_file() and not path.name.endswith(".txt"):
                path.unlink()
        for name, content in after.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_bytes(content)
        self.begin()


def _records(data: bytes) -> list[tuple[str, int, int, bytes, bytes]]:
    found, at = [], 0
    while at + HEAD.size <= len(data):
        kind, inode, offset, first, second = HEAD.unpack_from(data, at)
        at += HEAD.size
        if at + first + second > len(data):
            break  # the process died while it wrote this down
        found.append(
            (kind.decode(), inode, offset, data[at : at + first],
             data[at + first : at + first + second])
        )  # fmt: skip
        at += first + second
    return found


@dataclass
class _File:
    durable: bytes = b""
    pending: list[tuple[str, int, bytes]] = field(default_factory=list)


class _Model:
    """Files and names, each with what is safe and what is not."""

    def __init__(self, base: dict[str, tuple[int, bytes]]) -> None:
        self._files: dict[int, _File] = {}
        self._names: dict[str, int] = {}
        self._known: dict[int, int] = {}
        for number, (path, (inode, content)) in enumerate(base.items(), 1):
            self._files[number] = _File(content)
            self._names[path] = self._known[inode] = number
        self._safe = dict(self._names)
        self._unsafe: list[tuple[str, str, int]] = []
        self.dropped = 0

    def apply(self, kind: str, inode: int, offset: int, first: bytes, second: bytes) -> None:
        """Follow one record."""
        if kind == "C":
            number = max(self._files, default=0) + 1
            self._files[number] = _File()
            self._known[inode] = number
            self._name(first.decode(), number)
        elif kind in "WT":
            self._file(inode).pending.append((kind, offset, first))
        elif kind == "S":
            file = self._file(inode)
            file.durable = _written(file.durable, file.pending)
            file.pending.clear()
            self._keep_name_of(self._known[inode])
        elif kind == "D":
            self._safe = dict(self._names)
            self._unsafe.clear()
        elif kind == "U":
            self._unsafe.append(("U", first.decode(), 0))
            self._names.pop(first.decode(), None)
        elif kind == "R":
            number = self._names.pop(first.decode())
            self._unsafe.append(("U", first.decode(), 0))
            self._name(second.decode(), number)

    def _file(self, inode: int) -> _File:
        if inode not in self._known:  # opened before the record began: cannot be
            raise ValueError(f"a change of an unknown file, inode {inode}")
        return self._files[self._known[inode]]

    def _name(self, path: str, number: int) -> None:
        self._names[path] = number
        self._unsafe.append(("N", path, number))

    def _keep_name_of(self, number: int) -> None:
        for change in [each for each in self._unsafe if each[0] == "N" and each[2] == number]:
            at, path = self._unsafe.index(change), change[1]
            self._safe[path] = number
            # What the name meant before is past: an older removal cannot come after it.
            self._unsafe[: at + 1] = [each for each in self._unsafe[:at] if each[1] != path]

    def after_loss(self, chance: random.Random) -> dict[str, bytes]:
        """Give the files by name, with some of what was not synced."""
        share = chance.choice((0.0, 0.5, 0.9))
        names = dict(self._safe)
        for kind, path, number in self._unsafe:  # names change in order, up to some moment
            if chance.random() >= max(share, 0.3):
                break
            if kind == "N":
                names[path] = number
            else:
                names.pop(path, None)
        return {
            path: self._contents(self._files[number], share, chance)
            for path, number in names.items()
        }

    def _contents(self, file: _File, share: float, chance: random.Random) -> bytes:
        survived: list[tuple[str, int, bytes]] = []
        for kind, offset, data in file.pending:
            if chance.random() < share:
                survived.append((kind, offset, data))
                continue
            self.dropped += 1
            if kind == "W" and share and chance.random() < 0.5:  # torn: some sectors only
                at = chance.randrange(0, len(data), SECTOR)
                survived.append((kind, offset, data[:at]))
        return _written(file.durable, survived)


def _written(content: bytes, changes: list[tuple[str, int, bytes]]) -> bytes:
    made = bytearray(content)
    for kind, offset, data in changes:
        if kind == "T":
            del made[offset:]
            made.extend(bytes(offset - len(made)))
            continue
        if len(made) < offset:
            made.extend(bytes(offset - len(made)))
        made[offset : offset + len(data)] = data
    return bytes(made)
