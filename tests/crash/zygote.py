"""Starts the real program again and again, quickly: a process that has imported it and forks.

It reads one JSON object a line: `{"start": {"env", "folder", "output", "plan"}}`, and writes
`{"pid"}` for each start and `{"ended": pid, "status"}` when a child has ended. The child runs the
command line's own `main()` with `run`, after the wrappers of `steps` are in.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import json
import os
import selectors
import signal
import sys
import traceback
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any


def main() -> None:
    """Serve until the input ends."""
    _import_everything()
    wake, awake = os.pipe()
    os.set_blocking(awake, False)
    signal.set_wakeup_fd(awake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.collect()
    gc.freeze()  # or each child's collections would copy all that was imported
    _tell({"ready": os.getpid()})
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fd == wake:
                    os.read(wake, 4096)
                    _reap()
                elif line := sys.stdin.readline():
                    _start(json.loads(line))
                else:
                    return


def _tell(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        _tell({"ended": pid, "status": status})


def _start(wish: dict[str, Any]) -> None:
    _warm(wish["env"].get("WIREWATCH_RULES", ""))
    pid = os.fork()
    if pid:
        _tell({"pid": pid})
        return
    try:
        _become(wish)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)
    except BaseException:  # noqa: BLE001 -- nothing of the parent's may run in the child
        traceback.print_exc()
        os._exit(70)
    os._exit(0)


def _become(wish: dict[str, Any]) -> None:
    """Be the program."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(wish["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    faulthandler.register(signal.SIGUSR1)  # a program that hangs can be asked where
    signal.signal(signal.SIGUSR2, _print_tasks)
    os.chdir(wish["folder"])
    os.environ.update(wish["env"])
    sys.argv = ["wirewatch", *wish.get("arguments", ["run"])]

    from bot import cli
    from tests.crash.steps import Plan, install

    install(Plan(**wish["plan"]))
    cli.main()
    sys.stdout.flush()


def _print_tasks(*_: object) -> None:
    """Print where each task of the event loop waits."""
    for task in list(asyncio.tasks._all_tasks):
        task.print_stack()


# ------------------------------------------------------------------------ before the fork


def _import_everything() -> None:
    """Load what a run would load, so that a child need not."""
    import bot.adapters.feeds
    import bot.adapters.matrix.chat
    import bot.adapters.reading
    import bot.adapters.slack.chat
    import bot.app.cluster.house
    import bot.app.running
    import bot.cli
    from bot.adapters.reading import read_page
    from bot.core.feed import parse_feed
    from bot.core.model import Feed

    # What is loaded at the first use is loaded now: languages, encodings, the page reader.
    words = "The ferry will not sail before the keeper of the lamp has counted the boats. " * 5
    entry = f"<item><title>A ferry</title><description>{words}</description></item>"
    rss = f"<rss version='2.0'><channel><title>x</title>{entry}</channel></rss>"
    parse_feed(
        rss.encode(), feed=Feed("http://a.example/"), url="http://a.example/", content_type="",
        now=datetime.now(UTC), known=(),
    )  # fmt: skip
    page = f"<html><body><article><h1>A ferry</h1><p>{words}</p></article></body></html>"
    read_page(page.encode(), "text/html", "http://a.example/")
    bot.app.running.load_knowledge = bot.app.cluster.house.load_knowledge = _knowledge


@cache
def _read(paths: tuple[Path, ...], _stamp: tuple[int, ...]) -> Any:
    from bot.app.knowledge import load_knowledge

    return load_knowledge(paths)


def _knowledge(paths: tuple[Path, ...], **_: object) -> Any:
    """Read rule files once for all children, as long as they do not change."""
    return _read(paths, tuple(path.stat().st_mtime_ns for path in paths))


def _warm(rules: str) -> None:
    from bot.core.quotes import find_quotes

    if rules:
        known = _knowledge((Path(rules),))
        find_quotes("“So it is,” said Ann Lee.", title="", officials=known.officials,
                    when=datetime.now(UTC).date(), lang="en")  # fmt: skip


if __name__ == "__main__":
    main()
