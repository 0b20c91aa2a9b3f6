"""Offices that one word may stand for another: the cleric an ayatollah, the envoy an ambassador."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.core.quotes.languages.places import COUNTRIES, DEMONYMS

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.core.quotes.names import Role

_HEADS_OF_STATE: Final = "president minister chancellor king queen emir premier"
_LAWYERS: Final = "lawyer attorney counsel barrister solicitor advocate"
_KIN: Final = {
    noun: frozenset(kin.split())
    for noun, kin in {
        "leader": f"{_HEADS_OF_STATE} chief head chairman chair ayatollah",
        "sovereign": "president king queen emir sultan emperor monarch",
        "statesman": "president minister chancellor",
        "strongman": "president general leader marshal colonel",
        "ruler": "president general leader king emir sultan",
        "lawmaker": (
            "senator representative mp deputy delegate legislator congressman peer backbencher td "
            "whip lord baroness assemblyman councillor"
        ),
        "mp": "backbencher deputy lawmaker representative lord sir dame",
        "peer": "lord baroness lady baron",
        "politician": (
            "senator representative mp minister deputy mayor governor leader candidate td peer"
        ),
        "legislator": "senator representative mp deputy td",
        "minister": "secretary",
        "cleric": (
            "ayatollah bishop archbishop cardinal pope imam rabbi priest pastor sheikh patriarch "
            "maulana"
        ),
        "prelate": "bishop archbishop cardinal patriarch",
        "priest": "father reverend pastor",
        "diplomat": "ambassador envoy consul secretary representative attache attaché",
        "envoy": "ambassador representative negotiator mediator rapporteur diplomat",
        "ambassador": "envoy representative",
        "mediator": "envoy negotiator broker",
        "negotiator": "envoy mediator",
        "official": (
            "secretary director commissioner minister spokesman spokeswoman spokesperson deputy"
        ),
        "spokesman": "spokesperson",
        "spokeswoman": "spokesperson",
        "spokesperson": "spokesman spokeswoman",
        "officer": "general colonel captain admiral major lieutenant sergeant",
        "commander": "general colonel captain admiral major marshal",
        "monarch": "king queen emir sultan emperor",
        "judge": "justice magistrate",
        "justice": "judge",
        "commander-in-chief": "commander general admiral marshal",
        "commissioner": "chief head",
        "chair": "chairman chairwoman chairperson head president",
        "boss": "chief head director chairman chair president executive",
        "head": "chief director chairman chair leader boss",
        "pontiff": "pope",
        "spymaster": "chief head director",
        "patriarch": "archbishop",
        "jurist": "judge justice magistrate prosecutor",
        **dict.fromkeys(_LAWYERS.split(), _LAWYERS),
        "aide": "adviser advisor spokesman spokeswoman",
        "adviser": "aide advisor",
        "advisor": "aide adviser",
        "academic": "professor lecturer scholar",
        "scholar": "professor lecturer historian",
        "economist": "professor economist",
        "campaigner": "activist organiser organizer dissident",
        "activist": "campaigner organiser organizer dissident",
        "tycoon": "owner founder executive ceo businessman billionaire investor",
        "businessman": "owner founder executive ceo tycoon",
    }.items()
}
_NEAR: Final = {
    noun: _KIN.get(noun, frozenset()) | {other for other, kin in _KIN.items() if noun in kin}
    for noun in {*_KIN, *(one for kin in _KIN.values() for one in kin)}
}
"""Either way round: the general a commander, the commander a general."""
# Nobody is named after these: they stand for people who stay without a name, or for many.
NAMELESS: Final = frozenset(
    """
    source official aide diplomat lawmaker resident voter worker student witness expert analyst
    activist supporter critic reporter journalist correspondent officer soldier farmer teacher
    driver shopkeeper member neighbour neighbor friend colleague volunteer survivor victim suspect
    rebel fighter militant refugee migrant
    """.split()
)
PLAIN_PEOPLE: Final = frozenset("man woman boy girl lady gentleman".split())
# Trades and beliefs that mostly describe again who was just spoken of: `the lawmaker said`.
TRADES: Final = frozenset(
    """
    politician lawmaker legislator peer mp td backbencher veteran conservative liberal
    socialist republican democrat independent nationalist populist centrist leftist
    libertarian communist billionaire businessman businesswoman tycoon mogul entrepreneur
    financier novelist poet author writer playwright actor actress singer musician comedian
    rapper filmmaker economist academic scholar professor scientist historian physicist cleric
    clergyman diplomat strongman statesman campaigner activist dissident lawyer barrister
    attorney journalist columnist paratrooper teenager pensioner youth octogenarian retiree
    defendant incumbent challenger nominee candidate laureate academic striker guest host
    visitor opponent frontbencher hardliner technocrat reformist loyalist stalwart heavyweight
    firebrand newcomer outsider spymaster guerrilla
    """.split()
)
_DESCRIBING: Final = ("-old", "most", "-born", "ed", "-educated", "-trained", "-time", "-serving")
_HEADING: Final = frozenset(
    """
    chief head boss leader director commissioner minister secretary president chairman chairwoman
    chair chairperson commander general executive czar tsar governor coordinator representative
    official
    """.split()
)
_LEADING: Final = frozenset(
    "leader candidate nominee challenger contender head chief politician figure boss".split()
)
_SIDES: Final = frozenset(
    """
    opposition rebel police army military navy ethnic local regional federal government
    religious spiritual muslim jewish catholic christian orthodox backbench
    """.split()
)
"""Words that tell one leader from another, where somebody else is called so."""
_PERSONAL: Final = ("er", "or", "ist", "ian", "crat", "eer", "woman", "man", "monger", "naire")
# Things, and people whom nobody names.
_NO_TRADES: Final = frozenset(
    """
    letter paper newspaper newsletter poster banner sticker flyer placard folder order number
    river tower power computer corner tabloid ticker wrapper theater theatre border quarter summer
    winter chapter register monitor sector factor error mirror motor tractor weather water matter
    insider announcer narrator interviewer caller reader viewer listener heckler protester
    protestor commenter reviewer attacker shooter user buyer seller employer stranger impostor
    charter teleprinter cover offer answer transfer counter tracker cluster disaster dinner
    """.split()
)
_FORCES: Final = frozenset("army military navy force forces staff defence defense guard".split())
_HEADS: Final = frozenset(("chief", "commander", "head", "leader"))
_POLICE: Final = frozenset(
    "commissioner superintendent inspector constable sheriff general colonel captain".split()
)
_ABROAD: Final = frozenset("foreign external".split())
_ABROAD_HEADS: Final = frozenset(
    "minister chief representative spokesman spokeswoman spokesperson commissioner".split()
)
_VOICES: Final = frozenset("spokesman spokeswoman spokesperson".split())
# What a looser word may have beside it and still mean somebody's office.
_LOOSE: Final = frozenset(
    """
    veteran senior top embattled outgoing incoming ousted exiled former retired elderly young
    populist conservative leftist liberal religious spiritual supreme muslim jewish catholic
    christian orthodox moderate reformist hard-line hardline far-right far-left center-right
    centre-right center-left centre-left long-time longtime ailing visiting powerful influential
    controversial career military army navy police opposition government party political rebel
    ethnic local regional federal u.s us uk eu un crossbench backbench defence defense chief
    """.split()
)


def kin_of(noun: str, content: set[str]) -> frozenset[str]:
    """Give the offices that a looser word may mean, or none where words beside it narrow it."""
    if noun in _HEADS and content & _FORCES:
        return _KIN["officer"]
    if noun in _HEADS and "police" in content:
        return _POLICE
    own = {w for w in content - {noun} if w not in _LOOSE and not w.endswith(_DESCRIBING)}
    own -= DEMONYMS.keys() | COUNTRIES
    return _NEAR.get(noun, frozenset()) if not own else frozenset()


def plain_head(noun: str, words: list[str]) -> tuple[str, list[str]]:
    """Read `the ex-captain` as the former captain, `the premier-elect` as the elected one.

    Args:
        noun: the noun of the phrase.
        words: of the phrase.

    Returns:
        The noun without what is joined to it, and the words with what that means.
    """
    if noun.startswith("ex-"):
        return noun[3:], [*(w for w in words if w != noun), "former", noun[3:]]
    for end in ("-elect", "-designate"):
        if noun.endswith(end):
            plain = noun.removesuffix(end)
            return plain, [*(w for w in words if w != noun), end[1:], plain]
    return noun, words


def tradelike(noun: str) -> bool:
    """Tell a word that describes somebody, and is nobody's office: the lawmaker, the Marxist."""
    return noun in TRADES or (noun.endswith(_PERSONAL) and noun not in _NO_TRADES)


def heading(role: Role, noun: str, content: Collection[str]) -> bool:
    """Tell whether two words for a head speak of one thing: the trade chief, its commissioner.

    Args:
        role: the title that the article gives to somebody.
        noun: the noun of the phrase.
        content: the words of the phrase.
    """
    told = sides(content)
    if told and told <= role.words and noun in _LEADING and role.noun in _LEADING:
        return True  # the opposition candidate is the opposition leader
    if noun not in _HEADING or role.noun not in _HEADING:
        return False
    own = {w for w in content if w not in _HEADING and w not in _LOOSE - _SIDES}
    return bool(own) and own <= role.words


def sides(content: Collection[str]) -> set[str]:
    """Give the words of a phrase that tell one leader from another: opposition, rebel."""
    return {word for word in content if word in _SIDES}


def sovereigns() -> frozenset[str]:
    """Give the offices of a head of state."""
    return _KIN["sovereign"]


def bears(role: Role, noun: str, kin: Collection[str]) -> bool:
    """Tell whether a title is one of those that a looser word may mean.

    Args:
        role: the title that the article gives to somebody.
        noun: the looser word.
        kin: the offices it may mean, see `kin_of`.
    """
    if role.noun in kin:
        return True
    if noun in ("diplomat", "envoy"):  # a foreign minister, a foreign policy chief
        return bool(kin) and role.noun in _ABROAD_HEADS and bool(role.words & _ABROAD)
    if noun == "judge":
        return role.noun == "president" and bool(role.words & {"court", "tribunal", "court's"})
    # Japan's government speaks by its chief cabinet secretary.
    return noun in _VOICES and role.noun == "secretary" and bool(role.words & {"press", "cabinet"})
