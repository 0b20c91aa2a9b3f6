"""The harness's hand on the real program: starts it through the zygote, kills it, measures it."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.crash.steps import Plan

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


def _family(pid: int) -> list[int]:
    """Give a process and all its living descendants."""
    found = [pid]
    for each in found:
        for thread in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):  # it has just ended
                found += map(int, thread.read_text().split())
    return found


def _peak(pid: int, *, files: bool = True) -> int:
    """Give the largest resident memory of a process in bytes, 0 if it ended.

    That is VmHWM of proc(5); without what is mapped of files less RssFile, as it is now.
    """
    with contextlib.suppress(OSError, KeyError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines if "kB" in line}
        return 1024 * (kilobytes["VmHWM"] - (0 if files else kilobytes["RssFile"]))
    return 0


class Zygote:
    """A process that forks the program; a context manager.

    Args:
        preload: a library put before all others in it and its children, or None.
        env: further variables of its own.
    """

    def __init__(
        self, *, preload: Path | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        kept = {
            name: value for name, value in os.environ.items()
            if not name.startswith(("WIREWATCH_", "SLACK_", "MATRIX_"))
        }  # fmt: skip
        kept |= {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", **(env or {})}
        if preload:
            kept["LD_PRELOAD"] = str(preload)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.zygote"], cwd=ROOT, env=kept, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._ended: dict[int, int] = {}
        self._changed, self._turn = threading.Condition(), threading.Lock()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._answers.get(timeout=PATIENCE)

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            answer = json.loads(line)
            if "ended" in answer:
                with self._changed:
                    self._ended[answer["ended"]] = answer["status"]
                    self._changed.notify_all()
            else:
                with self._changed:  # process ids come round again
                    self._ended.pop(answer.get("pid"), None)
                self._answers.put(answer)

    def start(self, wish: dict[str, Any]) -> int:
        """Start a child; give its process id."""
        assert self._process.stdin
        with self._turn:
            self._process.stdin.write(json.dumps(wish) + "\n")
            self._process.stdin.flush()
            return int(self._answers.get(timeout=PATIENCE)["pid"])

    def status(self, pid: int, seconds: float) -> int | None:
        """Wait for a child's end; give its wait status, or None while it lives."""
        with self._changed:
            self._changed.wait_for(lambda: pid in self._ended, timeout=seconds)
            return self._ended.get(pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._listener.join()
        assert self._process.stdout
        self._process.stdout.close()


class Program:
    """`wirewatch run` on one folder.

    Args:
        zygote: forks it.
        folder: working folder; the database is in it.
        settings: its environment.
    """

    def __init__(self, zygote: Zygote, folder: Path, settings: Mapping[str, str]) -> None:
        self.zygote, self.folder, self.settings = zygote, folder, dict(settings)
        self.output = folder / "output.txt"
        self.pid = 0
        self.peak = 0
        """Largest resident memory seen, in bytes, its children's added."""

    def start(self, plan: Plan, *arguments: str) -> None:
        """Start it."""
        assert not self.alive, "it runs already"
        wish = {
            "env": self.settings, "folder": str(self.folder), "output": str(self.output),
            "plan": plan.fields(), "arguments": list(arguments or ("run",)),
        }  # fmt: skip
        self.pid = self.zygote.start(wish)

    @property
    def alive(self) -> bool:
        return bool(self.pid) and self.zygote.status(self.pid, 0) is None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.measure()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.ended()

    def stop(self) -> int:
        """SIGTERM; give its exit code."""
        self.measure()
        os.kill(self.pid, signal.SIGTERM)
        if self.zygote.status(self.pid, PATIENCE) is None:
            for sign in (signal.SIGUSR1, signal.SIGUSR2):  # it prints where it hangs
                os.kill(self.pid, sign)
            time.sleep(1)
            self.kill()
            return -signal.SIGKILL
        return self.ended()

    def ended(self, seconds: float = PATIENCE) -> int:
        """Wait until it has ended; give its exit code, negative for a signal.

        Raises:
            TimeoutError: it lives on.
        """
        status = self.zygote.status(self.pid, seconds)
        if status is None:
            raise TimeoutError(f"still running after {seconds} s")
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def died(self, seconds: float) -> bool:
        """Wait a while for it to end by itself."""
        end = time.monotonic() + seconds
        while self.alive and time.monotonic() < end:
            self.zygote.status(self.pid, min(0.2, seconds))
        return not self.alive

    def measure(self) -> int:
        """Give the peak of its memory so far, in bytes, its children's (parsers) added.

        It is the sum of the peaks of those that live: more than was ever used at one time. What
        children map of files, the interpreter and its libraries, is the program's own already.
        """
        itself, *children = _family(self.pid)
        held = _peak(itself) + sum(_peak(pid, files=False) for pid in children)
        self.peak = max(self.peak, held)
        return self.peak

    def said(self) -> str:
        """Give all that it printed."""
        return self.output.read_text("utf-8", "replace") if self.output.exists() else ""
