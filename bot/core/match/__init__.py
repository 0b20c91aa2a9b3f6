"""The matching engine: rules in, an article in, matches out (docs/rules.md, docs/benchmarks.md).

pattern.py    a folded word or phrase, and where it stands
document.py   an article, folded once
base.py       the compiled query: nodes that hold or do not, leaves that trigger rules
leaves.py     words, phrases, names, patterns, fields
said.py       who is quoted, with which words
places.py     NEAR, ATLEAST, about
logic.py      NOT, AND, OR
entities.py   names with their conditions, prefixes and namesakes
compiler.py   query tree to nodes
index.py      from words to the leaves they trigger
frequency.py  how rare words are, guessed and learned
grid.py       the words of an article, as numbers
sieve.py      which of them may be looked for
bloom.py      which numbers may be among many
compiled.py   a rule ready to be asked, and matches
rules.py      RuleSet: add, remove, find
explain.py    why a rule matched, or what it lacked
backtest.py   a rule tried on articles of the past
records.py    JSON records for `wirewatch match`
"""

from bot.core.match.explain import MatchReceipt, Missing, Naming
from bot.core.match.records import article_of, match_record
from bot.core.match.rules import RuleSet

__all__ = ["MatchReceipt", "Missing", "Naming", "RuleSet", "article_of", "match_record"]
