"""Article pages: the text and nothing but the text, where robots.txt lets us."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiohttp import web

from bot.adapters.http import HttpClient
from bot.adapters.pages import HttpPages
from bot.adapters.parsing import ParserPool
from bot.adapters.reading import is_wall, read_page
from bot.core.model import Article
from bot.core.robots import MAX_SIZE
from bot.errors import EgressError, FetchError

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Harbour opens</title>
<link rel="canonical" href="/2026/harbour"><script>var x = "<p>no</p>";</script></head><body>
<nav><a href="/">Home</a><a href="/world">World</a></nav>
<article><h1>Harbour opens</h1>
<p>The harbour of Lindmouth opened on Monday after two years of work, the council said at a
ceremony that drew hundreds of people to the quay and the old fish market.</p>
<blockquote><p>“We waited long for this, and today the water is ours again,” said Mayor Ada
Quill.</p></blockquote>
<p>“Yes.”</p>
<p>Ships from the islands will call twice a day &amp; on Sundays, according to the port office,
which published its timetable last week after a long argument about fares.</p></article>
<div class="related"><h2>Related</h2><ul><li><a href="/1">Another story entirely</a></li></ul></div>
<footer>Copyright. Subscribe to our newsletter.</footer></body></html>"""
PARAGRAPHS = [
    (
        "The harbour of Lindmouth opened on Monday after two years of work, the council said at a "
        "ceremony that drew hundreds of people to the quay and the old fish market."
    ),
    "“We waited long for this, and today the water is ours again,” said Mayor Ada Quill.",
    "“Yes.”",
    (
        "Ships from the islands will call twice a day & on Sundays, according to the port office, "
        "which published its timetable last week after a long argument about fares."
    ),
]


def article(url: str) -> Article:
    now = datetime(2026, 5, 4, tzinfo=UTC)
    return Article("f", "k", url, "Harbour opens", "", None, now)


class Site:
    """Paths and what they answer; what is not there is a 404."""

    def __init__(self) -> None:
        self.paths: dict[str, Callable[[], web.Response]] = {}
        self.asked: list[str] = []
        self.port = 0

    async def serve(self, request: web.BaseRequest) -> web.Response:
        self.asked.append(request.path)
        return self.paths.get(request.path, lambda: web.Response(status=404))()

    def page(self, path: str, html: str, kind: str = "text/html") -> None:
        self.paths[path] = lambda: web.Response(text=html, content_type=kind)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    runner = web.ServerRunner(web.Server(site.serve), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.port = runner.addresses[0][1]
    yield site
    await runner.cleanup()


@pytest.fixture
async def pages(site: Site) -> AsyncIterator[HttpPages]:
    hosts = {"harbour.example": f"127.0.0.1:{site.port}"}
    async with HttpClient(hosts=hosts) as client, ParserPool(1) as pool:
        yield HttpPages(client, pool)


async def test_a_page_becomes_its_paragraphs(pages: HttpPages, site: Site) -> None:
    """Navigation, headline, related stories and footers are left out; quotes stay."""
    site.page("/a", PAGE)
    page = await pages.fetch(article("http://harbour.example/a"))
    assert page.text.split("\n\n") == PARAGRAPHS
    assert page.url == "http://harbour.example/2026/harbour"


async def test_robots_are_respected_and_remembered(pages: HttpPages, site: Site) -> None:
    """A disallowed path is not fetched, and robots.txt is asked for once."""
    site.page("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain")
    site.page("/a", PAGE)
    site.page("/private/a", PAGE)
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/private/a"))
    await pages.fetch(article("http://harbour.example/a"))
    assert site.asked == ["/robots.txt", "/a"]


async def test_of_a_long_robots_file_the_first_part_holds(pages: HttpPages, site: Site) -> None:
    """RFC 9309, section 2.5: at least 500 KiB are read; the line that is cut off says nothing."""
    head, cut = "User-agent: *\nDisallow: /private\n", "Disallow: /"
    filler = "#" * (MAX_SIZE - len(head) - len(cut) - 1) + "\n"
    site.page("/robots.txt", f"{head}{filler}{cut}elsewhere\n", "text/plain")
    site.page("/a", PAGE)
    assert (await pages.fetch(article("http://harbour.example/a"))).text
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/private/a"))


async def test_unreachable_robots_stop_pages_for_a_while(pages: HttpPages, site: Site) -> None:
    """A server in trouble is left alone, and asked again after ten minutes (RFC 9309)."""
    site.page("/a", PAGE)
    site.paths["/robots.txt"] = lambda: web.Response(status=503)
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/a"))
    del site.paths["/robots.txt"]
    with pytest.raises(FetchError, match="robots"):
        await pages.fetch(article("http://harbour.example/a"))
    seconds = pages._clock()
    pages._clock = lambda: seconds + 601
    assert (await pages.fetch(article("http://harbour.example/a"))).text


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "the entry has no link"),
        ("http://harbour.example/none", "HTTP 404 Not Found"),
        ("http://harbour.example/pdf", "this is no HTML page"),
        ("http://harbour.example/empty", "no article text found on the page"),
        ("http://harbour.example/big", "larger than 2 MB"),
    ],
)
async def test_a_page_without_text_says_why(
    pages: HttpPages, site: Site, url: str, reason: str
) -> None:
    site.page("/pdf", "%PDF", "application/pdf")
    site.page("/empty", "<html><body></body></html>")
    site.page("/big", "x" * 2_000_001)
    with pytest.raises(FetchError) as caught:
        await pages.fetch(article(url))
    assert caught.value.reason == reason


@pytest.mark.parametrize("url", ["http://127.0.0.1/a", "http://[::1]/a", "file:///etc/passwd"])
async def test_pages_are_guarded(pages: HttpPages, url: str) -> None:
    with pytest.raises(EgressError):
        await pages.fetch(article(url))


async def test_a_stub_is_not_taken_for_the_article(pages: HttpPages, site: Site) -> None:
    """Where the feed has more than the page, its own text is kept."""
    site.page("/a", PAGE)
    long = replace(article("http://harbour.example/a"), text="The feed's own words. " * 60)
    with pytest.raises(FetchError, match="less text than the feed"):
        await pages.fetch(long)


async def test_a_page_is_fetched_once(pages: HttpPages, site: Site) -> None:
    """Two feeds with one article: one request; an edited headline asks again."""
    site.page("/a", PAGE)
    first = await pages.fetch(article("http://harbour.example/a"))
    assert await pages.fetch(article("http://harbour.example/a")) == first
    assert site.asked == ["/robots.txt", "/a"]
    await pages.fetch(replace(article("http://harbour.example/a"), title="Harbour opens again"))
    assert site.asked == ["/robots.txt", "/a", "/a"]


async def test_a_page_is_fetched_once_under_all_its_addresses(pages: HttpPages, site: Site) -> None:
    """Feeds add what they track; the page itself says what it is called; all may come at once."""
    site.page("/a", PAGE.replace("/2026/harbour", "/story/7"))
    urls = ("a?utm_source=rss", "a?utm_source=app#top", "a/?fbclid=9")
    found = await asyncio.gather(
        *(pages.fetch(article(f"http://harbour.example/{url}")) for url in urls)
    )
    found.append(await pages.fetch(article("http://harbour.example/story/7")))
    assert {page.url for page in found} == {"http://harbour.example/story/7"}
    assert len(site.asked) == 2
    assert not pages._wanted


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("We and our partners use cookies. Manage your consent or read our privacy policy.", True),
        ("Subscribe to read on. Already a subscriber? Sign in. Start your free trial.", True),
        (("Um weiterzulesen, müssen Sie einwilligen oder ein Abonnement haben. Jetzt abonnieren "
         "oder anmelden."), True),
        ("Please enable JavaScript and cookies to verify you are a person.", True),
        ("The privacy commissioner said on Monday that cookies need consent. " + "She told the "
         "council that the new rules would take effect in May and that shops had time. " * 6,
         False),
        ("The harbour opened on Monday.", False),
        ("", False),
    ],
)  # fmt: skip
def test_walls_are_told_from_articles(text: str, wall: bool) -> None:  # noqa: FBT001
    """Short texts full of cookies and subscriptions are walls; articles about them are not."""
    assert is_wall(text) is wall


# As outlets of several languages write them, in words of our own.
WALLS = [
    (
        "Avec votre accord, nous et nos partenaires utilisons des traceurs pour stocker et "
        "consulter des informations personnelles comme votre visite sur ce site. Vous "
        "pouvez retirer votre consentement à tout moment. Accepter et continuer. Refuser "
        "et s'abonner. Déjà abonné ? Se connecter."
    ),
    (
        "Nous respectons votre vie privée. Nous et nos partenaires stockons ou accédons à "
        "des informations sur un terminal, telles que les cookies, et traitons les données "
        "personnelles. Tout accepter. Paramétrer vos choix. Continuer sans accepter."
    ),
    (
        "Nosotros y nuestros socios almacenamos o accedemos a información en un "
        "dispositivo, tales como cookies, y procesamos datos personales. Puede aceptar el "
        "tratamiento o rechazarlo y suscribirse. Aceptar y continuar. Rechazar y "
        "suscribirse. ¿Ya eres suscriptor? Inicia sesión."
    ),
    (
        "Para seguir leyendo este artículo, regístrate gratis o inicia sesión. Acceso "
        "ilimitado para suscriptores."
    ),
    (
        "הכתבה המלאה פתוחה למנויים בלבד. הירשמו עכשיו וקראו את כל הכתבות ללא הגבלה. כבר "
        "מנויים? התחברו לחשבון שלכם."
    ),
    (
        "هذا المقال متاح للمشتركين فقط. اشترك الآن لمتابعة القراءة والوصول إلى جميع "
        "المقالات. لديك حساب؟ سجّل الدخول."
    ),
    (
        "Questo contenuto è riservato agli abbonati. Abbonati ora per continuare a leggere "
        "senza limiti. Sei già abbonato? Accedi al tuo account."
    ),
    (
        "Noi e i nostri partner archiviamo informazioni su un dispositivo, come i cookie, "
        "e trattiamo dati personali. Accetta e continua, rifiuta e abbonati, oppure "
        "gestisci le preferenze."
    ),
    (
        "Mit Werbung und Tracking weiterlesen oder werbefrei mit einem Abo. Zustimmen und "
        "weiter. Bereits Abonnent? Hier einloggen."
    ),
    (
        "This website uses cookies to give you the best experience. By going on you "
        "consent to our cookie policy and our privacy policy."
    ),
]
# Short reports about cookies, subscriptions and the law on both.
REPORTS = [
    (
        "La Cnil a infligé jeudi une amende de quarante millions d'euros à une plateforme "
        "de publicité pour sa gestion des cookies. L'autorité reproche à la société de ne "
        "pas avoir recueilli le consentement des internautes avant de déposer des traceurs "
        "sur leurs appareils. « Les utilisateurs n'ont jamais su ce qui leur arrivait », a "
        "déclaré sa présidente à Paris. La société a annoncé qu'elle ferait appel devant "
        "le Conseil d'État dans les deux mois."
    ),
    (
        "El Congreso aprobó el martes una ley que limita el uso de cookies en las páginas "
        "del Estado. La ministra dijo que el consentimiento de los ciudadanos debe ser "
        "claro y que los datos personales de menores no podrán venderse. La oposición votó "
        "en contra porque teme que las empresas pequeñas no puedan pagar los cambios antes "
        "del verano, según explicó su portavoz en Madrid."
    ),
    (
        "מספר המנויים של חברת הסלולר ירד ברבעון השלישי בשני אחוזים, כך דיווחה החברה ביום "
        'שני לבורסה. המנכ"ל אמר כי התחרות בשוק גוברת וכי המחירים ירדו מאז כניסת חברה '
        "נוספת. האנליסטים צפו ירידה גדולה יותר, והמניה עלתה בעקבות הדיווח בשלושה אחוזים "
        "במסחר בתל אביב. החברה תפרסם תחזית חדשה בחודש הבא לאחר שתסיים את המיזוג עם יצרנית "
        "הכבלים."
    ),
    (
        "أعلنت شركة الاتصالات يوم الاثنين أن عدد المشتركين في خدمة الإنترنت ارتفع بنسبة "
        "عشرة في المئة خلال العام الماضي. وقال المدير التنفيذي إن الشركة ستخفض سعر "
        "الاشتراك الشهري في المناطق الريفية ابتداء من الشهر المقبل. وأضاف أن الحكومة وافقت "
        "على خطة لمد الكابلات إلى القرى الجبلية قبل نهاية السنة، وأن العمل سيبدأ في الشمال "
        "حيث يعيش معظم السكان."
    ),
    (
        "Gli abbonati alla rete dei trasporti di Milano sono cresciuti del sei per cento "
        "nel primo semestre, ha detto lunedì l'azienda. Il prezzo degli abbonamenti "
        "annuali resterà fermo fino a dicembre, ma il biglietto singolo costerà venti "
        "centesimi in più. Il sindaco ha spiegato che l'aumento serve a pagare i nuovi "
        "treni, attesi per la primavera."
    ),
    (
        "The streaming service lost two million subscribers in the last quarter after it "
        "raised the price of a subscription, the company said on Tuesday. Analysts had "
        "expected a smaller loss. The chief executive told investors that growth would "
        "return when the new season starts in the autumn, and that a cheaper plan with "
        "advertising was on its way."
    ),
    (
        "The data protection authority fined a retailer on Monday for placing cookies "
        "without consent. Regulators said the shop had shared personal data of some nine "
        "thousand customers with advertisers in three countries. The retailer's lawyer "
        "called the decision wrong and said it would go to court. Parliament is to debate "
        "a new privacy law in the spring."
    ),
    (
        "Das Parlament hat am Donnerstag ein neues Gesetz zum Datenschutz beschlossen. Wer "
        "Cookies ohne Einwilligung setzt, muss künftig bis zu zwei Millionen Euro zahlen. "
        "Der Justizminister sagte, die Regeln gälten ab dem Sommer auch für kleine Firmen. "
        "Die Opposition sprach von einem Gesetz, das niemand durchsetzen könne, weil den "
        "Behörden die Leute fehlten."
    ),
]


@pytest.mark.parametrize("text", WALLS)
def test_walls_of_other_languages_are_known(text: str) -> None:
    """French, Spanish, Hebrew, Arabic, Italian and German walls, and one of plain cookies."""
    assert is_wall(text)


@pytest.mark.parametrize("text", REPORTS)
def test_reports_about_cookies_and_subscriptions_are_no_walls(text: str) -> None:
    assert not is_wall(text)


def test_a_canonical_link_stays_on_its_site() -> None:
    """A page cannot say that it is somebody else's."""
    page = PAGE.replace('href="/2026/harbour"', 'href="https://bank.example/"')
    assert (
        read_page(page.encode(), "", "https://harbour.example/a")[1] == "https://harbour.example/a"
    )


def test_labels_of_the_encoding_are_followed() -> None:
    page = PAGE.replace("utf-8", "windows-1252").encode("cp1252")
    assert read_page(page, "text/html", "https://x.example/")[0].split("\n\n") == PARAGRAPHS


def test_short_pages_fall_back_to_their_paragraphs() -> None:
    """Where careful reading gives next to nothing the page's own paragraphs are taken."""
    html = "<html><body><div><p>The council met on Monday and agreed on the new fares.</p></div>"
    text, _ = read_page(html.encode(), "text/html", "https://x.example/")
    assert text == "The council met on Monday and agreed on the new fares."
