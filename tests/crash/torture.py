"""`make torture`: every block of the delivery guarantee, as often as is wanted.

python -m tests.crash.torture                        all blocks, full counts
python -m tests.crash.torture --block kill --count 200
python -m tests.crash.torture --profile ci           the counts of the test suite
python -m tests.crash.torture --add --seed 2         more runs, added to those in the results
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import queue
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.crash.disk import Disk, build
from tests.crash.program import Zygote
from tests.crash.results import Result
from tests.crash.table import BLOCKS, ON_THE_BAD_DISK, Block, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

RESULTS = Path(__file__).parents[2] / "bench" / "results" / "torture.json"


@contextlib.contextmanager
def places(folder: Path, jobs: int, *, bad_disks: bool) -> Iterator[queue.Queue[Place]]:
    """Make a place for each worker; with a bad disk only where a block asks for one."""
    with contextlib.ExitStack() as stack:
        free: queue.Queue[Place] = queue.Queue()
        library = build(folder) if bad_disks else None
        for at in range(jobs):
            beside = folder / f"disk{at}"
            (beside / "watched").mkdir(parents=True)
            disk = Disk(beside / "watched", beside) if library else None
            bad = None
            if disk:
                bad = stack.enter_context(Zygote(preload=library, env=disk.environment()))
            free.put(Place(stack.enter_context(Zygote()), bad, disk))
        yield free


def main() -> int:
    """Run what the arguments ask for; 1 when the promise was broken."""
    asked = _arguments()
    chosen = [block for block in BLOCKS if not asked.block or block.name in asked.block]
    console = Console()
    folder = Path(tempfile.mkdtemp(prefix="torture-", dir=asked.folder))
    found: dict[str, Result] = {}
    bad_disks = any(block.name in ON_THE_BAD_DISK for block in chosen)
    with places(folder, asked.jobs, bad_disks=bad_disks) as free, _progress(console) as progress:
        for block in chosen:
            count = asked.count or (block.ci if asked.profile == "ci" else block.full)
            if count:
                known = _known(asked.output, block) if asked.add else Result(block.name)
                found[block.name] = _run(block, count, known, free, folder, asked, progress)
    _print_table(console, found)
    good = all(result.good for result in found.values())
    if good and not asked.keep:
        shutil.rmtree(folder)
    return 0 if good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--block", action="append", choices=[block.name for block in BLOCKS])
    parser.add_argument("--count", type=int, help="runs of each block (default: the profile's)")
    parser.add_argument("--profile", choices=("ci", "full"), default="full")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=RESULTS)
    parser.add_argument("--add", action="store_true", help="add to the runs in the output")
    parser.add_argument("--folder", default=None, help="where the runs keep their files")
    parser.add_argument("--keep", action="store_true", help="keep the files of good runs too")
    return parser.parse_args()


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<15}"), BarColumn(), MofNCompleteColumn(),
        TimeElapsedColumn(), TextColumn("{task.fields[state]}"), console=console,
    )  # fmt: skip


def _run(
    block: Block,
    count: int,
    total: Result,
    free: queue.Queue[Place],
    folder: Path,
    asked: argparse.Namespace,
    progress: Progress,
) -> Result:
    """Run a block's sessions side by side; what is done is saved, even if the rest is not."""
    sizes: list[int] = []
    while sum(sizes) < count:
        sizes.append(min(block.session, count - sum(sizes)))
    task = progress.add_task(block.name, total=count, state="")
    turn = threading.Lock()

    def session(at: int, size: int) -> tuple[int, Result]:
        place = free.get()
        try:
            where = folder / f"{block.name}-{at}"
            where.mkdir()
            result = block.run(place, where, size, asked.seed * 1_000 + at)
            if result.good and not asked.keep:
                shutil.rmtree(where, ignore_errors=True)
        except Exception:  # noqa: BLE001 -- one broken session must not cost the others
            result = Result(block.name, broken=[traceback.format_exc()])
        finally:
            free.put(place)
        return size, result

    with ThreadPoolExecutor(free.qsize()) as pool:
        for done in as_completed([pool.submit(session, *each) for each in enumerate(sizes)]):
            size, result = done.result()
            with turn:
                total.add(result)
                _save(asked.output, block, total)
                state = "" if total.good else "[red]broken"
                progress.update(task, advance=size, state=state)
                if not progress.console.is_terminal:
                    sys.stdout.write(f"{block.name}: {total.runs} runs {state}\n")
                    sys.stdout.flush()
                if not result.good:
                    progress.console.print(result.story(), markup=False)
    return total


def _saved(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


def _known(path: Path, block: Block) -> Result:
    """Read a block's figures of earlier runs."""
    blocks = _saved(path).get("blocks", {})
    return Result.read(blocks[block.name]) if block.name in blocks else Result(block.name)


def _save(path: Path, block: Block, result: Result) -> None:
    """Put a block's figures into the results; other blocks' stay."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = _saved(path)
    blocks = known.get("blocks", {})
    blocks[block.name] = {
        "full": block.full,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        **result.fields(),
    }
    machine = {
        "system": platform.platform(), "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version, "processors": os.cpu_count(),
    }  # fmt: skip
    known |= {"machine": machine, "blocks": blocks}
    text = json.dumps(known, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", "utf-8")


def _print_table(console: Console, found: dict[str, Result]) -> None:
    names = ("lost", "doubled", "wrong channel", "out of order", "marked repeats")
    table = Table("block", "runs", "alerts", *names, "drained s", "peak MB", "")
    for name, result in found.items():
        table.add_row(
            name, f"{result.runs:,}", f"{result.found['expected']:,}",
            *(str(result.found[each]) for each in names),
            f"{result.drained:.1f}", f"{result.peak / 1e6:.0f}",
            "[green]kept" if result.good else "[red]BROKEN",
        )  # fmt: skip
    console.print(table)


if __name__ == "__main__":
    began = time.monotonic()
    code = main()
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    sys.exit(code)
