"""English: reporting verbs, nouns that hold words, roles, bodies, honorifics, first names."""

from __future__ import annotations

from typing import Final

from bot.core.quotes.languages.en_names import FEMALE, MALE
from bot.core.quotes.lexicon import Lexicon, inflect

# Verbs that report words. Those of the second list report an attitude or an act at least as often.
_STRONG: Final = """
add announce argue assert claim state declare insist explain concede acknowledge admit report
tweet retweet reply respond deny promise vow suggest ask predict continue recall remark testify
warn note observe comment conclude reveal disclose confirm contend maintain allege affirm aver
avow proclaim pronounce exclaim shout yell scream cry whisper mutter murmur mumble joke quip
crack boast brag complain lament protest object counter retort rebut interject chime snap stress
emphasize emphasise reiterate repeat echo urge exhort implore plead appeal advise caution
recommend counsel instruct demand inquire query wonder muse opine reason pledge assure reassure
threaten profess attest elaborate clarify relate recount narrate post blog text email message
chant recite preach lecture inform update alert confess estimate forecast project decree reckon
surmise posit postulate theorize theorise hypothesize venture volunteer vouch summarize
summarise bemoan gush rave enthuse marvel fume rant huff scoff sneer bark roar thunder growl
bellow holler croon drawl deadpan hiss blurt stammer stutter gasp groan moan sob wail howl beg
entreat beseech cable telegraph remind concur correct storm rage crow gloat grumble gripe
whine intone trumpet exult enquire rejoin riposte bluster seethe reprove console commiserate
sympathise sympathize pontificate proffer quibble remonstrate sniff spit flag caveat repeat
admonish concur shriek wheeze rasp purr chirp drone prophesy enjoin
""".split()
_SPEECH_ACTS: Final = """
call accuse describe propose express voice cite quote label dub brand term characterize
characterise portray depict liken compare refer mock ridicule deride dismiss denounce condemn
decry slam blast rip criticize criticise blame chide scold rebuke lambaste lambast praise hail
laud applaud commend congratulate thank welcome tout defend advocate agree disagree dispute hint
imply indicate apologize apologise regret specify outline answer admonish reaffirm restate
stipulate consider view regard deem credit encourage invite excoriate berate castigate reprimand
question taunt tease heckle proclaim
""".split()
_ATTITUDES: Final = """
believe hope fear worry guess figure suspect expect want wish intend plan guarantee offer name
paint attack lash rail celebrate justify support endorse reject refuse allow grant
signal signify publish issue share sing rap pray brief notify detail spell sum point interrupt
rule judge recognize recognise charge challenge highlight underline ascribe attribute jab needle
admire value favor favour deplore pan bash savage skewer envision envisage imagine anticipate
assess diagnose underscore pen scrawl print promote pitch peddle plug advertise tag bill style
fault knock
trash troll boo cheer greet salute honor honour remember mourn invoke reference mention
""".split()
_AFTER_ONLY: Final = """
laugh smile shrug sigh grin nod chuckle interrupt start begin finish end offer agree reason
guess
""".split()
_FINITE: Final = """
said says told tells wrote writes spoke speaks read reads swore swears held holds thought thinks
felt feels found finds taught teaches begged begs put puts quoth sang sings shot fired hit
chimed foresaw foresees forecast sought seeks retold argued admitted admits referred refers
quipped quips dubbed dubs ripped rips conferred rapped bragged planned slammed slams chatted
snapped concurred spat plugged tagged permitted committed commits compelled outlined panned
hinted bade shrugged nodded
grinned jabbed trolled rebutted rebuts
""".split()
_FINITE_STRONG: Final = frozenset(
    """
    said says told tells wrote writes spoke swore swears thought thinks quipped quips admitted
    admits bragged brags begged begs retold rebutted rebuts snapped concurred spat read
    reads wrote sang quoth
    """.split()
)
_NOT_CUES: Final = frozenset("is was took takes came made makes kept gave gives saw sees".split())
_ING: Final = """
saying telling writing speaking swearing admitting begging bragging
snapping concurring spitting quipping dubbing ripping slamming referring rebutting arguing
""".split()
_BASE_ONLY: Final = "say tell write speak swear think feel read".split()

_CUE_NOUNS: Final = """
statement claim call warning letter tweet comment comments remark remarks speech promise pledge
vow demand argument assertion message post slogan motto mantra declaration announcement
testimony memo email e-mail note quote line phrase words word question answer response reply
charge accusation allegation complaint plea appeal request prediction description
characterization belief view opinion insistence suggestion contention refrain pronouncement
verdict assessment conclusion observation admission apology criticism denunciation report
editorial column op-ed article essay book memoir filing brief ruling opinion lawsuit release
communique communiqué resolution interview address declaration headline caption oath prayer
battle-cry invitation offer warnings claims calls
""".split()

# Present forms that are plural nouns as often: they need a name or a pronoun before them.
_ALSO_NOUNS: Final = """
claims states reports calls comments remarks tweets posts texts blogs messages promises pledges
vows demands plans charges views hopes fears issues names offers charges notes voices references
questions answers quotes points figures worries guesses wishes wants rules details forecasts
projects estimates styles bills faults pitches plugs tags labels brands terms paints attacks
charges challenges values admires favors favours honors honours cheers boos projects protests
objects complaints counters cracks appeals boasts jokes whispers shouts screams cries laughs
murmurs echoes requests lectures chants inquiries queries retorts laments recommends alerts
warnings threats doubts signals shares prints releases expects insults taunts regrets confirms
praises slams blasts rips answers talks chats speaks thinks holds finds reads feels needs roars
groans moans howls barks wails sobs hits refuses reckons
""".split()

_ROLES: Final = """
president vice-president premier minister chancellor secretary undersecretary senator sen rep
representative congressman governor gov mayor speaker leader chief head chairman chair director
ambassador envoy commissioner general gen colonel col major captain capt lieutenant lt sergeant
sgt admiral adm brigadier marshal officer commander judge justice magistrate king prince emperor
sultan emir sheikh pope cardinal archbishop bishop rabbi imam ayatollah reverend rev father
pastor priest minister professor prof doctor dr lecturer analyst correspondent reporter
journalist columnist editor author writer historian economist scientist scholar researcher
expert spokesman spokesperson aide adviser advisor strategist consultant pollster lawyer
attorney prosecutor solicitor barrister counsel lawmaker legislator politician candidate nominee
frontrunner contender hopeful challenger incumbent deputy delegate diplomat official activist
organizer organiser campaigner dissident founder co-founder owner ceo executive manager
coordinator administrator superintendent principal teacher student resident voter farmer worker
coach player captain star actor singer musician artist rapper comedian host presenter anchor
pundit commentator blogger billionaire businessman tycoon mogul developer entrepreneur investor
banker trader coordinator veteran soldier pilot sheriff policeman detective inspector constable
trooper surgeon nurse physician psychiatrist psychologist therapist epidemiologist biologist
physicist chemist engineer architect designer chef inventor widow widower wife husband son
daughter brother sister mother father cousin uncle aunt nephew niece friend neighbor neighbour
partner colleague ally rival opponent critic supporter backer donor fundraiser volunteer member
fellow chairperson treasurer auditor comptroller controller ombudsman inspector rapporteur
negotiator mediator broker libertarian democrat republican conservative liberal socialist
independent mp mep peer lord councilor councillor alderman assemblyman assemblywoman delegate
whip minister strongman dictator ruler monarch tsar czar patriarch dalai regent consul attache
attaché legate nuncio governor-general secretary-general prosecutor-general attorney-general
warlord militant fighter rebel refugee migrant survivor victim witness suspect defendant
plaintiff shopkeeper driver fisherman schoolteacher grandmother grandfather retiree pensioner
homemaker nominee designate vice moderator counterpart pm cleric statesman clergyman jurist
lawmaker prelate
spy boss poet playwright novelist bystander onlooker eyewitness passer-by medic paramedic midwife
preacher gunman hostage prisoner detainee inmate tourist traveller traveler passenger hacker
backbencher td taoiseach tánaiste tanaiste president-elect minister-designate rector provost
commander-in-chief editor-in-chief vice-chancellor vice-premier vice-chairman
major-general lieutenant-general brigadier-general cleric maulana
mk msp mla mna cfo coo predecessor successor assistant conscript recruit cadet headteacher
headmaster headmistress collector bursar plumber electrician
commodore novice survivor pontiff frontbencher spymaster mullah caliph technocrat hardliner guest
host co-ordinator ambassador-at-large
curator archivist abbot warden vendor trucker skipper firefighter rescuer evacuee
""".split()
_FEMALE: Final = """
woman girl lady wife mother daughter sister widow aunt niece queen princess duchess empress
countess marchioness viscountess matriarch stepmother godmother sportswoman servicewoman saleswoman
baroness actress congresswoman chairwoman spokeswoman businesswoman councilwoman assemblywoman
policewoman grandmother noblewoman first-lady heiress hostess waitress nun mrs ms miss madam
dame mum mom
""".split()
_MALE: Final = """
man boy gentleman husband father son brother widower uncle nephew king prince duke emperor baron
actor congressman chairman spokesman businessman councilman assemblyman policeman grandfather
nobleman heir waiter monk pope cardinal priest mr sir lord dad fisherman sheikh emir sultan imam
ayatollah tsar czar archbishop
""".split()
_BODIES: Final = """
government administration cabinet ministry department agency bureau office commission committee
council court tribunal parliament congress senate house assembly army military navy police force
forces party campaign union bloc alliance coalition organization organisation group movement
association federation league foundation institute institution university college school company
firm corporation bank fund board authority authorities embassy consulate mission delegation
regime junta kremlin pentagon white-house palace vatican newspaper paper magazine network
channel broadcaster station website site outlet agency opposition bench directorate judiciary
watchdog regulator charity ngo nonprofit
think-tank lobby team club church mosque synagogue militia faction wing brigade secretariat
presidency panel service centre center chamber taskforce task-force treasury
daily weekly tabloid portal platform app publication newsletter
trust hospital airline operator retailer manufacturer brewery museum gallery theatre orchestra
media consortium cartel utility startup start-up cooperative syndicate chain insurer lender carrier
""".split()

_TITLES: Final = {
    **dict.fromkeys(("mr", "mr.", "sir", "lord", "herr", "señor", "monsieur", "don"), "M"),
    **dict.fromkeys(
        ("mrs", "mrs.", "ms", "ms.", "miss", "lady", "dame", "madame", "madam", "baroness"), "F"
    ),
    **dict.fromkeys(
        (
            "sen", "sen.", "sens.", "reps.", "govs.", "messrs", "messrs.", "rep", "rep.", "gov",
            "gov.", "dr", "dr.", "prof", "prof.", "gen",
            "gen.", "col", "col.", "capt", "capt.", "lt", "lt.", "sgt", "sgt.", "rev", "rev.",
            "adm", "adm.", "maj", "maj.", "hon", "hon.", "st", "st.", "brig", "brig.", "del",
            "del.", "supt", "supt.", "cmdr", "cmdr.", "fr", "fr.", "pres", "pres.",
        ),
        "",
    ),
}  # fmt: skip


def _forms() -> tuple[set[str], set[str], set[str], set[str]]:
    past, base, ing, weak = set(_FINITE), set(_BASE_ONLY), set(_ING), set()
    for verb in _STRONG:
        finite, participle = inflect(verb)
        past |= finite
        base.add(verb)
        ing.add(participle)
    strong = past - set(_FINITE) | _FINITE_STRONG
    acts: set[str] = set()
    for verb in _SPEECH_ACTS + _ATTITUDES:
        finite, participle = inflect(verb)
        past |= finite
        acts.add(participle)
    base |= set(_SPEECH_ACTS)
    weak = past - strong | acts - ing
    ing |= acts
    return past - _NOT_CUES, base, ing, weak


_PAST, _BASE, _INGS, _WEAKS = _forms()

ENGLISH: Final = Lexicon(
    lang="en",
    past=frozenset(_PAST),
    base=frozenset(_BASE),
    ing=frozenset(_INGS),
    weak=frozenset(_WEAKS),
    nouns=frozenset(_ALSO_NOUNS),
    after_only=frozenset(form for verb in _AFTER_ONLY for form in inflect(verb)[0]),
    cue_nouns=frozenset(_CUE_NOUNS),
    roles=frozenset(_ROLES) | frozenset(_FEMALE) | frozenset(_MALE),
    female_roles=frozenset(_FEMALE),
    male_roles=frozenset(_MALE),
    bodies=frozenset(_BODIES),
    titles=_TITLES,
    plurals={f"{role}s": role for role in _ROLES if not role.endswith(("s", "man"))},
    names={**dict.fromkeys(MALE, "M"), **dict.fromkeys(FEMALE, "F")},
)
