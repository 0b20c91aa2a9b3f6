"""How common words are in English news, so that the first article is weighed as well as the last.

Written down from general knowledge of the language, in coarse bands of documents per thousand; no
corpus was counted. Anything that is not listed counts as rare until articles show otherwise
(`frequencies.py` learns while it runs, in every language).
"""

from __future__ import annotations

from typing import Final

_FUNCTION = """
a about above across after again against ago all almost along already also although always am amid
among an and another any anyone anything are aren't around as at away b back be became because
become been before behind being below between both but by c came can can't cannot come could
couldn't d did didn't do does doesn't doing don't done down during e each either else enough even
ever every everyone everything f few for from further g get gets getting go goes going gone got h
had hadn't has hasn't have haven't having he he'd he'll he's hence her here here's hers herself
him himself his how however i i'd i'll i'm i've if in indeed instead into is isn't it it's its
itself j just k l least less let let's like m made make makes making many may maybe me might more
most much must my myself n near nearly neither never no nobody none nor not nothing now o of off
often on once one only onto or other others our ours ourselves out over own p per perhaps put q
quite r rather really s said same say saying says seem seemed seems several shall she she's should
shouldn't since so some someone something still such t take taken takes taking than that that's
the their theirs them themselves then there there's therefore these they they'd they'll they're
they've this those though through throughout thus to together told too took toward towards u under
unless until up upon us v very via vs w was wasn't way we we'd we'll we're we've well went were
weren't what what's whatever when where whether which while who who's whom whose why will with
within without won't would wouldn't x y yet you you'd you'll you're you've your yours yourself z
"""

FUNCTION_WORDS: Final = frozenset(_FUNCTION.split())
"""Words that tell nothing of what an article is about."""

BANDS: Final[tuple[tuple[int, str], ...]] = (
    (
        180,
        """
ad ap day days first friday government last latest month monday mr mrs ms new news official
officials people president read report reported reports saturday statement story sunday thursday
time tuesday two update wednesday week world year years
""",
    ),
    (
        80,
        """
according added afternoon agency amount announced article asked authority authorities best big
billion call called calls case chief city claim company continue country countries day's
department director early end evening expect expected face fact family five following former four
found general give given good group head held help high home hour house include included including
information interview issue january february march april june july august september october
november december keep know late later law leader leaders left life line little local long look
major man market media meeting member members men million minister minutes money months morning
move national need next night number office old open order part party past percent person place
plan plans point police policy political post power press public question right run security see
senior service set share show side six small social source sources spokesman spokesperson
spokeswoman start state states support team ten ten's thing things think third three times today
top tonight twitter use used using video view want war water week's women work working yesterday
young
""",
    ),
    (
        35,
        """
able access accused act action add address administration age ahead air allegation allow allowed
alleged allegedly american americans annual answer appear appeared area areas arrest arrested
attack attacks attempt attention available average bad ban bank based began begin beginning
believe better bid bill black board body bring brought build building business campaign care cause
center central centre chairman challenge chance change changed changes charge charged charges
child children church citizens civil clear close closed comes coming comment comments committee
common communities community concern concerned concerns conference congress considered control
cost costs council course court cover crisis critical cut cuts data date daughter deal death
deaths debate decade decades decided decision deep defence defense democratic despite details
development died different difficult doubt drive dozens due earlier economic economy education
effect effort efforts eight election email emergency employees ended energy entire event events
evidence exactly executive experience expert experts express eyes facebook failed fall far father
fear federal feel field fight figures final finally financial find fire firm firms focus follow
followed food force forced forces foreign form formally forward free full fund funding future game
gave girl global goal governor great ground growing growth guilty gun half hand hands happen
happened hard health hear heard heart history hit hold hope hospital hours huge human hundreds
husband idea impact important incident increase increased independent industry international
internet investigation investigators involved issued issues job jobs join joined judge justice key
kill killed killing kind known large largest launched lawmakers lawyer lawyers lead leadership
leading learn leave led legal letter level levels likely list live lives living lost lot love low
main majority match matter mean means measure measures medical meet message met military mind
ministry moment mother moved movement moving murder music name named nation nations needs network
newspaper nine north officer officers oil online operation opinion opposition outside parents
parliament particularly parties passed patient pay peace performance period personal phone photo
picture play played player players playing possible potential prepared present presidential
pressure previous previously price prices prime prison private problem problems process product
production products profit program programme project property protect protest protests proposal
provide provided push quarter questions quickly race raised rate rates reached reaction ready real
reason received recent recently record red reform region related release released relations remain
remains reporter reporters request research residents response rest result results return returned
revealed rights rise risk road role room rule rules running safety sales scene school schools
science season second secretary seek seen senate senator send sense sent sentence series serious
served services seven sexual shares short shot shown sign signed significant similar single site
situation soldiers son soon sort south speak special speech spending spoke staff stage stand
standing started starting stay step stop stopped strategy street strong student students study
success suggest suggested system talk talks target tax technology television term terms test
thousands threat total town trade travel treatment trial tried trip trouble true trump trust try
trying turn turned tv type union unit united university value victim victims victory viewers
violence visit voice vote voted voters waiting walk wanted warned warning watch weeks white whole
wife win winner winning woman won word words workers worked works worse worst worth wrong wrote
""",
    ),
    (
        14,
        """
abortion abroad absolutely abuse accept accident account accounts accusation achieve acting
activist activists activity actor actress actually additional admitted adult advance advice
advisor adviser affair affairs affected afraid agencies agent agents aggressive agree agreed
agreement aid aide aides aim aimed aircraft airport alert alliance ally allies alive amendment
analysis analyst analysts anger angry announce announcement apparent apparently appeal appearance
appointed approach approval approved argue argued argument armed army arrived art artist asking
assault assembly assets assistant association attacked attacker attend attended attorney audience
author award awards aware baby balance ball ballot banned banks bar base battle beat beautiful bed
benefit benefits biggest bills bit blame blamed block blocked blood blow blue bomb bombing bond
bonus book books border born boss bought box boy boys brain branch break breaking brief britain
british broadcast broke broken brother budget budgets built burning businesses buy buyer cabinet
calling camera cancer candidate candidates capital captain car career careful carried carry cars
cast category caught celebrate celebrity cent centers ceremony certain certainly chair champion
championship changing channel chaos character charity check chemical chicago chinese china choice
choose chosen christian christmas circumstances claimed claims class classified clean clearly
climate clinton clients closer closing club coach coalition coast code cold collapse colleague
colleagues college column commander commission commissioner commit commitment committed companies
compared competition complaint complete completely computer condemned condition conditions conduct
conducted confidence confirm confirmed conflict connection conservative conservatives consider
considering constitution consumer consumers contact contract contrary contribute controversial
controversy conversation convicted conviction cooperation corporate correct corruption couple
counsel county courts create created credit crew crime crimes criminal critic criticism critics
criticized cross crowd cultural culture currency current currently customer customers daily damage
danger dangerous dark dead deadly deadline dealing dean debt declared decline declined deficit
definitely degree degrees delay delayed deliver demand demanded demands democracy democrat
democrats denied deny departments deputy described deserve design designed desire destroyed detail
detained develop developed device difference difficulty digital dinner direct direction directly
disaster discuss discussed discussion disease dispute district doctor doctors document documents
dollar dollars domestic door double draft dream dressed driver driving drop dropped drug drugs
earned ease easily east eastern easy economist editor effective elected elections electric emails
emotional employee employer enemy enforcement engine england english enjoy ensure enter entered
entertainment entirely environment environmental equal equipment era error escape especially
essential establish established estimated europe european eventually everybody exchange excited
exclusive executives exist existing expand expensive explain explained explosion exposed extra
extraordinary extreme extremely eye facility facing factor failing failure fair fake faith
families famous fan fans farm fashion fast fatal favor favourite fears feature features feeling
feet fell felt female fewer fighting file filed fill film filmed films finance finding fine finish
finished fired fiscal fit fix flag flight floor flying focused folks foot football forecast forget
formed fortune forum foundation founder fourth fox france freedom french friend friends front fuel
fully fun funds funeral gain games gap gas gathered gathering gay gender generation german germany
giant gift goals gold gonna goods gop governments governors grand grant granted grave greater
green grow grown guard guess guest guide guns guy hair hall handed handle hanging happening happy
harassment hardly harm hate headed headline headquarters hearing heat heavily heavy helped helping
hero hidden higher highest highly hill historic historical hitting holding holiday hollywood homes
honest honor hopes host hostage hotel hot houses housing humanitarian hundred hurt identified
identify identity ignore illegal image images imagine immediate immediately immigrants immigration
impossible improve incidents income incredible incredibly index india indicated individual
individuals industrial inflation influence initial injured injuries injury inside insisted
institute institution institutions insurance intelligence intend intended interest interested
interests internal intervention introduced invasion invest investment investor investors invited
iran iraq islamic island israel israeli italy item jail japan jobless joint journalist journalists
journal judges judicial jumped junior jury kept kids king knew knowledge labor labour lack lady
land landed language larger lawsuit laws leaving legislation legislative legislature liberal
liberty lie lies light limit limited lines link linked links listen loan located location london
longer looked looking losing loss losses lower luck lunch machine magazine mail maintain male
manage management manager mandate manner map marched mark marked markets marriage married mass
massive material mayor meant meanwhile medicine meetings memory mental mention mentioned mid
middle migrants mile miles militants minimum minority minute miss missed missing mission mistake
mobile model modern moderate moments moral mortgage mostly mountain mouth moves movie movies
multiple muslim mutual nature natural necessary negative negotiate negotiations neighborhood
nervous nice nominated nomination nominee normal northern notably note noted notes notice noticed
notion novel nuclear numbers numerous obama obvious obviously occasion occurred offer offered
offering offers ones ongoing opened opening operate operating operations opinions opponent
opponents opportunity option options oral organization organizations original outcome outlet
outrage overall overseas owned owner owners pace pack package page paid pain paper papers park
participate partner partners pass passing passengers path patients pattern paying payment peaceful
peak people's percentage perfect permanent permission persons perspective photos photograph phrase
physical pick picked pictures piece pilot places planned planning plane planet plant platform
plays plea pleaded pleased plenty pointed points poll polls pool poor pop popular population port
posed position positions positive possibility possibly posted posts practice praised predicted
prefer pregnant presence presented preserve presidency presidents pretty prevent priest primary
princess priority prisoners prize pro probably probe proceed proceedings produce produced
professional professor profits programs progress prominent promise promised promote proof proper
proposals proposed prosecution prosecutor prosecutors prospect protected protection protesters
proud prove proved provides providing provision published publicly pull pulled purchase purpose
pursue pushed pushing putting quick quiet quote quoted racial racism racist radio rain raise
raising rally ran range rare rating reach reading reality realize rebel rebels receive recession
recognize recommend records recover recovery reduce reduced referred refugees refused refusing
regarding regardless regional regular regulations regulators regulatory reject rejected
relationship relatively relief religion religious remained remaining remarks remember reminded
remote remove removed repeat repeated repeatedly replace replaced replied reply reporting
represent representative representatives republic republican republicans reputation require
required requirements requires rescue rescued resign resignation resigned resistance resolution
resolve resort resources respect responded responsibility responsible restaurant restrictions
resulted retail retired returning revenue reverse review rich ride ring rising risks river rival
rivals rock rockets roll round route royal ruled ruling rumors rural rush russia russian safe sale
sanctions sat save saved scale scandal scheduled scheme scientific scientists score scored screen
sea search seat seats secret section sector secure seeing seeking selected sell selling senators
sending sensitive sentenced separate seriously serve serving session sessions setting settle
settled settlement severe sex shape shared sharing sharp sharply shooting shop shops shots shortly
shortage shut shutdown sick sides sight signs silent simple simply singer sister sitting sites
situations sky slain slightly slow slowed smart smoke soft sold solid solution solve somebody song
songs sought sound southern space speaker speaking specific specifically speculation speed spend
spent spirit split sport sports spot spread spring square stake standard standards stands star
stars statements station status stayed steady steel steps stock stocks stolen stood store stores
storm straight strange streets strength stressed strike strikes striking strongly structure struck
struggle stuck studies stuff style subject submitted subsequent substantial succeed successful
suddenly suffer suffered suffering sugar suggesting suicide suit suits summer summit super
supplies supply supported supporter supporters supporting suppose supposed supreme surely surface
surgery surprise surprised surprising surrounding survey survived suspect suspected suspects
suspended suspicion sweeping swing symbol syria systems table talent talked talking tape targeted
targets task taxes teacher teachers teams tech telephone tells tension tensions terrible territory
terror terrorism terrorist terrorists testified testify testimony testing tests texas text thank
thanks theory therapy thinking thoroughly thought thousand threatened threatening threats threw
throw throwing ticket tie ties tight timing title tone tool torture touch tough tour tournament
track tradition traditional traffic tragedy tragic train training transfer transition transport
transportation traveled treasury treat treated treaty trend triggered troops trophy truck truth
turning tweet tweeted tweets twice typical ultimately unable unclear uncertain understand
understanding unemployment unique units universal universities unknown unlikely unprecedented
upcoming urban urge urged urgent usual usually vaccine values van vehicle vehicles version veteran
veterans vice viewed views village violent virus visited visiting visitors vital volunteer voter
votes voting vowed vulnerable wage wages wait walked walking wall wanting warm warnings warrant
washington waste watched watching wave ways weak wealth weapon weapons wear weather web website
wedding weekend weight welcome welfare western wide widely wild willing wind window wing wins
winter wish witness witnesses wonder wondering worker workforce workplace worldwide worried worry
wounded writer writing written yard york youth zone
""",
    ),
)
"""Documents per thousand, and the words that about so many have."""
