"""The collector of cyclic garbage passes over what was there at the start."""

from __future__ import annotations

import gc
import weakref

from bot.app.garbage import spare_what_is_here


class Ring:
    """Refers to itself."""

    def __init__(self) -> None:
        self.me = self


def test_what_is_here_is_spared_and_what_comes_later_is_not() -> None:
    gone = weakref.ref(Ring())
    plain = Ring()
    plain.me = None  # type: ignore[assignment]
    dropped = weakref.ref(plain)
    try:
        spare_what_is_here()
        assert gone() is None, "what is garbage already is collected first"
        assert gc.get_freeze_count() > 1_000
        later = weakref.ref(Ring())
        gc.collect()
        assert later() is None
        del plain
        assert dropped() is None
    finally:
        gc.unfreeze()
