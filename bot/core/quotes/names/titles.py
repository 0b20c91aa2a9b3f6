"""Titles beside a name: `Foreign Minister Name`, `Name, the head of the agency`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.grammar import DETERMINERS, FUNCTION, PREPOSITIONS
from bot.core.quotes.languages.offices import CHARGES, PORTFOLIOS
from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS
from bot.core.quotes.names.linking import Linking
from bot.core.quotes.names.someone import (
    FEW,
    Mention,
    Role,
    Someone,
    add_few,
    plain_parts,
    role_key,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.reading import Token

# What an institution may be as well as a person.
_EITHER: Final = frozenset(
    """
    ally partner rival opponent member supporter backer critic donor broker mediator founder host
    player contender investor owner neighbour neighbor friend independent conservative liberal
    socialist democrat republican
    """.split()
)
_NATIVE: Final = ("ian", "ean", "ese", "ish", "stani", "can")
_LED: Final = {"led": "leader", "headed": "head", "chaired": "chair", "run": "head"}
_CHARGE: Final = 8
_STOPS: Final = frozenset("of for at in to from with on that which who and".split())


class Titles(Linking):
    """Notes which titles the article gives to whom."""

    def _titles(
        self, tokens: list[Token], mention: Mention, row: list[Mention], index: int
    ) -> None:
        """Note the titles that stand beside a name."""
        lex = self._lex
        self._charged(tokens, mention)
        self._led(tokens, mention, row[index - 1] if index else None)
        if mention.name_at > mention.first:
            first = self._extend_left(tokens, mention.first)
            phrase = tokens[first : mention.name_at]
            self.give(mention.who, phrase, _place_after(tokens, row, index))
            self._share(tokens, row, index, phrase)
            self._before(tokens, mention, first)
        elif (
            mention.first
            and tokens[mention.first - 1].low in lex.roles
            and not tokens[mention.first - 1].owns
        ):
            first = self._extend_left(tokens, mention.first)
            self.give(mention.who, tokens[first : mention.first])
            self._before(tokens, mention, first)
        elif (
            mention.first > 1
            and tokens[mention.first - 1].low in lex.bodies
            and _determined(tokens, mention.first - 1)
        ):
            self.give(mention.who, tokens[mention.first - 1 : mention.first])
        else:
            self._before(tokens, mention, mention.first)
        if mention.last < len(tokens) and tokens[mention.last].word == "," and not mention.owns:
            last = _phrase_after(tokens, mention.last + 1, lex)
            if (
                last is not None
                and tokens[last : last + 1]
                and tokens[last].low in lex.past
                and mention.first
                and (
                    tokens[mention.first - 1].low in PREPOSITIONS
                    or (
                        tokens[mention.first - 1].low == "the"
                        and mention.first > 1
                        and tokens[mention.first - 2].low in PREPOSITIONS
                    )
                    or tokens[mention.first - 1].word == ","
                    or tokens[mention.first - 1].low in lex.bodies
                )
            ):
                # `In a post on Name, the minister said`: the minister is another.
                last = None
            follower = row[index + 1] if index + 1 < len(row) else None
            if last is not None and follower is not None and follower.first == last + 1:
                # `in the Observer, her adviser, Name, said`: the phrase is the next name's.
                after = tokens[follower.last].word if follower.last < len(tokens) else "."
                if after in ",." and tokens[last].word == "," and follower.who.person:
                    last = None
            phrase = tokens[mention.last + 1 : last]
            trained = any(t.low in ("training", "profession", "trade") for t in phrase)
            if last is not None and not trained:
                self.give(mention.who, phrase)

    def _charged(self, tokens: list[Token], mention: Mention) -> None:
        """Note what `Name, who chairs the trade committee,` is: its chair."""
        at = mention.last
        if at + 3 >= len(tokens) or tokens[at].word != "," or tokens[at + 1].low != "who":
            return
        at += 2 + (tokens[at + 2].low in ("also", "now", "currently"))
        noun = CHARGES.get(tokens[at].low)
        if tokens[at].low == "speaks" and tokens[at + 1].low == "for":
            noun = "spokesperson"
        if noun is None or not mention.who.person:
            return
        last = at + 1
        while last < len(tokens) and last - at < _CHARGE and tokens[last].kind == "w":
            if tokens[last].low in self._lex.past or tokens[last].low in ("and", "who", "when"):
                break
            last += 1
        phrase = tokens[at + 1 : last]
        words = {t.low for t in phrase if t.low not in FUNCTION} | {noun}
        caps = frozenset(t.low for t in phrase if self._placelike(t))
        role = Role(noun, frozenset(words), tokens[at].start, tokens[last - 1].end, caps)
        self._bear(mention.who, role, (noun,))

    def _led(self, tokens: list[Token], mention: Mention, led: Mention | None) -> None:
        """Note the head of `the Observer Mission, led by former minister Name`."""
        at = self._extend_left(tokens, mention.first)
        noun = _LED.get(tokens[at - 2].low) if at > 1 and tokens[at - 1].low == "by" else None
        if noun is None or led is None or led.who.person or not mention.who.person:
            return
        words = frozenset({noun, *led.who.parts})
        role = Role(noun, words, tokens[at - 2].start, tokens[at - 1].end, frozenset())
        self._bear(mention.who, role, (noun,))

    def _before(self, tokens: list[Token], mention: Mention, first: int) -> None:
        """Note `the head of the agency` before `, Name` or before `, Doctor Name`."""
        if first <= 1 or tokens[first - 1].word != ",":
            return
        phrase = _phrase_before(tokens, first - 1, self._lex)
        last = mention.last
        if last + 2 < len(tokens) and tokens[last].low == "of" and tokens[last + 1].cap:
            last += 2  # `The judge, Name of Norland, adjourned …`
        after = tokens[last] if last < len(tokens) else None
        if phrase is not None and (
            after is None
            or after.word in ",.;"
            or after.low in self._lex.past
            or after.low in ("has", "had")
        ):
            self.give(mention.who, tokens[phrase : first - 1])

    def _share(
        self, tokens: list[Token], row: list[Mention], index: int, phrase: Sequence[Token]
    ) -> None:
        """Give a plural title to the next name too: `Presidents Name of X and Name of Y`."""
        if index + 1 >= len(row) or not any(t.low in self._lex.plurals for t in phrase):
            return
        follower = index + 1
        if tokens[row[index].last].low in ("of", "from") and index + 2 < len(row):
            follower += 1
        other = row[follower]
        if tokens[other.first - 1].low == "and" and other.name_at == other.first:
            self.give(other.who, phrase, _place_after(tokens, row, follower))

    def _extend_left(self, tokens: list[Token], first: int) -> int:
        """Take in the words that belong to a title: `former US`, `the bloc's foreign policy`."""
        steps = 0
        while first > 0 and steps < 6:
            token = tokens[first - 1]
            if token.kind != "w" or token.low in FUNCTION or token.low in self._lex.past:
                if token.kind == "w" and token.cap and token.word == "US":
                    first -= 1
                    continue
                break
            first -= 1
            steps += 1
        return first

    def _own_nouns(self, phrase: Sequence[Token]) -> list[str]:
        """Give the role nouns that are the bearer's: of `president's spokesman` only the second."""
        nouns: list[str] = []
        for token in phrase:
            low = token.low.rstrip(".")
            low = self._lex.plurals.get(low, low)
            if low in _STOPS - {"and"} and nouns:
                break
            if low in self._lex.roles and not token.owns:
                nouns.append(low)
        return nouns

    def _body_noun(self, words: list[str]) -> str:
        """Give the noun of `a militant group that …` when it names an institution."""
        found = ""
        for word in words:
            if word in _STOPS and found:
                break
            if word in self._lex.bodies or word in self._lex.roles:
                found = word
        return found if found in self._lex.bodies and found not in self._lex.roles else ""

    def _placelike(self, token: Token) -> bool:
        """Tell whether a word of a title is written large because it names a place or a body."""
        low = token.low.rstrip(".")
        if not token.cap or low in self._lex.roles or low in self._lex.plurals:
            return False
        if low in PORTFOLIOS or low in FUNCTION or low in DETERMINERS:
            return False
        opens = token.start in self._openings and not token.owns
        return not opens or low in DEMONYMS or low in COUNTRIES or low.endswith(_NATIVE)

    def give(
        self, who: Someone, phrase: Sequence[Token], places: frozenset[str] = frozenset()
    ) -> None:
        """Note a title, or what an institution is called, for somebody.

        Args:
            who: its bearer.
            phrase: the words of the title.
            places: the words of a place behind the name, `President Name of X`.
        """
        words = [t.low.rstrip(".") for t in phrase if t.kind == "w"]
        words = [self._lex.plurals.get(word, word) for word in words]
        owners = {t.low for t in phrase if t.owns}
        body = self._body_noun([word for word in words if word not in owners])
        if body:
            if not who.person or (len(who.parts) > 1 and who.parts[0] not in self._lex.names):
                who.person = False
                who.bodies.add(body)
            return
        nouns = self._own_nouns(phrase)
        if not nouns:
            return
        first = 1 if phrase[0].low in ("the", "a", "an") and len(phrase) > 1 else 0
        role_words = frozenset(w for w in words if w not in FUNCTION) | places
        head = _head_noun(words, self._lex.roles)
        caps = places | {t.low for t in phrase if self._placelike(t)}
        role = Role(head, role_words, phrase[first].start, phrase[-1].end, caps)
        if not who.person and head in _EITHER:
            return  # `the Civic Union, an ally of the ruling party`
        self._bear(who, role, nouns)

    def _bear(self, who: Someone, role: Role, nouns: Sequence[str]) -> None:
        """Note that somebody bears a title, which makes a person of him or her."""
        head = role.noun
        if not who.person and len(who.parts) >= 1:
            who.person = True
            known = self._by_last[plain_parts(who.parts)[-1]]
            if who not in known:
                add_few(known, who)
        if all(self._lex.titles.get(noun) for noun in nouns):
            return  # `Ms` is no office
        if not who.gender:
            if head in self._lex.female_roles:
                who.gender = "F"
            elif head in self._lex.male_roles:
                who.gender = "M"
        if len(who.roles) >= FEW or any(r.words == role.words for r in who.roles):
            return
        who.roles.append(role)
        for noun in {role_key(n) for n in nouns}:
            if len(self.by_role[noun]) < FEW:
                self.by_role[noun].append((role.start, who, role))


def _determined(tokens: list[Token], noun: int) -> bool:
    """Tell whether `the`, `the militant` or `the small rebel` stands before a noun."""
    for k in range(noun - 1, max(-1, noun - 4), -1):
        if tokens[k].low in DETERMINERS:
            return True
        if tokens[k].kind != "w" or tokens[k].cap or tokens[k].owns or tokens[k].low in FUNCTION:
            return False
    return False


def _place_after(tokens: list[Token], row: list[Mention], index: int) -> frozenset[str]:
    """Give the words of the place in `President Name of Place`."""
    last = row[index].last
    if index + 1 < len(row) and row[index + 1].first == last + 1 and tokens[last].low == "of":
        return frozenset(t.low for t in tokens[last + 1 : row[index + 1].last])
    return frozenset()


def _head_noun(words: list[str], roles: frozenset[str]) -> str:
    """Give the role noun before the first preposition, else the last one."""
    head = ""
    for word in words:
        if word in ("of", "for", "at", "in", "to", "from", "with", "on") and head:
            break
        if word in roles:
            head = word
    return head


def _phrase_before(tokens: list[Token], comma: int, lex: Lexicon) -> int | None:
    """Find where `the head of the agency` before `, Name` starts, or None."""
    first = comma
    role = False
    while first > 0 and comma - first < 14:
        token = tokens[first - 1]
        if token.kind != "w" or token.low in lex.past:
            break
        if token.low in lex.roles:
            role = True
        first -= 1
        if token.low in ("a", "an") and role:
            break
        if token.low in ("the", "its", "their", "his", "her") and role:
            previous = tokens[first - 1].low if first else ""
            if previous in ("of", "for", "at", "in", "from"):
                continue
            break
    if not role:
        return None
    starts = tokens[first].low if first < comma else ""
    if starts in FUNCTION and starts not in ("the", "its", "their", "his", "her", "a", "an"):
        return None
    return first


def _phrase_after(tokens: list[Token], first: int, lex: Lexicon) -> int | None:
    """Find where `the head of the agency` after `Name,` ends, or None."""
    role = False
    body = first < len(tokens) and tokens[first].low in ("a", "an", "the")
    last = first
    while last < len(tokens) and last - first < 16:
        token = tokens[last]
        if token.kind == "q" or (token.kind == "p" and token.word not in "-–/&"):
            break
        if token.kind == "w":
            if token.low in lex.roles or (body and token.low in lex.bodies):
                role = True
            elif token.low in ("of", "for", "at", "from", "with", "in"):
                body = False
            elif not role and (
                token.low in lex.past
                or token.low
                in (
                    "who",
                    "whose",
                    "which",
                    "but",
                    "and",
                    "while",
                    "when",
                    "has",
                    "is",
                    "was",
                    "had",
                )
            ):
                return None
            elif role and (
                token.low in ("who", "which", "has", "had", "is", "was", "while")
                or token.low in lex.past
            ):
                break
        last += 1
    return last if role and last > first else None
