"""What may stand in a rule file, and how wrong entries are explained."""

from __future__ import annotations

import difflib
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bot.core import fold
from bot.core.model import Alias, Entity, Office, Rule

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_CHATS = ("console", "slack", "matrix")


def _as_text(value: object) -> object:
    """Ask for quotation marks where YAML reads a number, a truth value or nothing."""
    if isinstance(value, str):
        if not value.strip():
            raise PydanticCustomError("empty", "must not be empty")
        return value
    if isinstance(value, bool | int | float):
        raise PydanticCustomError("text", "must be text: put it in quotation marks")
    if value is None:
        raise PydanticCustomError("empty", "must not be empty")
    raise PydanticCustomError("text", "must be text")


def _as_name(value: object) -> object:
    text = _as_text(value)
    if isinstance(text, str) and not fold.words(text.rstrip("*")):
        raise PydanticCustomError("name", "has no letter or digit to look for")
    return text


def _as_names(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_alias(value: object) -> object:
    return value if isinstance(value, dict) else {"text": value}


def _as_channel(value: object) -> object:
    text = str(_as_text(value))
    chat, colon, place = text.partition(":")
    if chat not in _CHATS:
        close = difflib.get_close_matches(chat, _CHATS, n=1)
        hint = f": did you mean {close[0]}?" if close else f" ({', '.join(_CHATS)})"
        raise PydanticCustomError("chat", "unknown chat {chat}{hint}", {"chat": chat, "hint": hint})
    if colon and not place.strip():
        raise PydanticCustomError("place", "needs a channel behind the colon")
    return text


Text = Annotated[str, BeforeValidator(_as_text)]
Name = Annotated[str, BeforeValidator(_as_name)]
Names = Annotated[list[Name], BeforeValidator(_as_names)]
Id = Annotated[str, BeforeValidator(_as_text), StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Channel = Annotated[str, BeforeValidator(_as_channel)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class AliasEntry(_Entry):
    """A name, or a mapping with conditions."""

    text: Name
    exact: Annotated[bool, Field(strict=True)] = False
    context: Names = []
    unless: Names = []

    def alias(self) -> Alias:
        """Give the noun."""
        return Alias(self.text, self.exact, tuple(self.context), tuple(self.unless))


class OfficeEntry(_Entry):
    """An office with its days."""

    title: Text
    of: Text = ""
    demonym: Text = ""
    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")

    def office(self) -> Office:
        """Give the noun."""
        return Office(self.title, self.of, self.demonym, self.start, self.end)


class EntityEntry(_Entry):
    """A person, an institution or a place."""

    id: Id
    name: Name
    kind: Literal["person", "institution", "place"] = "person"
    gender: Literal["male", "female", ""] = ""
    aliases: list[Annotated[AliasEntry, BeforeValidator(_as_alias)]] = []
    offices: list[OfficeEntry] = []

    def entity(self) -> Entity:
        """Give the noun."""
        return Entity(
            self.id,
            self.name,
            self.kind,
            self.gender,
            tuple(alias.alias() for alias in self.aliases),
            tuple(office.office() for office in self.offices),
        )


class WatchEntry(_Entry):
    """A watch rule."""

    name: Text
    query: Text
    channels: list[Channel] = []
    paused: Annotated[bool, Field(strict=True)] = False

    def rule(self, origin: str) -> Rule:
        """Give the noun; rules of files are known by their name."""
        return Rule(self.name, self.name, self.query, tuple(self.channels), origin, self.paused)


_MODELS: dict[str, type[_Entry]] = {
    "entities": EntityEntry,
    "watches": WatchEntry,
    "aliases": AliasEntry,
    "offices": OfficeEntry,
}
SECTIONS = ("entities", "watches")


def explain(  # noqa: PLR0911 - one answer for each kind of error
    error: ErrorDetails, way: tuple[Any, ...]
) -> tuple[str, bool]:
    """Word one of pydantic's errors.

    Args:
        error: as pydantic gives it.
        way: the way to the value in the whole file.

    Returns:
        The reason, and whether it is the key that is wrong and not its value.
    """
    name = next((part for part in reversed(way) if isinstance(part, str)), "")
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {name}{did_you_mean(name, _keys(way[:-1]))}", True
        case "missing":
            return f"{name} is missing", False
        case "literal_error":
            return f"{name} must be {error['ctx']['expected']}, not {error['input']!r}", False
        case "string_pattern_mismatch":
            return f"{name} must be lower-case letters, digits, - and _", False
        case "list_type":
            return f"{name} must be a list", False
        case "model_type" | "dict_type":
            return "must be a mapping (key: value)", False
        case "bool_type":
            return f"{name} must be true or false", False
        case kind if kind.startswith("date"):
            return f"{name} must be a day such as 2022-12-29", False
        case _:
            return f"{name} {error['msg']}", False


def did_you_mean(word: str, known: tuple[str, ...]) -> str:
    """Suggest the known word that looks most like another; "" where none does."""
    close = difflib.get_close_matches(word, known, n=1)
    return f": did you mean {close[0]}?" if close else f" (known: {', '.join(known)})"


def _keys(way: tuple[Any, ...]) -> tuple[str, ...]:
    section = next((part for part in reversed(way) if isinstance(part, str)), "")
    fields = _MODELS[section].model_fields if section in _MODELS else {}
    return tuple(info.alias or name for name, info in fields.items())
