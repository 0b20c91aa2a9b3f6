"""What `help` says."""

from __future__ import annotations

from bot.core.command import ALIASES, VERBS
from bot.errors import CommandError

_QUERY = """The query language
  Rafah                     a word: case, accents and possessives do not count
  "Security Council"        a phrase
  ICC                       2 to 6 capitals are an acronym: case counts; icc ignores case
  Rafah ceasefire           both (AND may be left out)
  Rafah OR "Khan Younis"    either
  -cricket, NOT cricket     not
  warrant*                  words that begin so (3 letters at least)
  Rafah NEAR/8 assault      within 8 words of one another
  @netanyahu                a person or body of the officials files, any spelling
  said:@netanyahu           has a quote by him
  said:@netanyahu(deal)     has a quote by him that says so
  about:@guterres           he stands in the title or first paragraph, or three times
  title:Rafah source:Haaretz lang:en section:sport author:name
Try one: test <query> 7d"""


def help_text(topic: str = "") -> str:
    """Give the overview, or what is known of one command or of the query language.

    Raises:
        CommandError: there is no such topic.
    """
    topic = topic.strip().casefold()
    if topic in ("query", "queries", "language"):
        return _QUERY
    verb = ALIASES.get(topic, topic)
    if verb in VERBS:
        usage, what = VERBS[verb]
        also = ", ".join(alias for alias, of in ALIASES.items() if of == verb)
        return f"{usage}\n  {what}" + (f"\n  also: {also}" if also else "")
    if topic:
        raise CommandError(f"no help on {topic!r}; topics: {', '.join(VERBS)}, query")
    lines = [f"  {usage}\n      {what}" for usage, what in VERBS.values()]
    return "\n".join(["Commands", *lines, "Example: add said:@netanyahu(ceasefire) as bibi"])
