"""The bot in a terminal: commands are typed while it runs."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.process.program import PATIENCE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.process


class Terminal:
    """A real pseudo-terminal with the program in it."""

    def __init__(self, folder: Path) -> None:
        self._own, theirs = pty.openpty()
        settings = {"PYTHONPATH": str(ROOT), "WIREWATCH_FEEDS": "sample-wire", "TERM": "xterm"}
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("WIREWATCH_", "SLACK_"))}
        self.program = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"],
            cwd=folder, env=kept | settings, stdin=theirs, stdout=theirs, stderr=theirs,
            start_new_session=True,
        )  # fmt: skip
        os.close(theirs)
        os.set_blocking(self._own, False)
        self.screen = ""

    def see(self, *words: str) -> None:
        """Read until all words stand on the screen."""
        end = time.monotonic() + PATIENCE
        while not all(word in self.screen for word in words):
            assert time.monotonic() < end, f"{words} not seen in: {self.screen[-3000:]}"
            try:
                self.screen += os.read(self._own, 65536).decode("utf-8", "replace")
            except BlockingIOError:
                time.sleep(0.05)

    def type(self, line: str) -> None:
        os.write(self._own, f"{line}\n".encode())

    def close(self) -> int:
        self.program.terminate()
        while self.program.poll() is None:
            self.screen += self._rest()
            time.sleep(0.05)
        os.close(self._own)
        return self.program.returncode

    def _rest(self) -> str:
        try:
            return os.read(self._own, 65536).decode("utf-8", "replace")
        except (BlockingIOError, OSError):
            return ""


def test_commands_typed_while_it_runs_are_answered(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.see("watching 8 feeds for 3 rules", "type /watch help")
    terminal.type("/watch list")
    terminal.see("3 rules here", "netanyahu-says: said:@netanyahu")
    terminal.type("/watch add said:@guterres as un-chief")
    terminal.see("watching un-chief: said:@guterres")
    terminal.type("/watch add (Rafah")
    terminal.see("^")
    terminal.type("/watch help query")
    terminal.see("The query language")
    terminal.type("/watch remove un-chief")
    terminal.see("removed un-chief")
    terminal.see("\x1b[", "Rafah")
    assert terminal.close() == 0
    assert "Traceback" not in terminal.screen
