"""From the subject of a reporting verb to a person or an institution.

`memory` notes who was named and who spoke, `pronouns` resolves he, she and it, `bodies` the court
and the statement, `titles` the prime minister, `people` decides which of them is asked.
"""

from __future__ import annotations

from bot.core.quotes.people.introductions import introduce
from bot.core.quotes.people.people import People
from bot.core.quotes.people.speaker import Speaker

__all__ = ["People", "Speaker", "introduce"]
