"""The rule language once more, as plainly as it can be said: slow, for comparison only.

It shares the parser and the folding of single characters with the engine and nothing else: words
are cut from the text one character at a time, phrases are compared at every word, conditions are
checked where they are used.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.core.fold import BARRIER, fold_char
from bot.core.query import (
    About,
    And,
    AtLeast,
    EntityRef,
    Near,
    Not,
    Or,
    Query,
    Regex,
    Said,
    Scoped,
    Term,
    parse,
)
from bot.core.query.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.model import Article, Entity, Quote
    from bot.core.officials import Officials

FIELDS = ("title", "text", "source", "author", "section", "lang")
Mark = tuple[str, int, int]


@dataclass(frozen=True)
class Word:
    """A word: folded, as written, its span, and the field it stands in."""

    folded: str
    written: str
    start: int
    end: int
    field: str


def _hebrew(char: str) -> bool:
    return "א" <= char <= "ת"


def cut(text: str, name: str = "text") -> list[Word]:
    """Cut a text into words."""
    stream: list[tuple[str, int]] = []
    for at, char in enumerate(text):
        before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
        if char in '"“”' and before and after and _hebrew(before) and _hebrew(after):
            continue
        if char in "'’" and before and _hebrew(before):
            continue
        stream.extend((letter, at) for letter in fold_char(" " if char == BARRIER else char))
    stream = [(" ", -1), *stream, (" ", len(text))]
    letters = [letter for letter, _ in stream]
    for at in range(len(letters) - 2):
        if letters[at : at + 2] == ["'", "s"] and letters[at + 2] in " .":
            letters[at : at + 2] = "  "
            if letters[at + 2] == ".":
                letters[at + 2] = " "
    letters = [" " if letter == "'" else letter for letter in letters]
    words: list[Word] = []
    begin = 0
    while begin < len(letters):
        if letters[begin] == " ":
            begin += 1
            continue
        end = begin
        while letters[end] != " ":
            end += 1
        words.extend(_chunk(text, name, stream, letters, begin, end))
        begin = end
    return words


def _chunk(
    text: str, name: str, stream: list[tuple[str, int]], letters: list[str], begin: int, end: int
) -> list[Word]:
    """Cut what stands between spaces at its full stops, but for initials at its start."""
    parts: list[list[int]] = [[]]
    for at in range(begin, end):
        if letters[at] == ".":
            parts.append([])
        else:
            parts[-1].append(at)
    initials = 0
    while initials < len(parts) and len(parts[initials]) == 1:
        if not letters[parts[initials][0]].isalpha():
            break
        initials += 1
    words = []
    if initials >= 2:
        joined = [part[0] for part in parts[:initials]]
        words.append(_word(text, name, stream, letters, joined, dotted=True))
        parts = parts[initials:]
    words += [_word(text, name, stream, letters, part, dotted=False) for part in parts if part]
    return words


def _word(
    text: str,
    name: str,
    stream: list[tuple[str, int]],
    letters: list[str],
    places: list[int],
    *,
    dotted: bool,
) -> Word:
    start, end = stream[places[0]][1], stream[places[-1]][1] + 1
    while end < len(text) and unicodedata.category(text[end])[0] == "M":
        end += 1
    if dotted and text[end : end + 1] == ".":
        end += 1
    written = text[start:end].replace(".", "") if dotted else text[start:end]
    written = "".join(char for char in written if unicodedata.category(char) != "Cf")
    return Word(
        "".join(letters[at] for at in places),
        unicodedata.normalize("NFKC", written),
        start,
        end,
        name,
    )


Hit = tuple[int, int]
"""Numbers of the first word and behind the last word."""


@dataclass
class Text:
    """Words that are searched together; `gaps` are places that nothing matches across."""

    words: list[Word]
    originals: list[tuple[str, str, int]]
    parts: list[tuple[int, int, str, int]]
    cache: dict[object, list[Hit]] = field(default_factory=dict)


@dataclass
class Case:
    """An article with its quotes, cut."""

    article: Article
    quotes: Sequence[Quote]
    officials: Officials
    whole: Text = field(init=False)

    def __post_init__(self) -> None:
        title, text = self.article.title, self.article.text
        self.whole = Text(
            [*cut(title, "title"), Word(BARRIER, "", 0, 0, ""), *cut(text, "text")],
            [("title", title, 0), ("text", text, 0)],
            [],
        )

    def field_text(self, name: str) -> Text:
        """Give the text of another field."""
        value = getattr(self.article, name)
        words = cut(value, name)
        if name == "source":
            words += [Word(BARRIER, "", 0, 0, ""), *cut(self.article.domain, "")]
        return Text(words, [(name, value, 0)], [])

    def quote_text(self, quote: Quote) -> Text:
        """Give the words of a quote, its parts one after the other."""
        joined, parts = "", []
        for start, end in quote.parts:
            if parts:
                joined += " "
            parts.append((len(joined), len(joined) + end - start, "text", start))
            joined += self.article.text[start:end]
        originals = [("text", joined[a:b], offset) for a, b, _, offset in parts]
        return Text(cut(joined), originals, parts)


def _spans(text: Text, hits: list[Hit]) -> list[Mark]:
    marks: list[Mark] = []
    for first, last in hits:
        start, end = text.words[first].start, text.words[last - 1].end
        if not text.parts:
            marks.append((text.words[first].field, start, end))
        for begin, stop, name, offset in text.parts:
            if start < stop and begin < end:
                low, high = max(start, begin), min(end, stop)
                marks.append((name, low - begin + offset, high - begin + offset))
    return [mark for mark in marks if mark[0]]


def _is(word: Word, wanted: Word, *, exact: bool, prefix: bool) -> bool:
    if prefix and exact:
        return word.written.startswith(wanted.written) and word.folded.startswith(wanted.folded)
    if prefix:
        return word.folded.startswith(wanted.folded)
    return word.folded == wanted.folded and (not exact or word.written == wanted.written)


def term_hits(text: Text, term: Term) -> list[Hit]:
    """Find a term at every word."""
    if term not in text.cache:
        wanted = cut(term.text)
        size, exact = len(wanted), term.as_written
        text.cache[term] = [
            (at, at + size)
            for at in range(len(text.words) - size + 1)
            if all(
                _is(
                    text.words[at + k], wanted[k], exact=exact, prefix=term.prefix and k == size - 1
                )
                for k in range(size)
            )
        ]
    return text.cache[term]


def outer(hits: list[Hit]) -> list[Hit]:
    """Leave out hits that lie inside others."""
    return [
        hit
        for hit in sorted(set(hits))
        if not any(o != hit and o[0] <= hit[0] and hit[1] <= o[1] for o in hits)
    ]


_PREFIXES = (
    ("אבגדהוזחטיכךלמםנןסעפףצץקרשת", [a + b for a in ("", "ו", "ש") for b in ("", *"הובלמכש")]),
    (
        "".join(map(chr, range(0x621, 0x64B))),
        [
            *(a + b + c for a in ("", "و", "ف") for b in ("", "ب", "ل", "ك") for c in ("", "ال")),
            *("لل", "ولل", "فلل"),
        ],
    ),
)


def _variants(text: str, *, exact: bool) -> list[Term]:
    term = Term(text, exact=exact)
    words = cut(text)
    variants = [term]
    first = words[0].folded
    if not term.as_written and len(first) >= 3:
        for script, prefixes in _PREFIXES:
            if all(char in script for char in first):
                rest = " ".join(word.folded for word in words[1:])
                variants += [Term(f"{p}{first} {rest}".strip()) for p in prefixes if p]
    return variants


def _names(entity: Entity) -> list[tuple[list[Term], tuple[str, ...], tuple[str, ...]]]:
    aliases = {alias.text: alias for alias in entity.aliases}
    names = []
    for text in dict.fromkeys([entity.name, *aliases]):
        alias = aliases.get(text)
        terms = _variants(text, exact=bool(alias and alias.exact))
        names.append((terms, alias.context if alias else (), alias.unless if alias else ()))
    return names


def _stands(case: Case, word: str) -> bool:
    return bool(term_hits(case.whole, Term(word.rstrip("*"), prefix=word.endswith("*"))))


def entity_hits(case: Case, text: Text, entity: Entity) -> list[Hit]:
    """Find the names of an entity."""
    if ("entity", entity.id) in text.cache:
        return text.cache["entity", entity.id]
    hits: list[Hit] = []
    for terms, context, unless in _names(entity):
        found = [hit for term in terms for hit in term_hits(text, term)]
        if context and not any(_stands(case, word) for word in context):
            continue
        if any(_stands(case, word) for word in unless):
            continue
        if entity.kind == "person" and len(cut(terms[0].text)) == 1:
            found = _bare(case, text, entity, cut(terms[0].text)[0].folded, found)
        hits += found
    text.cache["entity", entity.id] = outer(hits)
    return text.cache["entity", entity.id]


def _full(entity: Entity, surname: str) -> list[Term]:
    return [
        term
        for terms, _, _ in _names(entity)
        for term in terms
        if len(words := cut(term.text)) > 1 and words[-1].folded == surname
    ]


def _key(term: Term) -> tuple[object, ...]:
    return (tuple(word.folded for word in cut(term.text)), term.as_written and term.text)


def _bare(case: Case, text: Text, entity: Entity, surname: str, found: list[Hit]) -> list[Hit]:
    own = _full(entity, surname)
    own_keys = {_key(term) for term in own}
    others = [
        term
        for other in case.officials
        if other.kind == "person" and other.id != entity.id
        for term in _full(other, surname)
        if _key(term) not in own_keys
    ]
    theirs = [hit for term in others for hit in term_hits(text, term)]
    free = [h for h in found if not any(o[0] <= h[0] and h[1] <= o[1] for o in theirs)]
    whole = case.whole
    ours_all = [hit for term in own for hit in term_hits(whole, term)]
    theirs_all = [hit for term in others for hit in term_hits(whole, term)]
    if not theirs_all:
        return free
    in_title = [(h, True) for h in ours_all if whole.words[h[0]].field == "title"]
    in_title += [(h, False) for h in theirs_all if whole.words[h[0]].field == "title"]
    mentions = in_title
    if not mentions:
        bare = [
            h
            for h in term_hits(whole, Term(surname))
            if whole.words[h[0]].field == "text"
            and not any(o[0] <= h[0] and h[1] <= o[1] for o in theirs_all)
        ]
        mentions = [(h, True) for h in ours_all + bare] + [(h, False) for h in theirs_all]
    # At the same word the other's name counts first.
    if min((hit[0], mine) for hit, mine in mentions)[1]:
        return free
    offices = {cut(office.title)[-1].folded for office in entity.offices if cut(office.title)}
    return [h for h in free if h[0] and text.words[h[0] - 1].folded in offices]


def hits(case: Case, text: Text, query: Query, scope: str = "") -> list[Hit]:
    """Find a query that has places."""
    match query:
        case Term():
            found = term_hits(text, query)
        case EntityRef():
            entity = case.officials.get(query.id)
            assert entity is not None
            found = entity_hits(case, text, entity)
        case Or():
            found = outer([h for child in query.children for h in hits(case, text, child)])
        case Near():
            found = _near(case, text, query, scope)
        case AtLeast():
            inner = outer(hits(case, text, query.child, scope))
            return inner if len(inner) >= query.count else []
        case About():
            return _about(case, text, outer(hits(case, text, query.child)))
        case _:
            raise AssertionError(query)
    return [hit for hit in found if not scope or text.words[hit[0]].field == scope]


def _about(case: Case, text: Text, found: list[Hit]) -> list[Hit]:
    body = case.article.text
    start = len(body) - len(body.lstrip())
    paragraph = body.find("\n\n", start)
    end = len(body) if paragraph < 0 else paragraph
    first = [text.words[hit[0]] for hit in found]
    if len(found) >= 3 or any(w.field == "title" or w.start < end for w in first):
        return found
    return []


def _near(case: Case, text: Text, query: Near, scope: str) -> list[Hit]:
    left, right = hits(case, text, query.left, scope), hits(case, text, query.right, scope)
    barrier = [at for at, word in enumerate(text.words) if word.folded == BARRIER]

    def close(a: Hit, b: Hit) -> bool:
        low, high = sorted((a, b))
        apart = low[1] <= high[0] and high[0] - (low[1] - 1) <= query.distance
        return apart and not any(low[1] <= at < high[0] for at in barrier)

    kept = [a for a in left if any(close(a, b) for b in right)]
    return outer(kept + [b for b in right if any(close(a, b) for a in left)])


@dataclass
class Answer:
    """What the oracle says of a rule and an article."""

    clauses: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    quotes: set[int] = field(default_factory=set)


def _pattern_marks(text: Text, query: Regex, scope: str) -> list[Mark]:
    compiled = compile_pattern(query.pattern, ignore_case=query.ignore_case)
    return [
        (name, offset + match.start(), offset + match.end())
        for name, value, offset in text.originals
        if not scope or name == scope
        for match in compiled.finditer(value)
        if match.end() > match.start()
    ]


def ask(case: Case, text: Text, query: Query, scope: str = "") -> Answer | None:  # noqa: PLR0911
    """Answer a query about a text; None where it is not met."""
    answer = Answer()
    match query:
        case Not():
            return answer if ask(case, text, query.child, scope) is None else None
        case And() | Or():
            parts = [ask(case, text, child, scope) for child in query.children]
            met = [part for part in parts if part is not None]
            if not met or (isinstance(query, And) and len(met) < len(parts)):
                return None
            for part in met:
                answer.clauses += part.clauses
                answer.marks += part.marks
                answer.quotes |= part.quotes
            return answer
        case Scoped() if query.field in ("title", "body"):
            return ask(case, text, query.child, "text" if query.field == "body" else "title")
        case Scoped():
            inner = ask(case, case.field_text(query.field), query.child)
            return inner and Answer([str(query)], inner.marks)
        case Said():
            return _said(case, query)
        case Regex():
            answer.marks = _pattern_marks(text, query, scope)
        case _:
            answer.marks = _spans(text, hits(case, text, query, scope))
            if not hits(case, text, query, scope):
                return None
            answer.clauses = [_clause(query, scope)]
            return answer
    answer.clauses = [_clause(query, scope)]
    return answer if answer.marks else None


def _clause(query: Query, scope: str) -> str:
    name = "body" if scope == "text" else scope
    return str(Scoped(name, query)) if scope else str(query)  # type: ignore[arg-type]


def _said(case: Case, query: Said) -> Answer | None:
    answer = Answer([str(query)])
    for index, quote in enumerate(case.quotes):
        if not _by(case, quote, query.speaker):
            continue
        inner = Answer()
        if query.query is not None:
            met = ask(case, case.quote_text(quote), query.query)
            if met is None:
                continue
            inner = met
        answer.quotes.add(index)
        answer.marks += inner.marks
    if not answer.quotes:
        return None
    if query.speaker is not None:
        answer.marks += _spans(case.whole, hits(case, case.whole, query.speaker))
    return answer


def _by(case: Case, quote: Quote, speaker: EntityRef | Term | None) -> bool:
    if speaker is None:
        return True
    said = [word.folded for word in cut(quote.speaker or "")]
    if isinstance(speaker, Term):
        wanted = [word.folded for word in cut(speaker.text)]
        return any(said[k : k + len(wanted)] == wanted for k in range(len(said)))
    if quote.entity:
        return quote.entity == speaker.id
    entity = case.officials.get(speaker.id)
    assert entity is not None
    return bool(said) and any(
        [word.folded for word in cut(name)] == said
        for name in [entity.name, *(alias.text for alias in entity.aliases)]
    )


def tidied(marks: list[Mark]) -> list[Mark]:
    """Sort marks and leave out those inside others."""
    unique = sorted(set(marks), key=lambda mark: (FIELDS.index(mark[0]), mark[1], mark[2]))
    return [
        mark
        for mark in unique
        if not any(
            o != mark and o[0] == mark[0] and o[1] <= mark[1] and mark[2] <= o[2] for o in unique
        )
    ]


Expected = tuple[tuple[str, ...], tuple[Mark, ...], tuple[int, ...]]


def expected(
    query: str | Query, article: Article, quotes: Sequence[Quote], officials: Officials
) -> Expected | None:
    """Give clauses, highlights and quotes of a match, or None."""
    return expected_of(
        parse(query) if isinstance(query, str) else query, Case(article, quotes, officials)
    )


def expected_of(query: Query, case: Case) -> Expected | None:
    """Do the same for an article that was cut already."""
    answer = ask(case, case.whole, query)
    if answer is None:
        return None
    return (
        tuple(dict.fromkeys(answer.clauses)),
        tuple(tidied(answer.marks)),
        tuple(sorted(answer.quotes)),
    )
