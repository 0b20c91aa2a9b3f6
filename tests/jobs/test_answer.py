"""Commands answered on a real store, with the real core."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Literal

import pytest

from bot.adapters.chart import draw
from bot.adapters.files import load_rules
from bot.core.command import parse_command
from bot.core.model import Entity, Match, Office, PollRecord, Quote, Rule, StoredArticle, Validators
from bot.core.officials import Officials
from bot.jobs.answer import answer
from bot.jobs.answer.desk import Desk
from bot.jobs.answer.ledger import export_said
from bot.jobs.reading import Reader
from bot.jobs.rulebook import RuleBook
from bot.ports import Incoming, Page, Reply
from tests.samples import FEED, NOW, make_article, make_delivery

if TYPE_CHECKING:
    from pathlib import Path

    from bot.adapters.store import Store
    from bot.core.model import Article
    from tests.conftest import TurnedClock

HOLM = Entity("holm", "Ida Holm", gender="female", offices=(Office("mayor", "Orrin"),))
FROM_FILE = Rule("ferries", "ferries", "ferry", ("console",), "rules/mine.yaml:2")


class NoPages:
    async def fetch(self, _article: Article) -> Page:
        raise AssertionError("answers fetch nothing")


class Room:
    """A console in which commands are typed."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def type(self, text: str, *, may_change: bool = True, chat: str = "console") -> Reply:
        return await answer(self.desk, Incoming(text, chat, who="ida", may_change=may_change))


@pytest.fixture
async def room(store: Store, clock: TurnedClock) -> Room:
    officials = Officials([HOLM])
    book = RuleBook(officials, [FROM_FILE], store)
    await book.refresh()
    reader = Reader(NoPages(), book.active, officials)
    return Room(Desk(store, book, reader, clock, ("console",)))


async def fill(store: Store, *articles: Article) -> None:
    await store.add_feeds([FEED])
    stored = tuple(StoredArticle(article, outcome="no rule matched") for article in articles)
    record = PollRecord(FEED.id, NOW, Validators(), NOW, seen=articles, articles=stored)
    await store.record(record)


async def test_a_rule_is_added_listed_and_removed(room: Room) -> None:
    added = await room.type("add Rafah ceasefire as truce")
    assert added == Reply("watching truce: Rafah ceasefire", public=True)
    listed = await room.type("list")
    assert "2 rules here" in listed.text
    assert "truce: Rafah ceasefire" in listed.text
    assert not listed.public
    assert room.desk.book.active.rule("console/truce") is not None
    assert (await room.type("remove truce")).text == "removed truce: Rafah ceasefire"
    assert room.desk.book.active.rule("console/truce") is None
    audit = (await room.type("audit")).text
    assert "ida: add truce in console" in audit
    assert "ida: remove truce in console (Rafah ceasefire -> )" in audit


async def test_a_rule_without_a_name_gets_one_of_its_words(room: Room) -> None:
    assert (await room.type('add "Security Council" AND Rafah')).text.startswith(
        "watching security-council-rafah:"
    )
    assert "security-council-rafah-2" in (await room.type('add "Security Council" Rafah')).text


async def test_a_bad_query_shows_the_place_and_changes_nothing(room: Room) -> None:
    reply = await room.type("add said:@hulm(deal)")
    assert not reply.ok
    assert not reply.public
    assert reply.text.startswith("line 1, column 6: unknown entity @hulm: did you mean @holm?")
    line, caret = reply.text.splitlines()[-2:]
    assert line[caret.index("^") :].startswith("@hulm")
    assert "1 rule here" in (await room.type("list")).text


async def test_a_files_rule_is_paused_but_not_changed_from_a_chat(room: Room) -> None:
    for command in ("remove ferries", "edit ferries boat", "rename ferries boats"):
        reply = await room.type(command)
        assert not reply.ok
        assert "rules/mine.yaml:2" in reply.text
    assert (await room.type("pause ferries")).public
    assert room.desk.book.active.rule("ferries") is None
    assert "ferries (paused)" in (await room.type("list")).text
    await room.desk.book.refresh()
    assert room.desk.book.active.rule("ferries") is None
    await room.type("resume ferries")
    assert room.desk.book.active.rule("ferries") == FROM_FILE


async def test_edit_and_rename_keep_the_rules_identity(room: Room) -> None:
    await room.type("add Rafah as truce")
    edited = await room.type("edit truce Rafah OR Gaza")
    assert edited.text == (
        "truce now watches for: Rafah OR Gaza\n  before: Rafah\n"
        "  over 7 days: gains 0, loses 0 articles"
    )
    assert (await room.type("rename truce gaza")).text == "truce is now called gaza"
    rule = room.desk.book.active.rule("console/truce")
    assert rule is not None
    assert (rule.name, rule.query) == ("gaza", "Rafah OR Gaza")
    assert not (await room.type("rename gaza ferries")).ok


async def test_people_who_may_only_look_change_nothing(room: Room) -> None:
    for command in ("add x", "pause ferries", "feed add http://x.example", "remove ferries"):
        reply = await room.type(command, may_change=False)
        assert not reply.ok
        assert "not change" in reply.text
    assert (await room.type("list", may_change=False)).ok
    assert room.desk.book.active.rule("ferries") is not None


async def test_rules_of_one_channel_are_not_those_of_another(room: Room) -> None:
    await room.type("add Rafah as truce", chat="slack")
    assert "truce" not in (await room.type("list")).text
    assert not (await room.type("remove truce")).ok
    assert "truce" in (await room.type("list", chat="slack")).text


async def test_a_query_is_tried_over_stored_articles(room: Room, store: Store) -> None:
    old = make_article("3", title="Old ferry", arrived=NOW - timedelta(days=9))
    await fill(store, make_article("1"), make_article("2", title="Snow", text="Snow."), old)
    reply = await room.type("test ferry 7d")
    assert "1 of 2 stored articles of 7 days" in reply.text
    assert "The Harbour Times: [Ferry] 1 stays in port  (ferry)" in reply.text
    assert "2 of 3" in (await room.type("test ferry 2w")).text
    assert "1 of 2" in (await room.type("test said:@holm")).text
    assert "by clause" in (await room.type("test ferry OR snow")).text


async def test_hits_of_one_story_are_one_alert(room: Room, store: Store) -> None:
    """The forecast counts stories, not reprints."""
    text = "The ferry stays in port. " + " ".join(
        f"Word{n} of the harbour report." for n in range(40)
    )
    await fill(
        store,
        make_article("1", title="Ferry stays in port", text=text),
        make_article("2", title="Ferry stays in port", text=text),
    )
    reply = (await room.type("test ferry 7d")).text
    assert "2 of 2 stored articles" in reply
    assert "2.0 a day, 1.0 alerts a day (stored since 30 Apr)" in reply


async def test_a_forecast_is_over_the_days_that_are_stored(room: Room, store: Store) -> None:
    """Two hits of a bot's first day are not a thirtieth of what will come."""
    await fill(store, make_article("1"), make_article("2"))
    for span in ("30d", "7d", "2h"):
        assert "\n  2.0 a day" in (await room.type(f"test ferry {span}")).text
    await fill(store, make_article("3", arrived=NOW - timedelta(days=4)))
    assert "\n  0.8 a day, 0.8 alerts a day (stored since" in (await room.type("test ferry")).text
    await fill(store, make_article("4", arrived=NOW - timedelta(days=9)))
    reply = (await room.type("test ferry")).text
    assert "\n  0.4 a day" in reply
    assert "stored since" not in reply


async def test_an_edit_is_tried_before_it_is_made(room: Room, store: Store) -> None:
    await fill(store, make_article("1"), make_article("2", title="Snow", text="Snow falls."))
    reply = (await room.type("test ferries: snow")).text
    assert reply.splitlines()[0] == "snow: 1 of 2 stored articles of 7 days"
    assert "gained over ferry: 1\n" in reply
    assert "The Harbour Times: Snow" in reply
    assert "lost: 1\n" in reply
    assert "Ferry 1 stays in port" in reply
    assert room.desk.book.active.rule("ferries") == FROM_FILE, "nothing is saved"
    await room.type("add ferry as boats")
    edited = await room.type("edit boats snow OR ferry")
    assert "over 7 days: gains 1, loses 0 articles" in edited.text


async def test_a_hit_in_the_text_is_shown_with_what_stands_around_it(
    room: Room, store: Store
) -> None:
    text = (
        "A long first sentence that says little. The pier near the old lighthouse was closed by the"
        " mayor on Monday."
    )
    await fill(store, make_article("1", title="News", text=text))
    reply = (await room.type("test lighthouse")).text
    assert "… says little. The pier near the old [lighthouse] was closed by the mayor on" in reply


async def test_a_hit_in_the_title_is_marked_there(room: Room, store: Store) -> None:
    await fill(store, make_article("1", title="Ferry stays; port empty", text="Nothing."))
    reply = (await room.type("test ferry port")).text
    assert "The Harbour Times: [Ferry] stays; [port] empty  (ferry, port)" in reply


async def test_quotes_are_found_in_articles_that_no_rule_met(room: Room, store: Store) -> None:
    await fill(store, make_article("1"))
    reply = await room.type("quotes @holm")
    assert "Ida Holm: 1 quote" in reply.text
    assert "“We will wait,”" in reply.text
    assert "Ida Holm, mayor of Orrin · The Harbour Times · 2024-04-30 12:00 UTC" in reply.text
    assert "Ida Holm: 1 quote" in (await room.type("quotes @holm wait")).text
    assert "no quotes" in (await room.type("quotes @holm snow")).text
    assert "did you mean @holm" in (await room.type("quotes @holn")).text


async def test_explain_says_where_an_article_stopped(room: Room, store: Store) -> None:
    article = make_article("1")
    await fill(store, article)
    reply = await room.type(f"explain {article.url}")
    assert "outcome: no rule matched" in reply.text
    assert "fetched: by The Harbour Times" in reply.text
    assert "not matched then: ferries; it would match now" in reply.text
    await room.type("add ferry said:@holm(snow) as snow")
    again = await room.type(f"explain {article.url}")
    assert "not matched: snow, for want of said:@holm(snow)" in again.text
    assert not (await room.type("explain http://x.example/none")).ok


async def test_explain_shows_what_met_a_rule(room: Room, store: Store) -> None:
    """Clauses, words, names and the quote, from stored facts alone."""
    text = "“The ferry stays in port,” Ida Holm said. Holm spoke on Monday."
    article = make_article("1", title="Ferry stays", text=text)
    quote = Quote(0, 25, ((1, 24),), speaker="Ida Holm", entity="holm", cue="said")
    await room.type("add said:@holm(port) as port")
    match = room.desk.book.active.find_matches(article, [quote])
    stored = StoredArticle(article, (quote,), tuple(match), analyzed=True, outcome="alerted")
    await store.add_feeds([FEED])
    await store.record(
        PollRecord(FEED.id, NOW, Validators(), NOW, seen=(article,), articles=(stored,))
    )
    lines = (await room.type(f"explain {article.url}")).text.splitlines()
    at = lines.index("  matched: port by said:@holm(port)")
    assert lines[at + 1 : at + 4] == [
        "    words: port",
        "    named: @holm as Ida Holm",
        "    said by Ida Holm (@holm): “The ferry stays in port”",
    ]
    stages = ("fetched", "parsed", "new", "read", "quotes", "matched", "routed")
    found = [line.split(":")[0].strip() for line in lines]
    assert [stage for stage in found if stage in stages] == [
        *stages[:5], "matched", "matched", "routed"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "link",
    [
        "https://harbour.example/news/1",
        "http://harbour.example/news/1?utm_source=mail&utm_medium=x",
        "http://harbour.example/news/1/#top",
        "https://www.harbour.example/news/1",
        "harbour.example/news/1",
        "<http://harbour.example/news/1>",
    ],
)
async def test_explain_knows_a_page_by_any_of_its_addresses(
    room: Room, store: Store, link: str
) -> None:
    others = [make_article(key, url=f"http://harbour.example/news/{key}") for key in ("12", "2")]
    await fill(store, make_article("1", url="http://harbour.example/news/1?ref=rss"), *others)
    reply = await room.type(f"explain {link}")
    assert reply.ok
    assert reply.text.count("fetched:") == 1
    assert reply.text.startswith("Ferry 1 stays in port")
    assert not (await room.type("explain http://harbour.example/news/1?id=7")).ok


async def test_explain_says_of_how_many_rules_it_does_not_speak(room: Room, store: Store) -> None:
    article = make_article("1")
    await fill(store, article)
    for number in range(12):
        await room.type(f"add absent{number} as rule{number}")
    lines = (await room.type(f"explain {article.url}")).text.splitlines()
    assert sum("not matched" in line for line in lines) == 10
    assert "  and 3 more rules; explain <url> <rule> shows one" in lines
    one = (await room.type(f"explain {article.url} rule11")).text
    assert "not matched: rule11, for want of absent11 (not found)" in one
    assert "rule1," not in one
    await room.type("pause rule11")
    assert "rule11 is paused" in (await room.type(f"explain {article.url} rule11")).text
    assert "no rule" in (await room.type(f"explain {article.url} none")).text


async def test_explain_tells_deliveries_of_two_rules_apart(room: Room, store: Store) -> None:
    article = make_article("1")
    match = Match("ferries", ("ferry",), ())
    stored = StoredArticle(article, (), (match,), outcome="alerted")
    deliveries = tuple(make_delivery(article.id, rule=rule) for rule in ("ferries", "gone"))
    await store.add_feeds([FEED])
    await store.record(
        PollRecord(
            FEED.id,
            NOW,
            Validators(),
            NOW,
            seen=(article,),
            articles=(stored,),
            deliveries=deliveries,
        )
    )
    reply = (await room.type(f"explain {article.url}")).text
    assert "delivered: alert of ferries to console" in reply
    assert "delivered: alert of gone to console" in reply
    assert "routed: to 1 channel\n" in reply


async def test_feeds_are_added_paused_and_removed(room: Room, store: Store) -> None:
    assert (await room.type("feed add harbour.example/feed")).public
    assert "not polled yet" in (await room.type("feed list")).text
    assert "watched already" in (await room.type("feed add https://harbour.example/feed")).text
    await room.type("feed pause harbour")
    assert "paused" in (await room.type("feed")).text
    assert (await store.claim_due(NOW, 5, timedelta(minutes=1))) == []
    await room.type("feed resume harbour")
    assert (await room.type("feed remove harbour")).ok
    assert (await room.type("feed list")).text.startswith("no feeds")


@pytest.mark.parametrize(
    "url", ["x", "ftp://x.example/f", "http://u:p@x.example/f", "http://[::1", "https://"]
)
async def test_what_cannot_be_a_feed_is_refused(room: Room, url: str) -> None:
    assert not (await room.type(f"feed add {url}")).ok


async def test_help_names_every_command_and_the_language(room: Room) -> None:
    overview = (await room.type("help")).text
    for verb in ("add", "test", "list", "explain", "quotes", "feed", "status"):
        assert f"  {verb} " in overview or f"  {verb}\n" in overview
    assert "said:@netanyahu(deal)" in (await room.type("help query")).text
    assert "also: ls" in (await room.type("help list")).text
    assert not (await room.type("help cooking")).ok
    assert "did you mean status?" in (await room.type("statsu")).text


async def test_status_counts(room: Room, store: Store) -> None:
    await fill(store, make_article("1"))
    text = (await room.type("status")).text
    assert "feeds: 1, 1 healthy, 0 failing, 0 paused; last good poll" in text
    assert "rules: 1, 0 paused" in text


async def test_entities_are_shown(room: Room) -> None:
    assert "@holm  Ida Holm" in (await room.type("entity list ida")).text
    shown = (await room.type("entity show @holm")).text
    assert "mayor of Orrin, ? to now" in shown
    assert "did you mean @holm" in (await room.type("entity show @hol")).text


async def test_rules_made_in_another_process_are_noticed(room: Room, store: Store) -> None:
    other = RuleBook(room.desk.book.officials, [FROM_FILE], store)
    await other.refresh()
    before = await store.rules_version()
    await room.type("add Rafah as truce")
    assert await store.rules_version() > before
    await other.refresh()
    assert other.active.rule("console/truce") is not None


async def test_a_stored_rule_that_no_longer_parses_costs_only_itself(
    room: Room, store: Store
) -> None:
    await room.type("add said:@holm as holm")
    await room.type("add Rafah as truce")
    book = RuleBook(Officials(), [FROM_FILE], store)
    await book.refresh()
    assert {rule.name for rule in book.active} == {"ferries", "truce"}


async def met(store: Store, rule_id: str, *counts: int, source: str = "Harbour Times") -> None:
    """So many matches of a rule a day, the last number today."""
    await store.add_feeds([FEED])
    rows = []
    for ago, count in enumerate(reversed(counts)):
        for at in range(count):
            when = NOW - timedelta(days=ago)
            key = f"{source} {ago} {at}"
            article = make_article(key, published=when, arrived=when, source=source)
            match = Match(rule_id, ("ferry",), ())
            rows.append(StoredArticle(article, matches=(match,), analyzed=True))
    record = PollRecord(FEED.id, NOW, Validators(), NOW, articles=tuple(rows))
    await store.record(record)


async def test_trend_counts_the_matches_of_a_rule_and_draws_them(room: Room, store: Store) -> None:
    await met(store, "ferries", *[1, 3] * 10, 9)
    reply = await room.type("trend ferries 7d")
    assert reply.ok
    assert not reply.public
    assert "ferries: 21 matches in 7 days" in reply.text
    assert "stands out: 30 Apr with 9" in reply.text
    assert reply.chart is not None
    assert reply.chart.spikes == (6,)
    assert reply.chart.counts == (("Harbour Times", (1, 3, 1, 3, 1, 3, 9)),)
    assert draw(reply.chart).startswith(b"\x89PNG")


async def test_trend_of_an_entity_counts_statements_once(room: Room, store: Store) -> None:
    await fill(store, make_article("1"), make_article("2", source="Lantern"))
    reply = await room.type("trend @holm")
    assert "Ida Holm: 1 statements in 30 days" in reply.text
    assert not (await room.type("trend nothing")).ok
    assert not (await room.type("trend @nobody")).ok


async def test_a_rule_that_stopped_matching_is_told_in_the_status(
    room: Room, store: Store, clock: TurnedClock
) -> None:
    await met(store, "ferries", *[3] * 14)
    assert "quiet:" not in (await room.type("status")).text
    clock.turn(days=4)
    assert "quiet:" not in (await room.type("status")).text, "its feed was not read either"
    await store.record(PollRecord(FEED.id, clock.now(), Validators(), clock.now()))
    status = (await room.type("status")).text
    assert "quiet: ferries has matched nothing for 4 days, after 42 matches" in status
    await room.type("pause ferries")
    assert "quiet:" not in (await room.type("status")).text


async def test_reprinted_words_are_one_row_with_their_first_report(
    room: Room, store: Store
) -> None:
    text = '"We will wait for the tide," Mayor Ida Holm said.'
    await fill(
        store,
        make_article("2", text=text, source="Lantern", published=NOW - timedelta(hours=1)),
        make_article("1", text=text, source="Courier", published=NOW - timedelta(hours=3)),
        make_article("3", text='"Nobody asked me," Mayor Ida Holm said.'),
    )
    reply = await room.type("quotes @holm")
    assert reply.text == (
        "Ida Holm: 2 quotes\n"
        "  “Nobody asked me,”\n"
        "    Ida Holm, mayor of Orrin · The Harbour Times · 2024-04-30 12:00 UTC\n"
        "    http://harbour.example/3\n"
        "  “We will wait for the tide,”\n"
        "    Ida Holm, mayor of Orrin · first by Courier · 2024-04-30 09:00 UTC · 2 outlets\n"
        "    http://harbour.example/1"
    )
    assert "1 quote\n" in (await room.type("quotes @holm tide")).text


async def test_a_reprint_of_old_words_is_no_new_statement(
    room: Room, store: Store, clock: TurnedClock
) -> None:
    await fill(store, make_article("1"))
    clock.turn(days=4)
    late = make_article("2", source="Lantern", published=clock.now(), arrived=clock.now())
    await fill(store, late)
    assert "no quotes" in (await room.type("quotes @holm 2d")).text


@pytest.mark.parametrize("form", ["csv", "json"])
async def test_the_export_has_all_rows_and_their_places(
    room: Room, store: Store, form: Literal["csv", "json"]
) -> None:
    article = make_article("1")
    await fill(store, article)
    exported = await export_said(room.desk, parse_command("quotes @holm 7d"), form)
    row = json.loads(exported)[0] if form == "json" else next(csv.DictReader(StringIO(exported)))
    assert article.text[int(row["start"]) : int(row["end"])] == row["words"] == "We will wait,"
    assert row["sha256"] == hashlib.sha256(article.text.encode()).hexdigest()
    assert row["office"] == "mayor of Orrin"


@pytest.mark.parametrize("given", ["yaml", "json"])
async def test_exported_rules_are_a_rule_file(room: Room, tmp_path: Path, given: str) -> None:
    assert (await room.type('add "Security Council" -x OR title:"y: z" as un')).ok
    assert (await room.type("add said:@holm(ferry) as café")).ok
    await room.type("pause café")
    exported = (await room.type(f"export {given}")).text
    path = tmp_path / f"rules.{given}"
    path.write_text(exported, encoding="utf-8")
    loaded = load_rules([path], known=[HOLM])
    assert loaded.warnings == ()
    wanted = room.desk.here(Incoming("", "console"))
    read = {rule.name: (rule.query, rule.channels, rule.paused) for rule in loaded.rules}
    assert read == {rule.name: (rule.query, rule.channels, rule.paused) for rule in wanted}
    assert len(read) == 3


async def test_where_channels_have_no_names_none_can_be_named(room: Room) -> None:
    for text in ("list #desk", "add Rafah #desk", "pause ferries #desk"):
        reply = await room.type(text)
        assert not reply.ok
        assert "type it there" in reply.text
    assert len(room.desk.book.channels()) == 1


async def test_people_and_bodies_are_written_in_files(room: Room) -> None:
    assert "docs/officials.md" in (await room.type("entity add @brandt Oda Brandt")).text
