"""procrastinate as the engine of many programs: queues, periodic jobs, rescue."""

from bot.adapters.cluster.engine import Engine
from bot.adapters.cluster.lanes import Job, Lane

__all__ = ["Engine", "Job", "Lane"]
