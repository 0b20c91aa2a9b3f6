"""Who is named in an article: people and institutions, their full names, titles and genders.

The registry is made of the whole article before any quote is attributed, so that a title or a
surname is resolved by a name given before it or after it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.core.quotes.lexicon import Lexicon
    from bot.core.quotes.reading import Sentence, Token

PARTICLES: Final = frozenset(
    """
        de del della der den di da do dos du la le van von zu bin ibn al el ul ben bat ter ten y
        e
        """.split()
)
FUNCTION: Final = frozenset(
    """
    a an the this that these those some any each every all both no not and or but nor so yet if
    then than as at by for from in into of off on onto out over to toward towards under until up
    upon with within without about above across after against along amid among around because
    before behind below beneath beside besides between beyond despite down during except inside
    like near since through throughout till via while although though unless whereas whether
    when whenever where wherever why how what which who whom whose whatever it its he him his
    she her hers they them their theirs we us our ours you your yours i me my mine myself
    himself herself itself themselves there here now just even still also only once again ever
    never always often however meanwhile moreover instead indeed perhaps maybe yes well today
    tomorrow yesterday tonight earlier later asked according is are was were be been being has
    have had do does did will would can could may might must shall should one two three four
    five six seven eight nine ten many most more much several few another other others such same
    own let new last next first second third
    """.split()
)
DAYS: Final = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december jan feb mar apr aug sept sep oct nov
    dec
    """.split()
)
ORGANISATION: Final = frozenset(
    """
    inc inc. corp corp. co co. ltd llc plc times post news journal tribune herald guardian
    telegraph gazette chronicle observer mail today democrats republicans nations republic
    states kingdom parliament street committee pac trust society union service services affairs
    systems group holdings airlines airways motors bank capital media network radio tv
    television magazine review press conference summit act bill law amendment convention caucus
    county city district province region river valley island islands bay beach park square
    avenue hall building stadium airport hospital school schools hotel resort tower plaza day
    week month year award awards prize cup league games olympics war treaty accord agreement
    pact deal statute charter crisis east west north south coast academy church
    """.split()
)
GEOGRAPHIC: Final = frozenset(
    "new north south east west northern southern eastern western san los las saint st. fort mount "
    "lake great central middle upper lower united white supreme gulf cape port el".split()
)
_STOPS: Final = frozenset("of for at in to from with on that which who and".split())
# No article names more; a page that does must not take time in the square of its length.
_MANY: Final = 150
_FEW: Final = 40
_MAX_CHUNK: Final = 9


@dataclass(slots=True, eq=False)
class Someone:
    """A person or an institution of the article.

    Attributes:
        name: the fullest name.
        person: whether it is a person.
        gender: M, F or "".
        count: mentions.
        first: offset of the first mention.
        roles: role noun, the words of the title phrase, the phrase's span, offset of the mention.
        entity: id in the officials files.
        latest: offset of the mention read last.
        bodies: what the article calls an institution: group, agency.
        parts: the words of the name, lower case.
    """

    name: str
    person: bool
    parts: tuple[str, ...]
    first: int
    gender: str = ""
    count: int = 0
    roles: list[Role] = field(default_factory=list)
    entity: str = ""
    latest: int = -1
    bodies: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Role:
    """A title that the article gives to somebody."""

    noun: str
    words: frozenset[str]
    start: int
    end: int
    caps: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Mention:
    """A name in a sentence.

    Attributes:
        who: whom it names.
        first: index of its first token (titles included).
        name_at: index of the first token of the name itself.
        last: index behind its last token.
        title: offset span of the title before the name, or None.
        owns: whether a possessive ending follows.
    """

    who: Someone
    first: int
    name_at: int
    last: int
    start: int
    owns: bool
    sentence: int
    honorific: str = ""


@dataclass(slots=True)
class Chunk:
    """A run of capitalised tokens."""

    first: int
    last: int
    sentence: int
    tokens: list[Token]
    name_at: int = 0
    honorific: str = ""
    person: bool | None = None
    title_from: int = -1

    @property
    def parts(self) -> tuple[str, ...]:
        """The words of the name, without titles, lower case."""
        return tuple(t.low for t in self.tokens[self.name_at :])


class Registry:
    """The people and institutions of one article.

    Attributes:
        mentions: for each sentence, its mentions in order.
        people: everybody found.
        by_role: role noun to those who bear it.
    """

    def __init__(
        self,
        sentences: Sequence[Sentence],
        lexicon: Lexicon,
        hints: Collection[tuple[int, int, str]],
    ) -> None:
        self._lex = lexicon
        self.mentions: list[list[Mention]] = [[] for _ in sentences]
        self.people: list[Someone] = []
        self.by_role: dict[str, list[tuple[int, Someone, Role]]] = defaultdict(list)
        self._by_last: dict[str, list[Someone]] = defaultdict(list)
        self._by_first: dict[str, list[Someone]] = defaultdict(list)
        self._by_name: dict[tuple[str, ...], Someone] = {}
        self._hints = {start: (end, label) for start, end, label in hints}
        self._mid, self._pairs = _mid_capitals(sentences)
        chunks = [self._chunks(sentence) for sentence in sentences]
        flat = [chunk for row in chunks for chunk in row]
        for chunk in flat:
            self._introduce(chunk, sentences[chunk.sentence])
        for chunk in flat:
            self._mention(chunk, sentences[chunk.sentence])
        for sentence, row in zip(sentences, self.mentions, strict=True):
            for index, mention in enumerate(row):
                self._titles(sentence.tokens, mention, row, index)

    # ------------------------------------------------------------ runs of capitals

    def _chunks(self, sentence: Sentence) -> list[Chunk]:
        tokens = sentence.tokens
        out: list[Chunk] = []
        shout = _is_headline(tokens)
        index = 0
        while index < len(tokens):
            if not self._starts(tokens, index, shout=shout):
                index += 1
                continue
            last = self._reach(tokens, index, shout=shout)
            chunk = Chunk(index, last, sentence.number, tokens[index:last])
            self._split_title(chunk)
            if chunk.name_at < len(chunk.tokens):
                out.append(chunk)
            index = last
        return out

    def _starts(self, tokens: list[Token], index: int, *, shout: bool) -> bool:
        token = tokens[index]
        if not token.cap:
            return token.word.startswith("@") and token.kind == "w" and len(token.word) > 2
        if token.low in FUNCTION or (token.low in DAYS and not self._named_day(tokens, index)):
            if token.low == "new" and index + 1 < len(tokens) and tokens[index + 1].cap:
                return tokens[index + 1].low not in FUNCTION
            return token.word in ("US", "WHO") or (
                token.low in ("may", "will") and self._named_day(tokens, index)
            )
        if shout:
            return token.word in self._mid
        opens = index == 0 or tokens[index - 1].kind in "pq"
        if index and tokens[index - 1].kind == "p" and tokens[index - 1].word in ",();":
            opens = False
        if not opens or token.word in self._mid or token.low in self._lex.names:
            return True
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.low.rstrip(".") in self._lex.titles or token.low in self._lex.titles:
            return True
        if following is None:
            return index == 0 or token.end == tokens[-1].end
        if following.cap and (following.low not in FUNCTION or self._in_name(tokens, index + 1)):
            return True
        return (
            token.owns
            or following.low in self._lex.past
            or (
                len(token.word) > 1
                and (
                    token.word.isupper()
                    or following.low in ("has", "had", "is", "was", "who", "did", "and", ",", "(")
                )
            )
        )

    def _in_name(self, tokens: list[Token], i: int) -> bool:
        """Tell whether a capitalised small word belongs to a name: Doctors Without Borders."""
        return len(tokens[i].word) > 2 and tokens[i].low not in (
            "she",
            "the",
            "his",
            "her",
            "but",
            "and",
        )

    def _named_day(self, tokens: list[Token], index: int) -> bool:
        """Tell April the woman from April the month."""
        token = tokens[index]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        return token.low in self._lex.names and following is not None and following.cap

    def _reach(self, tokens: list[Token], index: int, *, shout: bool) -> int:
        last = index + 1
        if tokens[index].owns or tokens[index].word.startswith("@"):
            return last
        while last < len(tokens) and last - index < _MAX_CHUNK:
            token = tokens[last]
            if shout and (tokens[last - 1].word, token.word) not in self._pairs:
                break
            if (
                token.cap
                and not (token.low in FUNCTION and not self._in_name(tokens, last))
                and (token.low not in DAYS or token.low in self._lex.names)
            ):
                last += 1
                if token.owns:
                    break
                continue
            ahead = last + 1
            while (
                ahead < len(tokens)
                and ahead < last + 3
                and tokens[ahead].low in PARTICLES
                and tokens[last].low in PARTICLES
                and not tokens[ahead].cap
            ):
                ahead += 1
            after = tokens[ahead] if ahead < len(tokens) else None
            if (
                token.low in ("of", "for")
                and after is not None
                and after.low == "the"
                and tokens[last - 1].low in self._lex.bodies
                and ahead + 1 < len(tokens)
                and tokens[ahead + 1].cap
            ):
                last = ahead + 1
                continue
            if after is None or not after.cap or after.low in FUNCTION:
                break
            if token.kind == "q" and token.word.isalpha() and token.word[:1].isupper():
                # A nickname: John "Jack" Smith.
                last += 1
                continue
            if token.low in PARTICLES and token.kind == "w":
                last = ahead
                continue
            previous = tokens[last - 1].low
            if token.low in ("of", "for") and (
                previous in self._lex.bodies or previous in ("secretary", "minister", "speaker")
            ):
                last += 1
                continue
            break
        return last

    def _split_title(self, chunk: Chunk) -> None:
        """Part `US Secretary of State Antony Blinken` into its title and its name."""
        tokens, lex = chunk.tokens, self._lex
        cut = 0
        for i, token in enumerate(tokens[:-1]):
            low = token.low
            if low in lex.titles or low.rstrip(".") in lex.titles:
                cut = i + 1
                chunk.honorific = lex.titles.get(low, "") or chunk.honorific
            elif low in lex.roles and (tokens[-1].low not in lex.bodies):
                cut = i + 1
        if cut and tokens[cut].low == "of":
            cut = max(len(tokens) - 2, cut + 2)
        if tokens[-1].low in lex.roles and len(tokens) > 1 and not self._is_name(tokens):
            cut = len(tokens)
        while (
            cut == 0
            and len(tokens) > 2
            and tokens[0].low in DEMONYMS
            and tokens[1].low in lex.names
        ):
            tokens = chunk.tokens = tokens[1:]
            chunk.first += 1
        chunk.name_at = min(len(tokens), cut)
        if cut and cut < len(tokens):
            chunk.person = True
        if (
            len(tokens) == 1
            and (tokens[0].low in lex.roles or tokens[0].low in lex.titles)
            and (tokens[0].word not in self._by_last)
        ):
            chunk.name_at = 1

    def _is_name(self, tokens: list[Token]) -> bool:
        return tokens[0].low in self._lex.names and len(tokens) == 2

    # ------------------------------------------------------------ people

    def _classify(self, chunk: Chunk, sentence: Sentence) -> bool:
        """Tell whether a run names a person."""
        if chunk.person is not None:
            return chunk.person
        names = chunk.tokens[chunk.name_at :]
        hint = self._hints.get(names[0].start)
        if hint:
            return hint[1] in ("PERSON", "PER")
        first, last = names[0], names[-1]
        if first.word.startswith("@"):
            return False
        if (
            last.low in self._lex.bodies
            or last.low in ORGANISATION
            or any(t.low in self._lex.bodies for t in names[:-1])
        ):
            return False
        if all(t.low in COUNTRIES or t.low in DEMONYMS for t in names):
            return False
        if len(names) == 1:
            return self._acts(chunk, sentence, first)
        if first.low in self._lex.names:
            return True
        if first.low in GEOGRAPHIC or first.low in DEMONYMS or first.low in COUNTRIES:
            return False
        if any(t.word.isupper() and len(t.word) > 1 and "." not in t.word for t in names[:2]):
            return False
        before = sentence.tokens[chunk.first - 1].low if chunk.first else ""
        return before not in ("the", "in", "at") and len(names) <= 4 and "of" not in chunk.parts

    def _acts(self, chunk: Chunk, sentence: Sentence, token: Token) -> bool:
        """Tell whether a single name speaks, or has a `who` behind it."""
        if token.word.isupper() and len(token.word) > 1:
            return False
        tokens = sentence.tokens
        if chunk.first and tokens[chunk.first - 1].low in ("the", "in", "at", "from", "of"):
            return False
        after = tokens[chunk.last].low if chunk.last < len(tokens) else ""
        if after == "," and chunk.last + 1 < len(tokens):
            after = tokens[chunk.last + 1].low
            return after in ("who", "whose")
        return after in (
            "said",
            "told",
            "added",
            "who",
            "wrote",
            "tweeted",
            "recalled",
            "thinks",
            "believes",
        )

    def _introduce(self, chunk: Chunk, sentence: Sentence) -> None:
        """Enter full names; short ones are linked to them afterwards."""
        parts = chunk.parts
        person = self._classify(chunk, sentence)
        chunk.person = person
        if len(parts) < 2 or parts in self._by_name:
            return
        start = chunk.tokens[chunk.name_at].start
        name = " ".join(t.word for t in chunk.tokens[chunk.name_at :])
        same = self._variant(parts) if person else None
        if same is not None:
            self._by_name[parts] = same
            if set(parts) > set(same.parts):
                # `Ann Lee` of the first lines is `Ann R. Lee Jr.` further down.
                same.name, same.parts = name, parts
            return
        self._enter(Someone(name, person, parts, start), parts)

    def _variant(self, parts: tuple[str, ...]) -> Someone | None:
        """Find the same person under a middle initial or a shorter first name."""
        plain = plain_parts(parts)
        for other in self._by_last.get(plain[-1], ()):
            theirs = plain_parts(other.parts)
            if len(theirs) > len(plain) and theirs[-len(plain) :] == plain:
                return other
            if (
                len(theirs) > 1
                and theirs[-1] == plain[-1]
                and (
                    theirs[0] == plain[0]
                    or (
                        min(len(theirs[0]), len(plain[0])) > 2
                        and (theirs[0].startswith(plain[0]) or plain[0].startswith(theirs[0]))
                    )
                )
            ):
                return other
        return None

    def _enter(self, someone: Someone, parts: tuple[str, ...]) -> Someone:
        if len(self.people) < _MANY:
            self.people.append(someone)
        self._by_name[parts] = someone
        plain = plain_parts(parts)
        if someone.person:
            for i in range(1, len(plain)):
                key = " ".join(plain[i:])
                _add(self._by_last[key], someone)
            if len(plain) == 1:
                _add(self._by_last[plain[0]], someone)
            else:
                _add(self._by_first[plain[0]], someone)
            someone.gender = self._lex.names.get(plain[0], "") if len(plain) > 1 else ""
        return someone

    def _mention(self, chunk: Chunk, sentence: Sentence) -> None:
        parts = chunk.parts
        start = chunk.tokens[chunk.name_at].start
        who = self._by_name.get(parts)
        if len(parts) == 1 or who is None:
            who = self._link(parts, chunk, start) or who
        if who is None:
            name = " ".join(t.word for t in chunk.tokens[chunk.name_at :])
            who = self._enter(Someone(name, bool(chunk.person), parts, start), parts)
        if chunk.honorific and who.person:
            who.gender = chunk.honorific
        who.count += 1
        who.latest = start
        if chunk.person and not who.person:
            who.person = True
        self.mentions[sentence.number].append(
            Mention(
                who,
                chunk.first,
                chunk.first + chunk.name_at,
                chunk.last,
                start,
                chunk.tokens[-1].owns,
                sentence.number,
                chunk.honorific,
            )
        )

    def _link(self, parts: tuple[str, ...], chunk: Chunk, start: int) -> Someone | None:
        """Give whom a short name means: the one so called before, else the one named later."""
        key = " ".join(plain_parts(parts))
        found = self._by_last.get(key) or (self._by_first.get(key) if not chunk.honorific else None)
        if not found:
            return None
        if chunk.honorific:
            fitting = [p for p in found if p.gender in ("", chunk.honorific)]
            found = fitting or []
        if not found:
            return None
        before = [p for p in found if p.first <= start] or found
        if len(before) == 1:
            return before[0]
        # Of two with one surname: the main figure of the article, unless another came up just now.
        best = max(before, key=lambda p: (p.count, -p.first))
        latest = max(before, key=lambda p: p.latest)
        if latest is not best and 4 * latest.count >= best.count and start - latest.latest < 500:
            return latest
        return best

    # ------------------------------------------------------------ titles

    def _titles(
        self, tokens: list[Token], mention: Mention, row: list[Mention], index: int
    ) -> None:
        """Note the titles that stand beside a name."""
        lex = self._lex
        if mention.name_at > mention.first:
            first = self._extend_left(tokens, mention.first)
            self._give(mention.who, tokens[first : mention.name_at])
        elif (
            mention.first
            and tokens[mention.first - 1].low in lex.roles
            and not tokens[mention.first - 1].owns
        ):
            first = self._extend_left(tokens, mention.first)
            self._give(mention.who, tokens[first : mention.first])
        elif mention.first > 1 and tokens[mention.first - 1].word == ",":
            before = _phrase_before(tokens, mention.first - 1, lex)
            after = tokens[mention.last].word if mention.last < len(tokens) else "."
            if before is not None and (
                after in ",.;"
                or tokens[mention.last].low in lex.past
                or tokens[mention.last].low in ("has", "had")
            ):
                self._give(mention.who, tokens[before : mention.first - 1])
        if mention.last < len(tokens) and tokens[mention.last].word == "," and not mention.owns:
            last = _phrase_after(tokens, mention.last + 1, lex)
            follower = row[index + 1] if index + 1 < len(row) else None
            if last is not None and follower is not None and follower.first == last + 1:
                # `in the Observer, her adviser, Name, said`: the phrase is the next name's.
                after = tokens[follower.last].word if follower.last < len(tokens) else "."
                if after in ",." and tokens[last].word == "," and follower.who.person:
                    last = None
            if last is not None:
                self._give(mention.who, tokens[mention.last + 1 : last])

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

    def _give(self, who: Someone, phrase: Sequence[Token]) -> None:
        words = [t.low.rstrip(".") for t in phrase if t.kind == "w"]
        body = self._body_noun(words)
        if body:
            if not who.person or (len(who.parts) > 1 and who.parts[0] not in self._lex.names):
                who.person = False
                who.bodies.add(body)
            return
        nouns = self._own_nouns(phrase)
        if not nouns:
            return
        first = 1 if phrase[0].low in ("the", "a", "an") and len(phrase) > 1 else 0
        role_words = frozenset(w for w in words if w not in FUNCTION)
        head = _head_noun(words, self._lex.roles)
        caps = frozenset(t.low for t in phrase if t.cap and t.low not in self._lex.roles)
        role = Role(head, role_words, phrase[first].start, phrase[-1].end, caps)
        if not who.person and len(who.parts) >= 1:
            who.person = True
            known = self._by_last[plain_parts(who.parts)[-1]]
            if who not in known:
                _add(known, who)
        if not who.gender:
            if head in self._lex.female_roles:
                who.gender = "F"
            elif head in self._lex.male_roles:
                who.gender = "M"
        if len(who.roles) >= _FEW or any(r.words == role_words for r in who.roles):
            return
        who.roles.append(role)
        for noun in {role_key(n) for n in nouns}:
            if len(self.by_role[noun]) < _FEW:
                self.by_role[noun].append((role.start, who, role))


def _add(people: list[Someone], someone: Someone) -> None:
    if len(people) < _FEW:
        people.append(someone)


_ROLE_KEYS: Final = {
    "sen": "senator",
    "rep": "representative",
    "congressman": "representative",
    "congresswoman": "representative",
    "gov": "governor",
    "gen": "general",
    "col": "colonel",
    "capt": "captain",
    "prof": "professor",
    "dr": "doctor",
    "rev": "reverend",
    "premier": "minister",
    "pm": "minister",
}


def role_key(noun: str) -> str:
    """Give one word for a role noun and its short or other forms."""
    return _ROLE_KEYS.get(noun, noun)


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
    last = first
    while last < len(tokens) and last - first < 16:
        token = tokens[last]
        if token.kind == "q" or (token.kind == "p" and token.word not in "-–/&"):
            break
        if token.kind == "w":
            if token.low in lex.roles:
                role = True
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


def plain_parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    """Drop initials, Jr. and the like."""
    kept = tuple(
        p
        for p in parts
        if not (len(p.rstrip(".")) == 1 or p in ("jr.", "sr.", "jr", "sr", "ii", "iii", "iv"))
    )
    return kept or parts


def _mid_capitals(sentences: Sequence[Sentence]) -> tuple[set[str], set[tuple[str, str]]]:
    """Give the words that stand with a capital inside a sentence, and the pairs of them."""
    counts: Counter[str] = Counter()
    pairs: set[tuple[str, str]] = set()
    for sentence in sentences:
        if _is_headline(sentence.tokens):
            continue
        tokens = sentence.tokens
        for i in range(1, len(tokens)):
            token = tokens[i]
            if token.cap and tokens[i - 1].kind == "w" and token.low not in FUNCTION:
                counts[token.word] += 1
            if token.cap and tokens[i - 1].cap:
                pairs.add((tokens[i - 1].word, token.word))
    return set(counts), pairs


def _is_headline(tokens: Sequence[Token]) -> bool:
    """Tell a title-case or all-capitals line, whose capitals say nothing."""
    words = [t for t in tokens if t.kind == "w" and len(t.word) > 3]
    if len(words) < 4:
        return False
    small = sum(not t.cap and t.low not in FUNCTION for t in words)
    return small == 0  # a title-case line writes its verbs with a capital
