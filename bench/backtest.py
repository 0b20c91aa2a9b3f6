"""How long `/watch test` takes over many stored articles, and that searching first changes nothing.

    python -m bench.backtest                     100,000 articles (some minutes to store them)
    python -m bench.backtest --articles 5000     fewer; fails, like the long run, on a wrong answer
    python -m bench.backtest --searched-only     without the look at every article, and its check

Articles are those of bench/match_data.py: 2,000 texts, each stored many times under other titles
and days, none of them analyzed. Queries are the command's; each is answered with the full-text
search and, for comparison, by a look at every article. Results go to bench/results/backtest.json.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.match_data import make_articles, make_officials, make_world
from bot.adapters.store import Store
from bot.core.command import parse_command
from bot.core.match.backtest import Trial
from bot.core.model import Feed, PollRecord, StoredArticle, Validators
from bot.jobs.answer.desk import Desk
from bot.jobs.answer.trial import answer_test
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Incoming

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.match_data import World
    from bot.core.match.needs import Needs
    from bot.core.model import Article, Page

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAYS, TEXTS, BATCH = 28, 2000, 500
RESULTS = Path(__file__).parent / "results"


class NoPages:
    """Nothing is fetched."""

    async def fetch(self, article: Article) -> Page:
        """Refuse."""
        raise AssertionError(article)


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        """Give the same time."""
        return NOW


class Everything(Trial):
    """A trial that looks at every article."""

    @property
    def needs(self) -> Needs | None:
        """Ask for no words."""
        return None


async def fill(store: Store, texts: Sequence[Article], count: int, seed: int = 5) -> None:
    """Store articles, evenly over the days, oldest first."""
    rng = random.Random(seed)
    feed = Feed("https://bench.example/feed")
    await store.add_feeds([feed])
    begin = NOW - timedelta(days=DAYS)
    for first in range(0, count, BATCH):
        articles = []
        for number in range(first, min(first + BATCH, count)):
            text, other = texts[number % len(texts)], rng.choice(texts)
            arrived = begin + timedelta(days=DAYS) * (number / count)
            articles.append(
                replace(
                    text, feed_id=feed.id, key=str(number), title=other.title, arrived=arrived,
                    url=f"https://bench.example/{number}",
                )
            )  # fmt: skip
        stored = tuple(StoredArticle(article, outcome="no rule matched") for article in articles)
        await store.record(PollRecord(feed.id, NOW, Validators(), NOW, articles=stored))


def queries(world: World, texts: Sequence[Article]) -> dict[str, str]:
    """Give queries of two terms: names and words of the articles, rare and common."""
    names = [f'"{name}"' for name in world.names[:40]]
    words = sorted({word for word in texts[0].text.split() if word.isalpha() and len(word) > 5})
    return {
        "two rare words": f"{world.words[3000]} {world.words[4000]}",
        "a name and a common word": f"{names[20]} {world.words[150]}",
        "either of two names": f"{names[10]} OR {names[30]}",
        "two words of an article": f"{words[3]} {words[-3]}",
        "two near one another": f"{world.words[400]} NEAR/8 {world.words[600]}",
    }


async def measure(count: int, *, look: bool) -> tuple[list[dict[str, Any]], int]:
    """Answer each query both ways; give the rows and how many answers were wrong."""
    world = make_world()
    texts = make_articles(world, min(TEXTS, count))
    officials = make_officials(world)
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/bench.db")
        await store.open()
        begin = time.process_time()
        await fill(store, texts, count)
        print(f"{count} articles stored in {time.process_time() - begin:.0f} s of CPU", flush=True)
        book = RuleBook(officials, [], store)
        await book.refresh()
        desk = Desk(store, book, Reader(NoPages(), book.active, officials), Still(), ("console",))
        for name, query in queries(world, texts).items():
            command = parse_command(f"test {query} {DAYS}d")
            times, answers = [], []
            for _ in range(3):
                begin, cpu = time.perf_counter(), time.process_time()
                answers.append((await answer_test(desk, Incoming("", "console"), command)).text)
                times.append((time.perf_counter() - begin, time.process_time() - cpu))
            seconds = statistics.median(wall for wall, _ in times)
            hits = int(answers[0].split(": ", 1)[1].split(" of ")[0])
            row = {
                "query": name, "hits": hits, "seconds": round(seconds, 3),
                "cpu_seconds": round(statistics.median(cpu for _, cpu in times), 3),
            }  # fmt: skip
            if look:
                plain, whole = await _by_looking(desk, query)
                wrong += plain != hits
                row |= {"every_article_seconds": round(whole, 2), "same": plain == hits}
            rows.append(row)
            print(rows[-1], flush=True)
        await store.close()
    return rows, wrong


async def _by_looking(desk: Desk, query: str) -> tuple[int, float]:
    from bot.core.model import Rule  # noqa: PLC0415

    trial = Everything(desk.book.officials, Rule("test", "test", query))
    begin = time.perf_counter()
    async for stored in desk.store.articles_since(NOW - timedelta(days=DAYS)):
        trial.look(stored.article, None)
    return trial.result.hits, time.perf_counter() - begin


def main() -> int:
    """Run, print, write; 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--searched-only", action="store_true")
    options = parser.parse_args()
    rows, wrong = asyncio.run(measure(options.articles, look=not options.searched_only))
    if options.articles >= 100_000:
        RESULTS.mkdir(exist_ok=True)
        text = json.dumps({"articles": options.articles, "rows": rows}, indent=1)
        (RESULTS / "backtest.json").write_text(text + "\n", "utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
