"""German."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.lexicon import Foreign

GERMAN: Final = Foreign(
    lang="de",
    verbs=frozenset(
        """
    sagte sagt gesagt erklärte erklärt betonte betont teilte teilt fügte fügt ergänzte ergänzt
    versicherte versichert behauptete behauptet kündigte kündigt warnte warnt mahnte mahnt
    forderte fordert kritisierte kritisiert meinte meint schrieb schreibt antwortete antwortet
    erwiderte erwidert fragte fragt rief ruft räumte räumt gestand gesteht bestätigte bestätigt
    berichtete berichtet bezeichnete bezeichnet nannte nennt sprach spricht lobte lobt bedauerte
    bedauert versprach verspricht drohte droht beklagte beklagt resümierte unterstrich
    unterstreicht hob hebt verkündete verkündet äußerte äußert bemerkte bemerkt urteilte urteilt
    schimpfte scherzte spottete twitterte postete erinnerte erinnert bekräftigte bekräftigt
    entgegnete argumentierte konstatierte zitierte appellierte beteuerte verurteilte
    """.split()
    ),
    auxiliaries=frozenset("""
        hat hatte haben hatten habe sei ist war auch noch dann dabei zudem außerdem am im
        """.split()),
    according=(
        ("laut",),
        ("nach", "angaben", "von"),
        ("nach", "angaben", "der"),
        ("nach", "angaben", "des"),
        ("nach", "worten", "von"),
        ("so",),
    ),
    after_source=frozenset(("zufolge",)),
    role_ends=(
        "minister", "ministerin", "präsident", "präsidentin", "sprecher", "sprecherin", "leiter",
        "leiterin", "forscher", "forscherin", "experte", "expertin", "beauftragte",
        "beauftragter", "vorsitzende", "vorsitzender", "kanzler", "kanzlerin", "sekretär",
        "sekretärin", "chef", "chefin", "trainer", "trainerin", "bewerber", "bewerberin",
        "händler", "händlerin",
    ),
    stops=frozenset(
        """
    dass der die das den dem des ein eine einen einem einer in im an am auf aus bei mit nach von
    vom vor zu zum zur über unter für gegen ohne um und oder aber wie als wenn weil ob am montag
    dienstag mittwoch donnerstag freitag samstag sonntag gestern heute er sie es wir sich seine
    ihre sein ihr
    """.split()
    ),
    roles=frozenset(
        """
    präsident präsidentin bundespräsident minister ministerin außenminister außenministerin
    innenminister innenministerin finanzminister finanzministerin verteidigungsminister
    verteidigungsministerin ministerpräsident ministerpräsidentin premierminister
    premierministerin kanzler kanzlerin bundeskanzler bundeskanzlerin könig königin
    bürgermeister bürgermeisterin oberbürgermeister abgeordnete abgeordneter senator senatorin
    generalsekretär generalsekretärin sprecher sprecherin regierungssprecher
    regierungssprecherin chef chefin vorsitzende vorsitzender parteichef parteichefin direktor
    direktorin botschafter botschafterin professor professorin anwalt anwältin richter richterin
    staatsanwalt general oberst hauptmann admiral bischof kardinal imam doktor dr. prof. herr
    frau kandidat kandidatin arzt ärztin autor autorin journalist journalistin ökonom ökonomin
    historiker historikerin kommissar kommissarin lehrerin lehrer kapitän kapitänin
    """.split()
    ),
    bodies=frozenset("""
        ministerium außenministerium innenministerium regierung bundesregierung präsidialamt
        armee polizei partei gewerkschaft gericht staatsanwaltschaft behörde agentur kommission
        union organisation verband gruppe parlament bundestag senat amt
        """.split()),
    pronouns=frozenset("er sie".split()),
)  # fmt: skip
