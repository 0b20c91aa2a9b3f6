"""The matching engine: rules in, an article in, matches out (docs/rules.md, docs/benchmarks.md).

pattern.py    a folded word or phrase, and where it stands
document.py   an article, folded once
nodes.py      the compiled query: what holds, where
entities.py   names with their conditions, prefixes and namesakes
compiler.py   query tree to nodes
rules.py      RuleSet: the index from words to rules
records.py    JSON records for `wirewatch match`
"""

from bot.core.match.records import article_of, match_record
from bot.core.match.rules import RuleSet

__all__ = ["RuleSet", "article_of", "match_record"]
