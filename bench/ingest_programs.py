"""Feed readers that are programs, for the table of `bench/ingest.py`, where they are installed.

Each gets a folder of its own. Its start, measured over one feed that has not changed, is
subtracted. CPU is that of the program and of all that it starts.

- newsboat 2.x: `newsboat -x reload`, 64 threads, conditional requests, a SQLite cache.
- sfeed: `sfeed_update`, 64 jobs, each a shell, curl and a parser in C; it asks unconditionally and
  keeps text files.
- rss2email: `r2e run --no-send`, one feed after the other (it can no other), conditional requests
  and feedparser.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

NAMES = {"newsboat": "newsboat", "sfeed": "sfeed_update", "rss2email": "r2e"}

SFEEDRC = """
sfeedpath="{folder}/feeds"
maxjobs=64
feeds() {{
{lines}
}}
"""
R2E = """[DEFAULT]
from = bench@example.com
to = bench@example.com
email-protocol = maildir
maildir-path = {folder}/mail
verbose = error
"""


def installed() -> list[str]:
    """Give the programs that are there."""
    return [name for name, command in NAMES.items() if shutil.which(command)]


def _newsboat(folder: Path, urls: Sequence[str]) -> list[str]:
    (folder / "urls").write_text("\n".join(urls) + "\n")
    (folder / "config").write_text("reload-threads 64\nauto-reload no\ndownload-timeout 30\n")
    places = ["-u", folder / "urls", "-c", folder / "cache.db", "-C", folder / "config"]
    return ["newsboat", *map(str, places), "-x", "reload"]


def _sfeed(folder: Path, urls: Sequence[str]) -> list[str]:
    lines = "\n".join(f'feed "{number}" "{url}"' for number, url in enumerate(urls))
    (folder / "sfeedrc").write_text(SFEEDRC.format(folder=folder, lines=lines))
    (folder / "feeds").mkdir(exist_ok=True)
    return ["sfeed_update", str(folder / "sfeedrc")]


def _rss2email(folder: Path, urls: Sequence[str]) -> list[str]:
    feeds = "".join(f"\n[feed.f{number}]\nurl = {url}\n" for number, url in enumerate(urls))
    (folder / "r2e.cfg").write_text(R2E.format(folder=folder) + feeds)
    places = ["-c", folder / "r2e.cfg", "-d", folder / "r2e.json"]
    return ["r2e", *map(str, places), "run", "--no-send"]


_MADE: dict[str, Callable[[Path, Sequence[str]], list[str]]] = {
    "newsboat": _newsboat,
    "sfeed": _sfeed,
    "rss2email": _rss2email,
}


def run_program(
    name: str, folder: Path, base: str, feeds: int, turn: Callable[[int], None]
) -> list[dict[str, float]] | None:
    """Run a program's four rounds; None, with a line that says why, where it fails."""
    start, full = folder / "start", folder / "full"
    start.mkdir()
    full.mkdir()
    small = _MADE[name](start, [f"{base}/{feeds}"])
    command = _MADE[name](full, [f"{base}/{number}" for number in range(feeds)])
    turn(1)
    _timed(small)  # its cache is made
    begins = _timed(small)
    results = []
    for number in range(4):
        turn(number)
        used = _timed(command)
        if used is None or begins is None:
            print(f"{name}: it failed")
            return None
        results.append({"cpu": max(used[0] - begins[0], 1e-3), "wall": used[1], "entries": 0})
    return results


def _timed(command: list[str]) -> tuple[float, float] | None:
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    after, end = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    if done.returncode:
        print(" ".join(command[:1]), done.returncode, done.stderr[-300:])
        return None
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used, end - begin
