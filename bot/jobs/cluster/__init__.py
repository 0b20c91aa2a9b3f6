"""The same jobs, done by many programs on one database; none of them knows the queue."""

from bot.jobs.cluster.draining import Draining
from bot.jobs.cluster.polling import Polling
from bot.jobs.cluster.rules import RulesInStep
from bot.jobs.cluster.stories import StoriesInStep

__all__ = ["Draining", "Polling", "RulesInStep", "StoriesInStep"]
