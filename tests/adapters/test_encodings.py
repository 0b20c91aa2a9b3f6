"""Bodies as they come in: in bounded memory, whatever their pieces are like."""

import gzip
import tracemalloc
import zlib

import pytest

from bot.adapters.encodings import Decompressor, TooLargeError

BODY = bytes(range(256)) * 2_000


@pytest.mark.parametrize("size", [1, 2, 3, 1_000, 200_000, len(BODY)])
@pytest.mark.parametrize("encoding", ["", "gzip", "deflate"])
def test_a_body_is_the_same_whatever_its_pieces(encoding: str, size: int) -> None:
    packed = {"": BODY, "gzip": gzip.compress(BODY), "deflate": zlib.compress(BODY)}[encoding]
    body = Decompressor(encoding, len(BODY))
    for at in range(0, len(packed), size):
        body.feed(packed[at : at + size])
    assert body.close() == BODY


def test_small_pieces_take_no_more_memory_than_large_ones() -> None:
    """A server that sends two bytes at a time costs what it sends, not twenty times as much."""
    body = Decompressor("", 10_000_000)
    tracemalloc.start()
    for number in range(200_000):
        body.feed(number.to_bytes(3)[1:])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_500_000
    assert len(body.close()) == 400_000


def test_the_limit_counts_all_pieces() -> None:
    body = Decompressor("", 5_000)
    for _ in range(5_000):
        body.feed(b"x")
    with pytest.raises(TooLargeError):
        body.feed(b"x")
