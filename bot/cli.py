"""The command line: reads arguments, calls, prints. No logic."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from bot import __version__
from bot.adapters.logs import configure_logs
from bot.errors import CommandError, InputError, WirewatchError
from bot.settings import Settings, load_settings

app = typer.Typer(
    name="wirewatch",
    help="Watch news feeds and post alerts with verbatim, attributed key quotes to chat channels.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
feeds_app = typer.Typer(no_args_is_help=True, help="List, import and export feeds.")
app.add_typer(feeds_app, name="feeds")
deliveries_app = typer.Typer(no_args_is_help=True, help="List, retry and discard deliveries.")
app.add_typer(deliveries_app, name="deliveries")


class Form(StrEnum):
    """How statements are printed."""

    TEXT = "text"
    CSV = "csv"
    JSON = "json"


def _settings() -> Settings:
    settings = load_settings()
    configure_logs(settings.log_level, settings.log_form)
    return settings


def _version(wanted: bool) -> None:  # noqa: FBT001 -- typer's callback
    if wanted:
        typer.echo(f"wirewatch {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version_wanted: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Wirewatch: who said what, within minutes."""


@app.command()
def run(
    once: Annotated[
        bool, typer.Option("--once", help="Poll all that is due once, deliver, exit.")
    ] = False,
    speed: Annotated[
        float | None,
        typer.Option(min=1, help="How much faster than life the sample day runs (default 1440)."),
    ] = None,
) -> None:
    """Run the bot: poll feeds, match rules, deliver alerts, answer commands."""
    from bot.app import running  # noqa: PLC0415 -- heavy, and only some commands need it

    console = Console(highlight=False)
    asyncio.run(running.run(_settings(), console, once=once, speed=speed))


@app.command()
def worker(
    queues: Annotated[
        str, typer.Option("--queues", help="What it works on: poll, match, deliver, by commas.")
    ] = "poll,match,deliver",
) -> None:
    """Work beside others on one PostgreSQL: poll feeds, match, deliver."""
    _need_cluster()
    from bot.app.cluster import run_worker  # noqa: PLC0415 -- heavy

    asyncio.run(run_worker(_settings(), queues))


@app.command()
def chat() -> None:
    """Hold the chats' connections for workers, or stand by while another program does."""
    _need_cluster()
    from bot.app.cluster import run_chats  # noqa: PLC0415 -- heavy

    asyncio.run(run_chats(_settings(), Console(highlight=False)))


def _need_cluster() -> None:
    """Say in one line what must be installed for many programs on one database.

    Raises:
        CommandError: it is not.
    """
    if find_spec("procrastinate") is None or find_spec("psycopg") is None:
        raise CommandError("workers need more: pip install 'wirewatch[cluster]'")


@app.command()
def web() -> None:
    """Answer Slack's requests and the hubs of feeds over HTTP; polls nothing, several may run."""
    from bot.app.web import serve  # noqa: PLC0415 -- heavy, and only some commands need it

    asyncio.run(serve(_settings()))


@app.command()
def check(
    rules: Annotated[
        list[Path] | None,
        typer.Option("--rules", help="Check only these rule files or folders."),
    ] = None,
) -> None:
    """Check settings, rule files, feed files and database; say what is wrong and where."""
    from bot.app.checking import check_everything, check_rule_files  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    if rules:
        faults = check_rule_files(console, tuple(rules))
    else:
        faults = asyncio.run(check_everything(console, _settings()))
    if faults:
        raise typer.Exit(2)


@app.command()
def analyze(
    file: Annotated[str, typer.Argument(help="A text file, or - for standard input.")] = "-",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='Read {"id","text"[,"title"]} lines, answer each.')
    ] = False,
) -> None:
    """Print an article's summary, quotes and speakers."""
    from bot.app.offline import analyze_file, analyze_lines  # noqa: PLC0415

    if jsonl:
        analyze_lines(_settings(), file)
    else:
        analyze_file(_settings(), file, as_json=as_json)


@app.command()
def match(
    rules: Annotated[Path, typer.Option("--rules", help="A rule file or folder.")],
    articles: Annotated[
        str, typer.Option("--articles", help='JSON lines {"id","title","text",…}; - for stdin.')
    ],
    no_builtin: Annotated[
        bool, typer.Option("--no-builtin", help="Leave the shipped entities out.")
    ] = False,
) -> None:
    """Match articles against rules; print one JSON line for each match."""
    from bot.app.offline import match_lines  # noqa: PLC0415

    configure_logs("info")
    match_lines(rules, articles, builtin=not no_builtin)


@app.command()
def said(
    entity: Annotated[str, typer.Argument(help="@entity, such as @netanyahu, or a full name.")],
    query: Annotated[list[str] | None, typer.Argument(help="Words the quote must meet.")] = None,
    since: Annotated[str, typer.Option(help="How far back: 12h, 7d, 4w; else 30d.")] = "",
    form: Annotated[
        Form, typer.Option("--format", help="text to read; csv or json with offsets and hashes.")
    ] = Form.TEXT,
) -> None:
    """List what somebody said, in the stored articles."""
    words = ["quotes", entity if entity.startswith("@") else f"@{entity}", *(query or [])]
    text = _since(" ".join(words), since, "30d")
    if form is Form.TEXT:
        _shell(text)
        return
    from bot.app.shell import export_quotes  # noqa: PLC0415 -- heavy

    wanted: Literal["csv", "json"] = "csv" if form is Form.CSV else "json"
    typer.echo(asyncio.run(export_quotes(_settings(), text, wanted)), nl=False)


def _since(text: str, since: str, otherwise: str) -> str:
    """Put behind a command how far back to look, unless it ends with that, as in chats."""
    from bot.app.shell import ends_with_time  # noqa: PLC0415 -- heavy

    if since:
        if len(since.split()) != 1 or not ends_with_time(f" {since}"):
            raise typer.BadParameter(f"{since!r} is no time back: write 12h, 7d or 4w")
        return f"{text} {since}"
    return text if ends_with_time(text) else f"{text} {otherwise}"


@app.command()
def explain(
    url: Annotated[str, typer.Argument(help="The article's link.")],
    rule: Annotated[str, typer.Argument(help="One rule, by its name.")] = "",
) -> None:
    """Say what became of an article: fetched, read, matched or why not, story, deliveries."""
    _shell(f"explain {url} {rule}".strip())


@app.command("test")
def try_query(
    query: Annotated[list[str], typer.Argument(help="A query, or rule: query to try an edit.")],
    since: Annotated[str, typer.Option(help="How far back: 12h, 7d, 4w; else 7d.")] = "",
) -> None:
    """Try a query over stored articles: hits and alerts a day, samples, hits per clause."""
    _shell(_since(f"test {' '.join(query)}", since, "7d"))


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def watch(context: typer.Context) -> None:
    """Give a chat command from the shell: wirewatch watch add Rafah, watch list, watch help."""
    _shell(" ".join(context.args))


def _shell(text: str) -> None:
    """Answer a command of the shell for the console channel."""
    from bot.app.shell import answer_in_shell  # noqa: PLC0415

    reply = asyncio.run(answer_in_shell(_settings(), text))
    print_to = Console(highlight=False, soft_wrap=True, stderr=not reply.ok)
    print_to.print(reply.text, markup=False)
    if not reply.ok:
        raise typer.Exit(2)


@feeds_app.command("list")
def feeds_list() -> None:
    """List feeds with their health."""
    _shell("feed list")


@feeds_app.command("import")
def feeds_import(file: Annotated[Path, typer.Argument(help="An OPML file.")]) -> None:
    """Add the feeds of an OPML file."""
    from bot.app.shell import import_feeds  # noqa: PLC0415

    typer.echo(asyncio.run(import_feeds(_settings(), file)))


@feeds_app.command("export")
def feeds_export(
    file: Annotated[str, typer.Argument(help="Where to write; - for standard output.")] = "-",
) -> None:
    """Write all feeds as OPML."""
    from bot.app.shell import export_feeds  # noqa: PLC0415

    text = asyncio.run(export_feeds(_settings()))
    if file == "-":
        typer.echo(text)
    else:
        Path(file).write_text(text, encoding="utf-8")


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The copy to make; must not exist.")],
) -> None:
    """Copy the database while the bot runs; the copy is checked."""
    from bot.app.upkeep import back_up_database  # noqa: PLC0415

    back_up_database(_settings(), Console(highlight=False, soft_wrap=True), file)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A copy made by wirewatch backup.")],
) -> None:
    """Put a copy in the database's place; the bot must be stopped."""
    from bot.app.upkeep import restore_database  # noqa: PLC0415

    restore_database(_settings(), Console(highlight=False, soft_wrap=True), file)


@app.command("migrate-store")
def migrate_store(
    source: Annotated[str, typer.Argument(help="Such as sqlite:///data/wirewatch.db.")],
    target: Annotated[str, typer.Argument(help="Such as postgresql://user@host/wirewatch.")],
) -> None:
    """Move everything from one database to another; broken off, it can be run again."""
    from bot.app.upkeep import move_store  # noqa: PLC0415

    asyncio.run(move_store(Console(highlight=False), source, target))


@app.command()
def report(
    day: Annotated[str, typer.Argument(help="today, yesterday or a date; UTC.")] = "yesterday",
) -> None:
    """Print a day's account: what came in and what became of it; the sums must close."""
    from bot.app.upkeep import print_account  # noqa: PLC0415

    if not asyncio.run(print_account(_settings(), Console(highlight=False), day)):
        raise typer.Exit(1)


@app.command()
def status() -> None:
    """Say how feeds, rules and deliveries stand."""
    _shell("status")


@deliveries_app.command("list")
def deliveries_list(
    state: Annotated[
        str, typer.Option(help="pending, sending, postponed, delivered, blocked, dead or muted.")
    ] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List what did not arrive yet, the oldest first."""
    from bot.app.outbox import list_deliveries  # noqa: PLC0415

    for line in asyncio.run(list_deliveries(_settings(), state, limit)):
        typer.echo(line)


_SUBJECT = "An id (or its beginning), a channel such as slack:C123, or all."


@deliveries_app.command("retry")
def deliveries_retry(which: Annotated[str, typer.Argument(help=_SUBJECT)]) -> None:
    """Try deliveries again now that are blocked, dead or wait after a failure."""
    from bot.app.outbox import retry_deliveries  # noqa: PLC0415

    typer.echo(asyncio.run(retry_deliveries(_settings(), which)))


@deliveries_app.command("discard")
def deliveries_discard(
    which: Annotated[str, typer.Argument(help=_SUBJECT)],
    why: Annotated[str, typer.Option(help="For the audit log.")] = "",
) -> None:
    """Give deliveries up that did not arrive; they are kept, and can be retried."""
    from bot.app.outbox import discard_deliveries  # noqa: PLC0415

    typer.echo(asyncio.run(discard_deliveries(_settings(), which, why)))


def main() -> None:
    """Run the command line; a person's mistake is one clear line and exit code 2."""
    try:
        app()
    except InputError as error:
        _fail(error)
    except WirewatchError as error:
        _fail(error)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)


def _fail(error: WirewatchError) -> None:
    sys.stderr.write(f"wirewatch: {error}\n")
    sys.exit(2)


if __name__ == "__main__":
    main()
