"""What the log says of polls: feeds that begin to fail, and those that work again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from bot.core.model import FeedState
    from bot.jobs.watch import Poll

FEW = 3
"""Failing feeds that are told of one by one."""

log = structlog.get_logger(__name__)


class PollNews:
    """Gathers what is worth a line, and tells it."""

    def __init__(self) -> None:
        self._failed: list[Poll] = []

    def note(self, state: FeedState, poll: Poll) -> None:
        """Take in how a poll ended.

        Args:
            state: of the feed, before it was polled.
            poll: what came of it.
        """
        if poll.error and state.error is None:
            self._failed.append(poll)
        elif state.error and not poll.error:
            log.info("feed works again", feed=state.feed.url)
        for problem in poll.problems:
            log.debug("odd feed", feed=state.feed.url, problem=problem)

    def tell(self) -> None:
        """Tell of feeds that began to fail: a line each, or one line when there are many."""
        failed, self._failed = self._failed, []
        if len(failed) > FEW:
            reasons = Counter(poll.error for poll in failed).most_common(3)
            shown = ", ".join(f"{count} {reason}" for reason, count in reasons)
            log.warning(f"{len(failed)} feeds could not be polled; trying again later: {shown}")
            return
        for poll in failed:
            log.warning(f"feed could not be polled: {poll.error}", feed=poll.state.feed.url)
