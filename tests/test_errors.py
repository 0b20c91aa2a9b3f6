"""Errors cross from the parser's workers to the program: each comes out as it went in."""

import copy
import pickle
from pathlib import Path

import pytest

from bot import errors
from bot.errors import (
    CommandError,
    EgressError,
    FeedError,
    FetchError,
    FileError,
    InputError,
    QueryError,
    SettingsError,
    StoreError,
    StoreReadOnlyError,
    WirewatchError,
)

ALL = [
    WirewatchError("something"),
    InputError("not so"),
    SettingsError("WIREWATCH_FEEDS", "is no file"),
    FileError(Path("feeds.opml"), "no address", line=7, column=3),
    FileError("", "no address"),
    QueryError("one AND\ntwo OR", 10, "unknown word", suggestion="tow"),
    CommandError("no such feed"),
    FetchError("HTTP 503", status=503, retry_after=30.0),
    EgressError(),
    FeedError("this is HTML"),
    StoreError("locked"),
    StoreReadOnlyError("read-only"),
]


def test_every_error_is_tried() -> None:
    """A class that is added to the tree is added here."""
    there = {one for one in vars(errors).values() if isinstance(one, type)
             and issubclass(one, Exception)}  # fmt: skip
    assert {type(error) for error in ALL} == there


@pytest.mark.parametrize("error", ALL, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling(error: WirewatchError) -> None:
    """Class, words, arguments and attributes are the same on the other side."""
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))  # noqa: S301 - our own bytes
        assert type(again) is type(error)
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
    assert vars(copy.copy(error)) == vars(error)
