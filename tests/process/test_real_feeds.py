"""Real and malformed feeds through the whole program: HTTP, scheduler, rules, store, console."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import pytest

from tests.process.expected import query
from tests.process.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.process
EVERY = 15
"""Of 2,297 files each fifteenth is polled: 154 from all the projects they come from."""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        return


@contextmanager
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def opml(urls: list[str]) -> str:
    lines = [f'<outline type="rss" text="x" xmlUrl={quoteattr(url)}/>' for url in urls]
    return f'<opml version="2.0"><body>{"".join(lines)}</body></opml>'


def test_no_feed_takes_the_bot_down(tmp_path: Path, shared: Path) -> None:
    manifest = (shared / "feeds" / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    chosen = [json.loads(line) for line in manifest][::EVERY]
    files = [one["file"] for one in chosen]
    assert len(files) >= 100
    rules = tmp_path / "rules.yaml"
    rules.write_text("watches:\n  - {name: all, query: the OR a OR test, channels: [console]}\n")
    with served(shared / "feeds") as place:
        urls = [f"http://{place}/{quote(file)}" for file in files]
        (tmp_path / "feeds.opml").write_text(opml(urls), encoding="utf-8")
        program = Program(
            tmp_path,
            WIREWATCH_FEEDS="feeds.opml",
            WIREWATCH_RULES=str(rules),
            WIREWATCH_PRIME="false",
            WIREWATCH_EGRESS_ALLOW=place,
        )
        done = program.call("run", "--once")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    states = query(program, "SELECT url, error, last_success FROM feeds")
    assert {url for url, _, _ in states} == set(urls)
    neither = [url for url, error, success in states if not error and not success]
    assert not neither, "each feed was read, or has a reason why not"
    read = [url for url, _, success in states if success]
    assert len(read) >= 0.7 * len(urls)
    # feedparser's own count of entries; some files list one entry twice.
    listed = sum(one["entries"] for one in chosen)
    assert query(program, "SELECT count(*) FROM articles")[0][0] >= 0.9 * listed
    assert len(program.alerts()) >= 20
    assert query(program, "SELECT count(*) FROM deliveries WHERE state != 'delivered'") == [(0,)]
