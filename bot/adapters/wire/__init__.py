"""The sample wire: a news day of our own, served over HTTP in time lapse (docs/sample-wire.md)."""

from bot.adapters.wire.edition import DAWN, DAY, MIDNIGHT
from bot.adapters.wire.server import SampleWire

__all__ = ["DAWN", "DAY", "MIDNIGHT", "SampleWire"]
