"""Many tenants on several workers: their rules, the feeds that all of them watch, their Slack."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter, defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from cryptography.fernet import Fernet
from prometheus_client.parser import text_string_to_metric_families

from bot.adapters.cluster.schema import make_tables
from bot.adapters.slack import Installs, Vault
from bot.adapters.slack.vault import Installation
from bot.adapters.store import Store
from bot.app.shell import SystemClock
from bot.core.model import AuditEntry, Feed, Rule
from bot.core.pacing import LIMITS
from tests.crash.news import invent
from tests.slack.apart import apart
from tests.slack.local_slack import free_port
from tests.slack.simulator import CLIENT_ID, CLIENT_SECRET, SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.slack.apart import Apart

ROOT = Path(__file__).parents[2]
WORD = "harbour"
PACE = LIMITS["slack"]
SLACK_LATE = 0.25
"""Seconds: what the way to Slack takes for one message more than for the next is not the pace."""


@dataclass(frozen=True)
class Size:
    """How much.

    Attributes:
        tenants: workspaces; each has a channel.
        rules: of each tenant; one of them matches every article.
        loud: rules of the first tenant that match every article.
        feeds: that all tenants watch.
        articles: in all feeds together.
        queues: what each program works on.
    """

    tenants: int
    rules: int
    loud: int
    feeds: int
    articles: int
    queues: tuple[str, ...]

    @property
    def matches(self) -> int:
        """Alerts that are due: of each article one for each tenant, and the loud one's."""
        return self.articles * (self.tenants - 1 + self.loud)


def team(number: int) -> str:
    return f"T{number:08d}"


def channel(number: int) -> str:
    """Name the channel; the simulator counts its channels from 1."""
    return f"C{number + 1:07d}"


# ------------------------------------------------------------------------ the feeds


class Outlets:
    """A server of feeds, each with its share of the articles; it counts how often each was read."""

    def __init__(self, size: Size) -> None:
        self.asked: Counter[int] = Counter()
        self.links: list[str] = []
        bodies: list[list[str]] = [[] for _ in range(size.feeds)]
        now = format_datetime(datetime.now(UTC))
        for number in range(size.articles):
            story, at = invent(number, WORD, seed=10), number % size.feeds
            link = f"http://outlet{at}.example/{number}"
            self.links.append(link)
            bodies[at].append(
                f"<item><title>{story.title}</title><link>{link}</link><guid>{link}</guid>"
                f"<pubDate>{now}</pubDate><description>{story.text}</description></item>"
            )
        head = '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Outlet'
        self._bodies = [
            f"{head} {at}</title>{''.join(items)}</channel></rss>".encode()
            for at, items in enumerate(bodies)
        ]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                at = int(self.path[1:])
                outer.asked[at] += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/rss+xml")
                self.send_header("Content-Length", str(len(outer._bodies[at])))
                self.end_headers()
                self.wfile.write(outer._bodies[at])

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"127.0.0.1:{self._server.server_port}"

    @contextmanager
    def serving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()


# ------------------------------------------------------------------------ the database


async def fill(url: str, size: Size, outlets: Outlets, key: str, tokens: dict[str, str]) -> None:
    """Make the tables, the feeds that all watch, everybody's rules and installs."""
    store = Store(url, shared=True)
    await store.open()
    await make_tables(store.conninfo, store.migrating())
    feeds = [
        Feed(f"http://{outlets.address}/{at}", full_text="never", origin="chat:all")
        for at in range(size.feeds)
    ]
    await store.add_feeds(feeds)
    installs = Installs(store, Vault([key]), SystemClock(), (CLIENT_ID, CLIENT_SECRET), "")
    for token, workspace in tokens.items():
        await installs.put(Installation(workspace, f"Team {workspace}", token))
    await store.close()
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        columns = "id, name, query, channels, origin, paused, tenant"
        with cursor.copy(f"COPY rules ({columns}) FROM STDIN") as copy:
            for tenant in range(size.tenants):
                place = f"{team(tenant)}/{channel(tenant)}"
                for number, query in enumerate(queries(tenant, size)):
                    target = json.dumps([f"slack:{place}"])
                    copy.write_row((f"slack:{place}/r{number}", f"r{number}", query, target,
                                    f"chat:{place}", False, f"slack:{team(tenant)}"))  # fmt: skip
        cursor.execute("UPDATE feeds SET primed = true, next_poll = '2100-01-01'")


def queries(tenant: int, size: Size) -> list[str]:
    """Give a tenant's rules: one (the first one's: some) meets every article, the others none."""
    loud = size.loud if tenant == 0 else 1
    return [WORD] * loud + [f"absent{tenant}x{at}" for at in range(size.rules - loud)]


# ------------------------------------------------------------------------ the programs


@contextmanager
def workers(folder: Path, size: Size, settings: dict[str, str]) -> Iterator[list[Worker]]:
    """Start workers and wait until they work; all must end well."""
    kept = {
        name: value for name, value in os.environ.items()
        if not name.startswith(("WIREWATCH_", "SLACK_", "MATRIX_"))
    }  # fmt: skip
    env = kept | {"PYTHONPATH": str(ROOT)} | settings
    with ExitStack() as stack:
        started = [
            Worker(stack, folder / f"worker{at}.txt", env, queues)
            for at, queues in enumerate(size.queues)
        ]
        stack.callback(lambda: [worker.process.wait(120) for worker in started])
        stack.callback(lambda: [worker.end() for worker in started])
        # Who reads the rules for the first time after a change has it, and says of no change.
        until(lambda: all("rules read" in worker.said() for worker in started), started)
        yield started
    for worker in started:
        assert worker.process.returncode == 0, worker.said()[-3000:]
        assert "Traceback" not in worker.said(), worker.said()[-3000:]


class Worker:
    """`wirewatch worker`."""

    def __init__(self, stack: ExitStack, output: Path, env: dict[str, str], queues: str) -> None:
        self.output, self.peak, self.cpu = output, 0, 0.0
        out = stack.enter_context(output.open("w"))
        self.probes = f"127.0.0.1:{free_port()}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "worker", "--queues", queues], cwd=output.parent,
            env=env | {"WIREWATCH_METRICS": self.probes},
            stdin=subprocess.DEVNULL, stdout=out, stderr=out,
        )  # fmt: skip

    def ask(self, path: str) -> str:
        """Ask its probes; an answer that is no 200 is an error."""
        with urllib.request.urlopen(f"http://{self.probes}{path}", timeout=60) as answer:
            return str(answer.read().decode())

    def count(self, metric: str, **labels: str) -> int:
        """Give a sample of its metrics, 0 where it has none."""
        found = [
            sample.value
            for family in text_string_to_metric_families(self.ask("/metrics"))
            for sample in family.samples
            if sample.name == metric and sample.labels.items() >= labels.items()
        ]
        return int(sum(found))

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def measure(self) -> None:
        """Take down its peak of memory in bytes and its seconds of CPU (proc(5))."""
        folder = Path(f"/proc/{self.process.pid}")
        for line in (folder / "status").read_text().splitlines():
            if line.startswith("VmHWM"):
                self.peak = int(line.split()[1]) * 1024
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        self.cpu = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")

    def end(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)


def until(what: Callable[[], object], started: list[Worker], seconds: float = 600) -> float:
    """Wait until something is so; give how long it took."""
    begun = time.monotonic()
    while not what():
        for worker in started:
            assert worker.process.poll() is None, worker.said()[-3000:]
        assert time.monotonic() - begun < seconds, started[0].said()[-3000:]
        time.sleep(0.1)
    return time.monotonic() - begun


# ------------------------------------------------------------------------ the run


def run(url: str, folder: Path, size: Size) -> dict[str, Any]:
    """Let all articles come at once, and everybody be told; say how it went.

    Raises:
        AssertionError: something was lost or doubled, read twice, or a channel was hurried.
    """
    key = Fernet.generate_key().decode()
    tokens = {f"xoxb-{at}": team(at) for at in range(size.tenants)}
    rooms = [(f"desk{at}", team(at)) for at in range(size.tenants)]
    outlets = Outlets(size)
    asyncio.run(fill(url, size, outlets, key, tokens))
    (folder / "rules.yaml").write_text("watches: []\n")
    (folder / "none.opml").write_text('<opml version="2.0"><head/><body></body></opml>')
    with outlets.serving(), apart(tokens, rooms, {}) as slack:
        settings = {
            "WIREWATCH_DATABASE_URL": url,
            "WIREWATCH_RULES": str(folder / "rules.yaml"),
            "WIREWATCH_FEEDS": str(folder / "none.opml"),
            "WIREWATCH_POLL_MIN_SECONDS": "3600",
            "WIREWATCH_CANARY": "false",
            "WIREWATCH_CHATS": "slack",
            "WIREWATCH_EGRESS_ALLOW": outlets.address,
            "WIREWATCH_SECRET_KEY": key,
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.base}/api/",
        }
        begun = time.monotonic()
        with (
            workers(folder, size, settings) as started,
            psycopg.connect(url, autocommit=True) as server,
        ):
            ready = time.monotonic() - begun
            changed = change_a_rule(url, started)
            for worker in started:
                worker.measure()
            before = sum(worker.cpu for worker in started)
            begun = time.monotonic()
            server.execute("UPDATE feeds SET next_poll = now()")
            count = "SELECT count(*) FROM deliveries WHERE kind = 'alert'"
            wait_for(server, count, size.matches, started)
            placed = time.monotonic() - begun
            open_ = "SELECT count(*) FROM deliveries WHERE state IN ('pending', 'sending')"
            wait_for(server, open_, 0, started)
            told = time.monotonic() - begun
            [(left,)] = server.execute("SELECT count(*) FROM deliveries WHERE state != 'delivered'")
            for worker in started:
                worker.measure()
                worker.ask("/healthz")
                worker.ask("/readyz")
            polled = [worker.count("wirewatch_polls_total", result="news") for worker in started]
            sent = [
                worker.count("wirewatch_deliveries_total", result="delivered") for worker in started
            ]
        slack.end()
    assert left == 0, "something was set aside"
    assert outlets.asked == dict.fromkeys(range(size.feeds), 1), "one poll serves all tenants"
    check_everybody(slack, size, outlets.links)
    return {
        "tenants": size.tenants,
        "rules": size.tenants * size.rules,
        "articles": size.articles,
        "matches": size.matches,
        "workers": len(size.queues),
        "polls_by_worker": polled,
        "messages_by_worker": sent,
        "ready_s": round(ready, 1),
        "rule_changed_everywhere_s": round(changed, 1),
        "all_in_the_outbox_s": round(placed, 1),
        "all_told_s": round(told, 1),
        "messages": len(slack.accepted),
        "worker_cpu_ms_a_match": round(
            (sum(worker.cpu for worker in started) - before) * 1000 / size.matches, 2
        ),
        "worker_memory_mb": round(max(worker.peak for worker in started) / 1e6),
        **tenants_of(slack, begun),
        **pace_of(slack),
    }


def wait_for(server: psycopg.Connection, query: str, count: int, started: list[Worker]) -> None:
    def so() -> bool:
        return server.execute(query.encode()).fetchone() == (count,)

    until(so, started)


def change_a_rule(url: str, started: list[Worker]) -> float:
    """Add a rule as another program does; give the seconds until all have it."""

    async def change() -> None:
        store = Store(url, shared=True)
        await store.open()
        where = f"{team(1)}/{channel(1)}"
        rule = Rule(f"slack:{where}/new", "new", "zither", (f"slack:{where}",), f"chat:{where}")
        await store.put_rule(rule, AuditEntry(datetime.now(UTC), "ida", "added new"))
        await store.close()

    asyncio.run(change())
    return until(lambda: all("rules changed" in worker.said() for worker in started), started)


def check_everybody(slack: Apart, size: Size, links: list[str]) -> None:
    """Every tenant was told of every article once; the loud one once for each of its rules."""
    told: Counter[tuple[str, str]] = Counter()
    for message in slack.accepted:
        for link in re.findall(r"http://outlet\d+\.example/\d+", json.dumps(message["blocks"])):
            told[message["channel"], link] += 1
    quiet = {(channel(at), link) for at in range(1, size.tenants) for link in links}
    missing = [pair for pair in quiet if not told[pair]]
    assert not missing, f"{len(missing)} lost, {missing[:3]}"
    assert all(told[channel(0), link] for link in links)
    alerts = [message for message in slack.accepted if message["channel"] != channel(0)]
    singles = Counter(
        (message["channel"], _of_one(message)) for message in alerts if _of_one(message)
    )
    assert not singles or max(singles.values()) == 1, singles.most_common(3)


def _of_one(message: dict[str, Any]) -> str:
    """Give the link of a message about one article, "" for those that gather several."""
    links = set(re.findall(r"http://outlet\d+\.example/\d+", json.dumps(message["blocks"])))
    return links.pop() if len(links) == 1 else ""


def tenants_of(slack: Apart, begun: float) -> dict[str, float]:
    """Say when tenants were told their first and their last, seconds from the beginning."""
    by_channel: dict[str, list[float]] = defaultdict(list)
    for when, where in slack.when:
        by_channel[where].append(when - begun)
    loud = by_channel.pop(channel(0))
    all_heard = max(times[0] for times in by_channel.values())
    return {
        "loud_messages_before_all_heard": sum(at < all_heard for at in loud),
        "quiet_first_s": round(all_heard, 1),
        "quiet_last_s": round(max(times[-1] for times in by_channel.values()), 1),
        "quiet_messages": max(len(times) for times in by_channel.values()),
        "loud_last_s": round(loud[-1], 1),
        "loud_messages": len(loud),
    }


def pace_of(slack: Apart) -> dict[str, Any]:
    """Say how often a message followed another of its channel sooner than Slack wants."""
    gaps: list[float] = []
    last: dict[str, float] = {}
    for when, where in slack.when:
        if where in last:
            gaps.append(when - last[where])
        last[where] = when
    return {
        "hurried": sum(gap < PACE.channel - SLACK_LATE for gap in gaps),
        "shortest_gap_s": round(min(gaps), 2) if gaps else None,
    }
