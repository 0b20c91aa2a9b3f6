"""English's closed word classes: the words by which a sentence is held together."""

from __future__ import annotations

from typing import Final

AUXILIARY: Final = frozenset(
    """
    has had have having is was were are be been being did does do not would could should will
    can may might must also then later once just only never even still now today yesterday again
    first recently soon ever always often since thus therefore however instead long twice
    tonight tomorrow earlier reportedly 's 'd 've didn't doesn't don't hasn't hadn't wasn't
    isn't won't wouldn't couldn't can't himself herself themselves itself both all each too
    already perhaps publicly formally later-on so
    """.split()
)
PREPOSITIONS: Final = frozenset(
    """
    of for in at on from with by to about against among as before after behind between near over
    under into onto like within without across around during through outside inside toward
    towards despite amid upon via per until till
    """.split()
)
BOUNDARY: Final = frozenset(
    """
    and but or as when while because that if although though since who which whose whom where
    what than whether so yet nor before after until unless whereas how why saying
    """.split()
)
PRONOUNS: Final = frozenset("he she they it we i".split())
DETERMINERS: Final = frozenset(
    """
    the a an his her their its our my your this that these those one another some many several
    two three four five six seven no every each any both most few other others
    """.split()
)
INDEFINITE: Final = frozenset(
    """
        a an one another some many several two three four five six seven other others most few
        every
        """.split()
)
SUBORDINATE: Final = frozenset(
    """when while after before since although though because if as asked until unless once whereas
    whether given despite speaking""".split()
)
INDEFINITE_PEOPLE: Final = frozenset(
    "anybody anyone everybody everyone somebody someone nobody one those people".split()
)
BE: Final = frozenset("was were is are be been being 's get got gets".split())
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
    pact deal statute charter crisis east west north south coast academy church club guild syndicate
    """.split()
)
# Verbs that report nothing but end the subject before them.
IRREGULAR: Final = frozenset(
    """
    came went took made gave saw got met ran fell rose stood sat lost won led kept began became
    brought bought sent spent built broke chose drew drove flew grew knew paid rode shook slept
    struck threw wore withdrew fled hung lay meant drank ate bore bent bound dealt dug forbade
    forgave froze laid lent lit overcame overtook rang sank shone shut sold stuck stung swam swept
    swung tore understood undertook woke wound left
    """.split()
)
