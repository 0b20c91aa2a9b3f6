"""Search first, then match: the same answers as a look at every stored article."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.core.match import RuleSet
from bot.core.match.needs import Word, needs_of
from bot.core.model import PollRecord, Rule, StoredArticle, Validators
from bot.core.officials import Officials
from bot.core.query import parse
from tests.samples import FEED, NOW, make_article

if TYPE_CHECKING:
    from bot.adapters.store import Store
    from bot.core.model import Article

TEXT = """Rafah rafah’s Ráfah cease-fire ceasefire U.S. us ICC café CAFÉ Straße رفح غَزَّة نתניהו
רפיח拉法 拉法 Łódź 3.5 co-operate crossing crossings don't x7261 “quoted” İstanbul ก็ רפיח נתניהו"""
WORDS = TEXT.split()
QUERIES = (
    "Rafah", "rafah ICC", "cease-fire OR ceasefire", "cross*", '"cease fire"', "US -ICC",
    "غزة", "רפיח", "拉法", "strasse NEAR/5 cafe", "title:Rafah", "!CAFÉ", "(us OR lodz) cross*",
    "ATLEAST/2 rafah", "istanbul", "co-operate", "x7261", "ก็", "رفح*", '"3.5"', "נתניהו OR don",
)  # fmt: skip


@pytest.fixture
def store(each_store: Store) -> Store:
    return each_store


async def keep(store: Store, *found: Article) -> None:
    await store.add_feeds([FEED])
    stored = tuple(StoredArticle(article, outcome="no rule matched") for article in found)
    await store.record(PollRecord(FEED.id, NOW, Validators(), NOW, articles=stored))


async def test_searching_first_changes_no_answer(store: Store) -> None:
    rng = random.Random(3)  # noqa: S311 - a fixed sample
    found = [
        make_article(
            str(number),
            title=" ".join(rng.choices(WORDS, k=2)),
            text=" ".join(rng.choices([*WORDS, "and", "the", "of"], k=rng.randint(1, 9))),
        )
        for number in range(150)
    ]
    await keep(store, *found)
    since = NOW - timedelta(days=1)
    assert await store.count_articles(since) == len(found)
    for query in QUERIES:
        rules = RuleSet(Officials(), [Rule("r", "r", query)])
        wanted = [article.id for article in found if rules.find_matches(article)]
        needs = needs_of(parse(query), Officials())
        assert needs is not None
        searched = [stored.article async for stored in store.articles_with(needs, since)]
        assert [a.id for a in searched if rules.find_matches(a)] == wanted, query
        assert wanted, f"{query} tests nothing"
        assert len(searched) < len(found), f"{query} was not searched for"


async def test_a_changed_article_is_found_by_its_new_words(store: Store) -> None:
    article = make_article("1", title="Ferry", text="The pier is closed.")
    await keep(store, article)
    await keep(store, replace(article, text="The harbour is closed."))
    await keep(store, replace(article, text="The pier is closed."))
    await keep(store, replace(article, text="The harbour is closed."))
    since = NOW - timedelta(days=1)
    for word in ("harbour", "ferry"):
        found = [stored async for stored in store.articles_with(Word(word), since)]
        assert [stored.article.text for stored in found] == ["The harbour is closed."]


async def test_only_what_arrived_since_is_found(store: Store) -> None:
    await keep(store, make_article("1", title="Ferry", arrived=NOW - timedelta(days=3)))
    found = [s async for s in store.articles_with(Word("ferry"), NOW - timedelta(days=2))]
    assert found == []


async def test_what_is_forgotten_is_found_no_more(store: Store) -> None:
    await keep(store, make_article("1", title="Ferry", arrived=NOW - timedelta(days=30)))
    await keep(store, make_article("2", title="Ferry"))
    await store.prune(NOW - timedelta(days=7))
    found = [s async for s in store.articles_with(Word("ferry"), NOW - timedelta(days=60))]
    assert [stored.article.key for stored in found] == ["2"]
