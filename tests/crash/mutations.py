"""Faults built into the program on purpose: the harness must find every one of them.

Each breaks the promise in a way that real bots do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

_STORES: list[Any] = []


def _catch_store() -> None:
    from bot.adapters.store import Store

    opened = Store.open

    async def open_(store: Any) -> None:
        _STORES.append(store)
        await opened(store)

    Store.open = open_


def _chats() -> tuple[Any, Any]:
    from bot.adapters.matrix.chat import MatrixChat
    from bot.adapters.slack.chat import SlackChat

    return SlackChat, MatrixChat


def mark_before_send() -> None:
    """Call an alert delivered before it is posted: a crash in between loses it."""
    _catch_store()
    for chat in _chats():
        chat.post = _marking(chat.post)


def _marking(post: Any) -> Any:
    async def marked(chat: Any, delivery: Any) -> Any:
        await _STORES[-1].delivered(delivery.id, "", _now())
        return await post(chat, delivery)

    return marked


def _now() -> Any:
    from bot.app.shell import SystemClock

    return SystemClock().now()


def mark_only_after_send() -> None:
    """Do not write down that an alert is being sent: a crash after it sends it again."""
    from dataclasses import replace

    from bot.adapters.store import Store
    from bot.core.model import DeliveryState

    async def unwritten(_store: Any, delivery: Any, now: Any) -> Any:
        attempt = delivery.attempt + 1
        return replace(delivery, state=DeliveryState.SENDING, attempt=attempt, since=now)

    Store.start_sending = unwritten


def validators_first() -> None:
    """Save a feed's ETag before its entries: after a crash a 304 hides them."""
    from bot.adapters.store import Store

    record = Store.record

    async def early(store: Any, news: Any) -> None:
        await store.feed_unchanged(news.feed_id, news.validators, news.now, news.next_poll)
        await record(store, news)

    Store.record = early


def retry_in_the_library() -> None:
    """Let the Slack SDK retry by itself, as it does by default: a reset connection posts twice."""
    from slack_sdk.http_retry.builtin_async_handlers import (
        AsyncConnectionErrorRetryHandler,
    )

    from bot.adapters.slack import web

    client = web.sdk_client

    def eager(*args: Any, **options: Any) -> Any:
        made = client(*args, **options)
        made.retry_handlers = [AsyncConnectionErrorRetryHandler()]
        return made

    web.sdk_client = eager


def resend_without_looking() -> None:
    """Believe that what was not confirmed did not arrive."""

    async def blind(_chat: Any, _delivery: Any) -> None:
        return None

    for chat in _chats():
        chat.find = blind


def look_too_early() -> None:
    """Look without waiting out the doubt window: what is carried out late comes twice."""
    slack, matrix = _chats()
    matrix.doubt = timedelta(0)
    init = slack.__init__

    def hasty(chat: Any, **options: Any) -> None:
        init(chat, **{**options, "doubt": timedelta(0)})

    slack.__init__ = hasty


def new_transaction_each_time() -> None:
    """Give Matrix another transaction id at each try: it cannot know a repeat by it."""
    from bot.adapters.matrix.account import Account

    send = Account.send
    count = iter(range(1, 1 << 60))

    async def fresh(account: Any, room_id: str, kind: str, content: Any, txn: str) -> str:
        return str(await send(account, room_id, kind, content, f"{txn}.{next(count)}"))

    Account.send = fresh
    resend_without_looking()


def never_sync() -> None:
    """Leave it to the system when what was committed gets to the disk: only a power loss tells."""
    from sqlalchemy import event

    from bot.adapters.store.sqlite import SqliteDatabase

    made = SqliteDatabase._engine

    def careless(database: Any, **options: Any) -> Any:
        engine = made(database, **options)
        event.listen(
            engine.sync_engine,
            "connect",
            lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"),
        )
        return engine

    SqliteDatabase._engine = careless


def windows_by_the_clock() -> None:
    """Measure the window of doubt by the machine's clock: put forward, it ends every window."""
    from bot.app.shell import SystemClock

    SystemClock.steady = lambda clock: clock.now().timestamp()


MUTATIONS = {
    function.__name__: function
    for function in (
        mark_before_send,
        mark_only_after_send,
        validators_first,
        retry_in_the_library,
        resend_without_looking,
        look_too_early,
        new_transaction_each_time,
    )
}
OF_THE_DISK = {never_sync.__name__: never_sync}
"""What only a power loss finds."""
OF_THE_CLOCK = {windows_by_the_clock.__name__: windows_by_the_clock}
"""What only a turned clock finds."""
