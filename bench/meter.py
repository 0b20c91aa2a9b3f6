"""What counting costs on the way of a poll and of a delivery: `python -m bench.meter`."""

from __future__ import annotations

import os
import time

from bot.adapters.metrics import Metrics
from bot.jobs.meter import UNCOUNTED, Meter

ROUNDS = 100_000


def poll_that_brings_nothing(meter: Meter) -> None:
    """Count as `Watch` does for a 304."""
    meter.fetched(0.1)
    meter.polled("unchanged", 0.11, 0.4)


def poll_with_an_alert(meter: Meter) -> None:
    """Count as `Watch`, `Reader` and `Placing` do for one new article that alerts."""
    meter.fetched(0.1)
    meter.parsed(0.002)
    meter.matched(0.0002)
    meter.paged("read")
    meter.quoted(0.01)
    meter.recorded({"known": 29, "matched": 1})
    meter.queued("slack", "alert", 1)
    meter.polled("news", 0.3, 0.4)


def delivery(meter: Meter) -> None:
    """Count as `Sending` does for one that arrives."""
    meter.posted("slack", "delivered", 0.2)
    meter.arrived("slack", 1.2)


def main() -> None:
    """Print microseconds for each, counted and not; CPU time of this thread."""
    print(f"load {os.getloadavg()[0]:.1f}, {ROUNDS} rounds, microseconds each")
    for act in (poll_that_brings_nothing, poll_with_an_alert, delivery):
        costs = []
        for meter in (UNCOUNTED, Metrics(("slack",))):
            began = time.thread_time()
            for _ in range(ROUNDS):
                act(meter)
            costs.append((time.thread_time() - began) / ROUNDS * 1e6)
        print(f"{act.__name__:26} not counted {costs[0]:.2f}   counted {costs[1]:.2f}")
    metrics = Metrics(("slack", "matrix", "console"))
    began = time.thread_time()
    for _ in range(100):
        size = len(metrics.render())
    print(f"one fetch: {(time.thread_time() - began) * 10:.2f} ms, {size / 1000:.1f} KB")


if __name__ == "__main__":
    main()
