"""The real program as a process, on a folder of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0


class Program:
    """Starts `wirewatch` and reads what it leaves behind.

    Args:
        folder: its working folder; settings come from `settings` alone.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.log = folder / "console.jsonl"
        self.settings = {"WIREWATCH_CONSOLE_JSON": str(self.log)} | settings
        self._running: subprocess.Popen[str] | None = None

    def _start(self, *arguments: str) -> subprocess.Popen[str]:
        kept = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("WIREWATCH_", "SLACK_", "MATRIX_"))
        }  # fmt: skip
        path = os.pathsep.join([str(ROOT), kept.get("PYTHONPATH", "")])
        return subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": path} | self.settings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def call(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self._start(*arguments)
        out, err = process.communicate(given, timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def start(self, *arguments: str, command: str = "run") -> None:
        """Start `wirewatch run`, or another command, and leave it running."""
        self._running = self._start(command, *arguments)
        assert self._running.stdin
        self._running.stdin.close()

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self, sign: int = signal.SIGTERM) -> tuple[int, float, str, str]:
        """Ask it to stop; give exit code, seconds it took, output and error output."""
        return self._end(sign)

    def _end(self, sign: int) -> tuple[int, float, str, str]:
        assert self._running
        began = time.monotonic()
        self._running.send_signal(sign)
        self._running.stdin = None
        out, err = self._running.communicate(timeout=PATIENCE)
        code, self._running = self._running.returncode, None
        return code, time.monotonic() - began, out, err

    def alerts(self) -> list[dict[str, Any]]:
        """Give the console's log; a line that is being written is left out."""
        if not self.log.exists():
            return []
        whole = self.log.read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in whole]

    def wait_for(self, count: int) -> None:
        """Wait until the console's log has so many alerts."""
        end = time.monotonic() + PATIENCE
        while len(self.alerts()) < count:
            assert time.monotonic() < end, f"{len(self.alerts())} of {count} alerts came"
            assert self._running
            assert self._running.poll() is None, self._running.communicate()
            time.sleep(0.05)
