"""What an alert says and where it goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from bot.core.model import Alert, Delivery, Excerpt, KeyQuote, Notice, Place, digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.core.model import Article, Match, Placement, Quote, Rule, Span

Kind = Literal["alert", "follow-up", "correction"]

_ENTITY: Final = re.compile(r"(?<![\w@.])@([a-z0-9][\w-]*)", re.IGNORECASE)


def delivery_id(chat: str, channel: str, rule_id: str, article_id: str, edition: str = "") -> str:
    """Give the id of one alert in one channel, stable over restarts.

    Args:
        chat: console, slack or matrix.
        channel: within the chat.
        rule_id: `Rule.id`.
        article_id: `Article.id`.
        edition: content hash when an article alerts again because it changed, else "".
    """
    return digest("delivery", chat, channel, rule_id, article_id, edition, size=32)


def channel_of(target: str) -> tuple[str, str]:
    """Split a rule's channel, `slack:#desk` or `console`, into chat and channel."""
    chat, _, channel = target.partition(":")
    return chat, channel


def compose_alert(
    article: Article,
    rule: Rule,
    match: Match,
    placement: Placement,
    *,
    kind: Kind,
    summary: Sequence[Span],
    quotes: Sequence[Quote],
    chosen: Sequence[Quote],
    changes: Sequence[tuple[str, str]] = (),
    broadcast: bool = False,
) -> Alert:
    """Put an alert together; every word of the article in it is a span of the article.

    Args:
        article: with its full text where it was fetched.
        rule: the rule that was met.
        match: how it was met.
        placement: the article's place in its story.
        kind: what the alert is to its channel.
        summary: sentences to print, spans of the text.
        quotes: all quotes of the article.
        chosen: the key quotes among them, best first.
        changes: words before and after, for a correction.
        broadcast: an entity of the rule said something new in a story that was told.
    """
    in_text = [(h.start, h.end) for h in match.highlights if h.field == "text"]
    in_title = tuple((h.start, h.end) for h in match.highlights if h.field == "title")

    def excerpt(span: Span) -> Excerpt:
        start, end = span
        marks = ((s - start, e - start) for s, e in in_text if start <= s and e <= end)
        return Excerpt(article.text[start:end], tuple(marks), start)

    direct = sum(1 for quote in quotes if quote.kind == "direct")
    return Alert(
        kind=kind,
        rule=rule.name,
        why=_why(article, match, quotes),
        title=Excerpt(article.title, in_title),
        url=article.url,
        source=article.source or article.domain,
        domain=article.domain,
        published=article.when,
        summary=tuple(excerpt(span) for span in summary),
        quotes=tuple(
            KeyQuote(
                tuple(excerpt(part) for part in quote.parts), quote.speaker, quote.office, quote.via
            )
            for quote in chosen
        ),
        more_quotes=max(0, direct - len(chosen)),
        story=placement.story,
        sources=placement.sources,
        article=article.id,
        teaser=not article.full,
        changes=tuple(changes),
        origins=placement.origins,
        broadcast=broadcast,
    )


def _why(article: Article, match: Match, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """Give the clauses that were met, and a last line with the words that met them."""
    words = []
    for highlight in match.highlights:
        text = getattr(article, highlight.field)
        words.append(text[highlight.start : highlight.end])
    words += [speaker for at in match.quotes if (speaker := quotes[at].speaker)]
    distinct: dict[str, str] = {}
    for word in words:
        distinct.setdefault(" ".join(word.split()).casefold(), " ".join(word.split()))
    met = ", ".join(distinct.values())
    return (*match.clauses, met) if met else match.clauses


def is_news(match: Match, placement: Placement, quotes: Sequence[Quote]) -> bool:
    """Say whether an article brings a rule's readers a statement that nobody in its story had.

    It must be in quotation marks and matter to the rule: it met a `said:` clause, holds
    highlighted words, or its speaker is known to the officials files.
    """
    marked = [(h.start, h.end) for h in match.highlights if h.field == "text"]
    for at in placement.new_quotes:
        quote = quotes[at]
        if quote.kind != "direct" or quote.speaker is None:
            continue
        inside = any(quote.start <= start and end <= quote.end for start, end in marked)
        if quote.entity or inside or at in match.quotes:
            return True
    return False


def entities_of(rule: Rule, match: Match) -> frozenset[str]:
    """Give the ids of the entities that a rule watches, as far as its query or a match names them.

    A match names the members of a group that the query writes as one.
    """
    named = (found.casefold() for found in _ENTITY.findall(rule.query))
    return frozenset((*named, *(h.entity for h in match.highlights if h.entity)))


def speaks_anew(entities: Collection[str], placement: Placement, quotes: Sequence[Quote]) -> bool:
    """Say whether one of these entities says, in quotation marks, what nobody in the story had."""
    return any(
        quotes[at].entity in entities and quotes[at].kind == "direct" for at in placement.new_quotes
    )


def route(
    rule: Rule,
    placement: Placement,
    *,
    chats: Collection[str],
    alerted: Collection[tuple[str, str, str]],
    news: bool,
    corrected: bool,
) -> list[tuple[str, str, Kind]]:
    """Choose the channels that hear of an article, and as what: (chat, channel, kind).

    A channel hears of a story once for each rule; later only of news in it (a statement nobody
    had, a correction). Where nothing was alerted yet, any article of the story may open it.

    Args:
        rule: the rule that was met, with its channels.
        placement: the article's place in its story.
        chats: those that run.
        alerted: (rule id, chat, channel) that heard of the story already.
        news: the article has a new statement that matters to the rule.
        corrected: the article is a changed one and the change is worth telling.
    """
    chosen: list[tuple[str, str, Kind]] = []
    for target in rule.channels:
        chat, channel = channel_of(target)
        if chat not in chats:
            continue
        if (rule.id, chat, channel) not in alerted:
            chosen.append((chat, channel, "alert"))
        elif placement.place is Place.REVISION and corrected:
            chosen.append((chat, channel, "correction"))
        elif placement.place is not Place.REPRINT and news:
            chosen.append((chat, channel, "follow-up"))
    return list(dict.fromkeys(chosen))


def deliveries_for(
    alert: Alert, rule: Rule, targets: Iterable[tuple[str, str, Kind]], *, edition: str = ""
) -> list[Delivery]:
    """Make one delivery for each target; `edition` tells a changed article from its first form.

    A correction goes by its story and its words: two feeds that bring one changed page, and a page
    that changes back and forth, tell of it once.
    """
    changes = digest("changes", *(words for change in alert.changes for words in change))
    subjects = {
        "alert": (alert.article, ""),
        "follow-up": (alert.article, edition),
        "correction": (alert.story, changes),
    }
    return [
        Delivery(
            id=delivery_id(chat, channel, rule.id, *subjects[kind]),
            chat=chat,
            channel=channel,
            rule_id=rule.id,
            message=alert,
        )
        for chat, channel, kind in targets
    ]


def notice_for(chat: str, channel: str, text: str, *, key: str) -> Delivery:
    """Make the delivery of a sentence of the bot itself.

    Args:
        chat: console, slack or matrix.
        channel: within the chat.
        text: what to say.
        key: what it is about and when, such as `feed-failing/<id>/<day>`: told once for each key.
    """
    made = digest("notice", chat, channel, key, size=32)
    return Delivery(made, chat, channel, "", Notice("notice", text))
