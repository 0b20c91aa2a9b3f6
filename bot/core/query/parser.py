"""Text to tree: lark reads the grammar, this module builds the nodes and words the errors."""

from __future__ import annotations

import difflib
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, cast, get_args

from lark import Lark, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, VisitError

from bot.core import fold
from bot.core.query import checks, quick
from bot.core.query.patterns import MAX_PATTERN
from bot.core.query.tree import (
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
    Scope,
    Scoped,
    Term,
)
from bot.errors import QueryError

if TYPE_CHECKING:
    from lark import Token

MAX_CHARACTERS = 2000
MAX_DEPTH = checks.MAX_DEPTH
MAX_TERMS = checks.MAX_TERMS
MIN_PREFIX = 3

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_PATTERN", "MAX_TERMS", "parse"]

_FIELDS = (*get_args(Scope), "said", "about")
_ALIASES = {"text": "body", "headline": "title", "language": "lang", "by": "said"}
_OPERATOR = re.compile(r"AND|OR|NOT|NEAR|ATLEAST")
_PLACES = {"NEAR": "before and behind it", "ATLEAST": "behind it"}
_NUMBERS = {"NEAR": "a number, as in NEAR/8", "ATLEAST": "a number, as in ATLEAST/3"}
_COUNTED = re.compile(r"(near|atleast)(?:/(.*))?", re.IGNORECASE | re.DOTALL)
# Phones and chats turn straight quotation marks into typographic ones.
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_GERSHAYIM = re.compile(r'(?<=[א-ת])"(?=[א-ת])')
_FIELD = re.compile(r"\b([A-Za-z_]+):$")
_OPERATION = re.compile(r"NOT(?=[\s(])|-(?=\S)|ATLEAST/[0-9]+(?=[\s(])")


def parse(text: str) -> Query:
    """Read a query.

    Raises:
        QueryError: it is empty, too long or too deep, does not follow the grammar, holds a pattern
            that is refused, or asks for nothing but what must not be there.
    """
    if len(text) > MAX_CHARACTERS:
        reason = f"the query is longer than {MAX_CHARACTERS} characters"
        raise QueryError(text, MAX_CHARACTERS, reason)
    if not text.strip():
        raise QueryError(text, 0, "the query is empty")
    plain = text.translate(_QUOTES)
    if '"' in plain:
        plain = _GERSHAYIM.sub("״", plain)
    query = quick.read(plain)
    if query is not None:
        return query if _plain(query) else checks.checked(query, text)
    try:
        tree = cast("Query", _grammar().parse(plain))
    except VisitError as error:
        if isinstance(error.orig_exc, _Fault):
            raise error.orig_exc.in_query(text) from None
        raise
    except _Fault as fault:
        raise fault.in_query(text) from None
    except UnexpectedInput as error:
        raise _explained(text, plain, error) from None
    return checks.checked(tree, text)


def _plain(query: Query) -> bool:
    """Say whether there is nothing to check."""
    if isinstance(query, Or) and len(query.children) <= MAX_TERMS:
        return all(isinstance(part, Term) for part in query.children)
    return isinstance(query, Term)


class _Fault(Exception):  # noqa: N818 - it never leaves this file
    """What is wrong at an offset, before the whole query is at hand."""

    def __init__(self, at: int, reason: str, suggestion: str | None = None) -> None:
        self.at, self.reason, self.suggestion = at, reason, suggestion
        super().__init__(reason)

    def in_query(self, text: str) -> QueryError:
        return _behind_field(text, self.at) or QueryError(
            text, self.at, self.reason, suggestion=self.suggestion
        )


@cache
def _grammar() -> Lark:
    return Lark(
        files("bot.core.query").joinpath("grammar.lark").read_text("utf-8"),
        parser="lalr",
        transformer=_Builder(),
        maybe_placeholders=False,
    )


def _term(raw: str, at: int) -> Term:
    """Build a term from `word`, `!word`, `word*` or the same with quotation marks."""
    exact = raw.startswith("!")
    body = raw.removeprefix("!")
    prefix = body.endswith("*")
    body = body.removesuffix("*")
    if body.startswith('"'):
        body = body.strip('"')
        prefix = prefix or body.endswith("*")
        body = body.removesuffix("*")
    if "*" in body:
        raise _Fault(at + raw.index("*"), "a star can only stand at the end of a word")
    text = _trimmed(body)
    words = fold.words(text)
    if not words:
        raise _Fault(at, f"{raw} has no letter or digit to look for")
    if fold.BARRIER in text:
        raise _Fault(at, "a query cannot hold the character NUL")
    if prefix and len(words[-1]) < MIN_PREFIX:
        raise _Fault(at, f"a word before * needs at least {MIN_PREFIX} letters")
    return Term(text, exact=exact, prefix=prefix, at=at)


def _trimmed(body: str) -> str:
    """Leave out spaces and punctuation at the ends, which never count, and double spaces."""
    text = " ".join(body.split())
    if text and text[0].isalnum() and text[-1].isalnum():
        return text
    start, end = 0, len(text)
    while start < end and not fold.fold_char(text[start]).strip(" '."):
        start += 1
    while end > start and not fold.fold_char(text[end - 1]).strip(" '."):
        if fold.keeps(text[end - 1]) or (text[end - 1] == "." and "." in text[start : end - 1]):
            break
        end -= 1
    return text[start:end]


def _flat(kind: type[And | Or], parts: tuple[Query, ...]) -> Query:
    children: list[Query] = []
    for part in parts:
        children.extend(part.children if isinstance(part, kind) else (part,))
    return kind(tuple(children), at=children[0].at)


@v_args(inline=True)
class _Builder(Transformer["Token", Query]):
    """Builds nodes bottom-up while lark parses."""

    def word(self, token: Token) -> Query:
        at = token.start_pos or 0
        if _OPERATOR.fullmatch(token):
            side = _NUMBERS.get(token, "something to join")
            raise _Fault(at, f'{token} needs {side}; write "{token}" to look for the word')
        counted = _COUNTED.fullmatch(token)
        if counted and counted[2] is not None:
            number = counted[2] if counted[2].isdecimal() else "8"
            hint = f"{counted[1].upper()}/{number}"
            if token == hint:
                raise _Fault(at, f"{token} needs words {_PLACES[counted[1]]}")
            raise _Fault(at, f"{token} is neither an operator nor a word", hint)
        return _term(token, at)

    def phrase(self, token: Token) -> Query:
        return _term(token, token.start_pos or 0)

    def entity(self, token: Token) -> Query:
        return EntityRef(token[1:].lower(), at=token.start_pos or 0)

    def regex(self, token: Token) -> Query:
        pattern, _, flags = token[1:].rpartition("/")
        return Regex(pattern, ignore_case=flags == "i", at=token.start_pos or 0)

    def either(self, *parts: Query) -> Query:
        return _flat(Or, parts)

    def both(self, *parts: Query) -> Query:
        return _flat(And, parts)

    def near(self, left: Query, token: Token, right: Query) -> Query:
        distance = int(token.partition("/")[2])
        if not 1 <= distance <= checks.MAX_DISTANCE:
            reason = f"NEAR takes a distance from 1 to {checks.MAX_DISTANCE} words"
            raise _Fault(token.start_pos or 0, reason)
        return Near(left, right, distance, at=left.at)

    def at_least(self, token: Token, child: Query) -> Query:
        count = int(token.partition("/")[2])
        if not 1 <= count <= checks.MAX_COUNT:
            reason = f"ATLEAST takes a number from 1 to {checks.MAX_COUNT}"
            raise _Fault(token.start_pos or 0, reason)
        return AtLeast(count, child, at=token.start_pos or 0)

    def negation(self, token: Token, child: Query) -> Query:
        return Not(child, at=token.start_pos or 0)

    def scoped(self, token: Token, child: Query) -> Query:
        name = token[:-1].lower()
        name = _ALIASES.get(name, name)
        if name == "said":
            reason = "said: takes an entity or a name, or words in brackets"
            raise _Fault(token.start_pos or 0, reason, "said:@name")
        if name not in get_args(Scope):
            raise _unknown_field(token[:-1], token.start_pos or 0)
        return Scoped(cast("Scope", name), child, at=token.start_pos or 0)

    def about(self, token: Token, child: Query) -> Query:
        return About(child, at=token.start_pos or 0)

    def said(self, token: Token) -> Query:
        at = token.start_pos or 0
        return Said(_speaker(token[len("said:") :], at + len("said:")), at=at)

    def said_words(self, token: Token, child: Query) -> Query:
        at = token.start_pos or 0
        speaker = _speaker(token[len("said:") : -1], at + len("said:"))
        return Said(speaker, child, at=at)


def _speaker(raw: str, at: int) -> EntityRef | Term | None:
    if not raw:
        return None
    return EntityRef(raw[1:].lower(), at=at) if raw.startswith("@") else _term(raw, at)


def _unknown_field(name: str, at: int) -> _Fault:
    close = difflib.get_close_matches(name.lower(), _FIELDS, n=1)
    reason = f"unknown field {name}"
    if not close:
        reason += f' (fields are {", ".join(_FIELDS)}; write "{name}: …" to look for the words)'
    return _Fault(at, reason, f"{close[0]}:" if close else None)


def _explained(text: str, plain: str, error: UnexpectedInput) -> QueryError:
    """Say what a person did wrong where lark only knows which tokens would have fitted."""
    at = error.pos_in_stream if error.pos_in_stream is not None else len(text)
    if isinstance(error, UnexpectedCharacters):
        return _odd_character(text, plain, at)
    token = getattr(error, "token", None)
    kind = token.type if token is not None else "$END"
    if kind == "$END":
        return _unfinished(text, plain)
    at = token.start_pos if token is not None and token.start_pos is not None else at
    if kind == "RPAR":
        opened = plain.count("(", 0, at) > plain.count(")", 0, at)
        reason = "nothing stands before this bracket" if opened else "this bracket was never opened"
        return QueryError(text, at, reason)
    if hint := _behind_field(text, at):
        return hint
    before = plain[:at].split()
    if not before or before[-1].endswith("("):
        return QueryError(text, at, f'{token} needs something before it (or write "{token}")')
    return QueryError(text, at, f"{token} cannot follow {before[-1]}")


def _behind_field(text: str, at: int) -> QueryError | None:
    """Say how an operation is written that stands directly behind a field, where none may."""
    field, operation = _FIELD.search(text, 0, at), _OPERATION.match(text, at)
    if field is None or operation is None:
        return None
    if operation[0].startswith("ATLEAST"):
        how = f"{operation[0]} x)"
        return QueryError(text, at, f"{operation[0]} needs brackets here: {field[0]}({how}")
    reason = f"write NOT {field[0]}x, or in brackets {field[0]}(a NOT b)"
    return QueryError(text, at, f"{operation[0]} cannot follow {field[0]} directly: {reason}")


def _unfinished(text: str, plain: str) -> QueryError:
    depth: list[int] = []
    quoted = False
    for at, char in enumerate(plain):
        quoted ^= char == '"'
        if not quoted and char == "(":
            depth.append(at)
        elif not quoted and char == ")" and depth:
            depth.pop()
    if depth:
        return QueryError(text, depth[-1], "this bracket is never closed")
    last = plain.rsplit(maxsplit=1)[-1]
    return QueryError(text, len(plain.rstrip()), f"something is missing after {last}")


def _odd_character(text: str, plain: str, at: int) -> QueryError:
    rest = plain[at:]
    chunk = (rest.split(maxsplit=1) or [rest])[0]
    if plain.count('"', at) % 2 and '"' in chunk:
        return QueryError(text, at + chunk.index('"'), "this quotation mark is never closed")
    field = _FIELD.search(plain, 0, at)
    if field and field[1].lower() not in {*_FIELDS, *_ALIASES}:
        return _unknown_field(field[1], field.start()).in_query(text)
    if "*" in chunk:
        return QueryError(
            text, at + chunk.index("*"), "a star can only stand at the end of a word of 3 letters"
        )
    if re.match(r"[A-Za-z_]+:(?:\s|\)|$)", rest):
        return QueryError(text, at, f"{chunk} needs something behind it, without a space")
    if chunk.startswith("said:"):
        return QueryError(text, at, "said: takes an entity or a name", suggestion="said:@name")
    reasons = {
        "/": "a pattern ends with / (and nothing but i may follow it)",
        "@": "an entity is written @name, of letters, digits, - and _",
        "!": "! stands directly before a word or a phrase",
        '"': "a phrase ends with its quotation mark; put a space behind it",
    }
    fallback = f"{chunk} cannot stand here; put it in quotation marks to look for it"
    if chunk[0] in "-–—−":
        fallback = "a lone hyphen means nothing; -word excludes a word"
    return QueryError(text, at, reasons.get(chunk[0], fallback))
