"""Chat commands: text to Command. One grammar for Slack, Matrix, the console and the shell."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, replace
from typing import get_args

from bot.core.model import FullText
from bot.errors import CommandError

VERBS: dict[str, tuple[str, str]] = {
    "add": ("add <query> [as <name>] [#channel]", "watch for something, alert here"),
    "test": ("test [<rule>:] <query> [7d]", "try a query, or an edit, over stored articles"),
    "list": ("list", "the rules of this channel"),
    "show": ("show <rule>", "one rule"),
    "edit": ("edit <rule> <query>", "change a rule's query"),
    "rename": ("rename <rule> <name>", "give a rule another name"),
    "pause": ("pause <rule>", "no alerts until it is resumed"),
    "resume": ("resume <rule>", "alerts again"),
    "remove": ("remove <rule>", "forget a rule"),
    "explain": ("explain <url> [rule]", "what became of an article, and why"),
    "quotes": ("quotes <@entity> [words] [since:7d]", "what somebody said, newest first"),
    "entity": ("entity list [words] | show <@entity>", "the people and bodies that rules can name"),
    "trend": ("trend <rule|@entity> [30d]", "matches a day, and days that stand out"),
    "silence": (
        "silence [list] | <@entity> [words] 3d | off <@entity>",
        "tell when nobody reported a word of somebody for that long",
    ),
    "snooze": ("snooze <rule|story|all> 2h|until 8am", "nothing of it for a while"),
    "unsnooze": ("unsnooze <rule|story|all>", "end a snooze"),
    "mute": ("mute <url|story>", "nothing more of one story here"),
    "unmute": ("unmute <url|story>", "end it"),
    "quiet": ("quiet [22:00-07:00 [zone] | off]", "hold alerts at night; one digest after it"),
    "digest": ("digest [off | hourly | daily 08:00 [zone]]", "one message instead of many"),
    "threads": (
        "threads [on | both | off]",
        "news of a story: below its alert, in the channel too, or as messages of their own",
    ),
    "feedback": (
        "feedback <rule> <url|article> wrong-sense|not-news|not-them|too-many|undo",
        "say that an alert was not relevant",
    ),
    "feed": (
        (
            "feed list | add <site or feed> | show|pause|resume|remove <url> | "
            "text <url> matched|always|never | import <url> | export"
        ),
        "the feeds",
    ),
    "import": ("import <url>", "add the feeds of an OPML list, as feed import does"),
    "export": ("export [yaml | json | opml]", "the rules of this channel as a file, or the feeds"),
    "status": ("status", "feeds, outbox, rules"),
    "audit": ("audit", "the latest changes: who, when, what"),
    "help": ("help [command|query]", "this help, or more on one command or the query language"),
}
ALIASES = {
    "ls": "list",
    "rm": "remove",
    "delete": "remove",
    "del": "remove",
    "sub": "add",
    "subscribe": "add",
    "watch": "add",
    "unsub": "remove",
    "unsubscribe": "remove",
    "said": "quotes",
    "entities": "entity",
    "feeds": "feed",
    "why": "explain",
    "try": "test",
    "?": "help",
}
LONGEST_NAME = 40
WEEK = 168
"""Hours."""
_NO_ARGUMENT_NEEDED = (
    *("list", "status", "audit", "help", "feed", "entity", "export"),
    *("quiet", "digest", "threads", "silence", "snooze", "mute"),
)
MONTH = 720
"""Hours."""
_OF_A_CHANNEL = frozenset(
    {
        *("add", "test", "list", "show", "edit", "rename", "pause", "resume", "remove", "trend"),
        *(
            "snooze",
            "unsnooze",
            "mute",
            "unmute",
            "quiet",
            "digest",
            "threads",
            "silence",
            "export",
        ),
    }
)
"""Verbs that may name another channel at their end."""
_FORMATS = ("yaml", "json", "opml")
_FEED_ACTIONS = ("list", "add", "show", "pause", "resume", "remove", "text", "import", "export")
_ENTITY_ACTIONS = ("list", "show")
_DURATION = re.compile(r"(?:since:)?(\d{1,3})([hdw])", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}
_NAME = re.compile(r"[\w.@-]+", re.UNICODE)
_QUOTED = re.compile(r'"([^"]+)"(?=\s|$)')
_AS = re.compile(r"\s+as\s+(\"[^\"]+\"|\S+)\s*$", re.IGNORECASE)
_CHANNEL = re.compile(r"\s+(#[^\s#]+|<#[A-Z0-9]+(?:\|[^>]*)?>)\s*$")


@dataclass(frozen=True, slots=True)
class Command:
    """A command as understood.

    Attributes:
        verb: one of `VERBS`.
        action: second word of `feed` and `entity` commands, else "".
        subject: a rule's name, a URL, an `@entity` or a help topic, else "".
        query: query or search words, else "".
        name: the name given with `as`, or the new name, else "".
        channel: another channel than the one it was typed in, `#name`, else "".
        hours: how far back `test`, `quotes` and `trend` look; how long `silence` lasts.
        value: the rest of a setter as typed, such as `until 8am` or `daily 08:00 Europe/Berlin`;
            "" asks for what is set.
    """

    verb: str
    action: str = ""
    subject: str = ""
    query: str = ""
    name: str = ""
    channel: str = ""
    hours: int = WEEK
    value: str = ""


def parse_command(text: str) -> Command:
    """Understand the text behind `/watch`.

    Raises:
        CommandError: unknown verb (with the nearest one), or a missing argument (with the usage).
    """
    first, _, rest = text.strip().partition(" ")
    if not first:
        return Command("help")
    verb = ALIASES.get(first.casefold(), first.casefold())
    if verb not in VERBS:
        raise _unknown(first, [*VERBS, *ALIASES], "command")
    rest, channel = _cut(_CHANNEL, rest.strip()) if verb in _OF_A_CHANNEL else (rest.strip(), "")
    if not rest and verb not in _NO_ARGUMENT_NEEDED:
        raise CommandError(f"{verb} needs more: {VERBS[verb][0]}")
    read = _READERS.get(verb, _subject_only)(verb, rest)
    return replace(read, channel=channel) if channel else read


def as_word(name: str) -> str:
    """Give a rule's name as commands take it: in quotation marks where it holds a space."""
    return f'"{name}"' if " " in name else name


def _unknown(word: str, known: list[str], what: str) -> CommandError:
    close = difflib.get_close_matches(word.casefold(), known, n=1)
    hint = f", did you mean {ALIASES.get(close[0], close[0])}?" if close else ", try help"
    return CommandError(f"unknown {what} {word!r}{hint}")


def _subject_only(verb: str, rest: str) -> Command:
    return Command(verb, subject=rest)


def _add(verb: str, rest: str) -> Command:
    rest, name = _cut(_AS, rest)
    name = name.strip('"')
    if not rest:
        raise CommandError(f"{verb} needs a query: {VERBS[verb][0]}")
    if name:
        _check_name(name)
    return Command(verb, query=rest, name=name)


def _test(verb: str, rest: str) -> Command:
    query, hours = cut_duration(rest)
    if not query:
        raise CommandError(f"test needs a query: {VERBS[verb][0]}")
    return Command(verb, query=query, hours=hours)


def _two(verb: str, rest: str) -> Command:
    subject, tail = _first(rest)
    if not tail:
        raise CommandError(f"{verb} needs more: {VERBS[verb][0]}")
    if verb == "rename":
        _check_name(tail)
        return Command(verb, subject=subject, name=tail)
    return Command(verb, subject=subject, query=tail)


def _explain(verb: str, rest: str) -> Command:
    url, _, rule = rest.partition(" ")
    return Command(verb, subject=url, query=rule.strip())


def _quotes(verb: str, rest: str) -> Command:
    rest, hours = cut_duration(rest)
    subject, _, query = rest.partition(" ")
    if not subject:
        raise CommandError(f"{verb} needs more: {VERBS[verb][0]}")
    return Command(verb, subject=subject, query=query.strip(), hours=hours)


def _import(_verb: str, rest: str) -> Command:
    return Command("feed", action="import", subject=rest)


def _export(verb: str, rest: str) -> Command:
    wanted = rest.casefold() or _FORMATS[0]
    if wanted not in _FORMATS:
        raise _unknown(rest, list(_FORMATS), "format")
    return Command("feed", action="export") if wanted == "opml" else Command(verb, value=wanted)


def _subject_and_value(verb: str, rest: str) -> Command:
    subject, value = _first(rest)
    return Command(verb, subject=subject, value=value)


def _value_only(verb: str, rest: str) -> Command:
    return Command(verb, value=rest)


def _feedback(verb: str, rest: str) -> Command:
    rule, tail = _first(rest)
    parts = tail.split()
    if len(parts) not in (1, 2):
        raise CommandError(f"feedback needs more: {VERBS[verb][0]}")
    article, reason = (*parts, "unspecified")[:2]
    return Command(verb, subject=article, name=rule, value=reason)


def _trend(verb: str, rest: str) -> Command:
    subject, hours = cut_duration(rest, MONTH)
    return Command(verb, subject=subject, hours=hours)


def _silence(verb: str, rest: str) -> Command:
    first, _, tail = rest.partition(" ")
    if first.casefold() in ("", "list"):
        return Command(verb, action="list")
    if ALIASES.get(first.casefold(), first.casefold()) in ("off", "remove"):
        return Command(verb, action="off", subject=tail.strip())
    rest, hours = cut_duration(rest, 0)
    if not hours:
        raise CommandError(f"silence needs a time such as 3d: {VERBS[verb][0]}")
    subject, _, query = rest.partition(" ")
    return Command(verb, action="add", subject=subject, query=query.strip(), hours=hours)


def _with_action(verb: str, rest: str) -> Command:
    actions = _FEED_ACTIONS if verb == "feed" else _ENTITY_ACTIONS
    action, _, subject = rest.partition(" ")
    if verb == "entity" and action.casefold() in ("add", "alias"):
        raise CommandError(
            "people and bodies count for everybody who shares the bot: they are written in a file, "
            "see docs/officials.md"
        )
    action = ALIASES.get(action.casefold(), action.casefold()) or "list"
    if action not in actions:
        raise _unknown(action, list(actions), f"{verb} command")
    if action not in ("list", "export") and not subject.strip():
        raise CommandError(f"{verb} {action} needs more: {VERBS[verb][0]}")
    if action == "text":
        return _feed_text(subject.strip())
    return Command(verb, action=action, subject=subject.strip())


def _feed_text(rest: str) -> Command:
    """Understand `feed text <url> [choice]`: without one it shows what is set."""
    subject, value = _first(rest)
    value = value.casefold()
    if value not in ("", *get_args(FullText)):
        raise CommandError(f"{value!r} is none of {', '.join(get_args(FullText))}")
    return Command("feed", action="text", subject=subject, value=value)


def _first(text: str) -> tuple[str, str]:
    """Take the first word off a text, or what stands in quotation marks: names hold spaces, too."""
    if found := _QUOTED.match(text):
        return found[1], text[found.end() :].strip()
    first, _, rest = text.partition(" ")
    return first, rest.strip()


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take a trailing clause off a text: (what remains, the clause's value)."""
    found = pattern.search(f" {text}")
    if not found:
        return text, ""
    return f" {text}"[: found.start()].strip(), found[1]


def cut_duration(text: str, otherwise: int = WEEK) -> tuple[str, int]:
    """Cut a time such as `7d` off the end of a text.

    Returns:
        The text before it, and its hours; the whole text and `otherwise` where there is none.
    """
    head, _, last = text.rpartition(" ")
    found = _DURATION.fullmatch(last)
    if not found:
        return text, otherwise
    return head.strip(), int(found[1]) * _HOURS[found[2].casefold()]


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise CommandError(
            f"{name!r} cannot be a name: up to {LONGEST_NAME} letters, digits, - _ . or @"
        )


_READERS = {
    "add": _add,
    "test": _test,
    "edit": _two,
    "rename": _two,
    "quotes": _quotes,
    "explain": _explain,
    "feed": _with_action,
    "entity": _with_action,
    "trend": _trend,
    "silence": _silence,
    "snooze": _subject_and_value,
    "unsnooze": _subject_only,
    "quiet": _value_only,
    "digest": _value_only,
    "threads": _value_only,
    "feedback": _feedback,
    "import": _import,
    "export": _export,
}
