"""An article page's bytes to its text. Runs in a worker of the parser pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from bot.core.feed.decode import decode
from bot.core.feed.fields import web_link
from bot.core.text import html_to_text

if TYPE_CHECKING:
    from lxml.etree import _Element

ENOUGH = 400
"""Code points from which a careful reading is believed to be the whole article."""

WALL = 1_500
"""Code points up to which a text full of such words is a wall, not an article about them."""

_SENTENCE = 40
# What such walls say to their reader, in the languages of the press watched most: an article about
# cookies or subscriptions has the other words, but hardly these.
_CALLS = (
    r"subscribe|sign in|log ?in|sign up|create an account|free trial|already a subscriber"
    r"|javascript|ad ?blocker|verify you are|captcha|(?:our|trusted) partners"
    r"|this (?:web)?site uses|accept (?:all|cookies)|reject all|manage (?:your|cookies|preferences)"
    r"|(?:our|your) (?:privacy|cookies?|consent|choices|account|browser|experience|subscription)"
    r"|anmelden|einloggen|abonnieren|zustimmen|werbefrei"
    r"|connecte[rz]|s['’]abonner|abonnez|inscrivez|(?:tout|sans) accepter|accepter et"
    r"|nos partenaires|inici(?:a|ar|e) sesión|regístr(?:ate|ese)|suscríb\w+|suscribirse"
    r"|(?:aceptar|rechazar\w*) y|nuestros socios|accedi|iscriviti|(?:accetta|rifiuta) e"
    r"|nostri partner|[ול]{0,2}ה?תחבר\w*|ו?התחבר\w*|ו?הי?רשמו|[ול]{0,2}הירשם"
    r"|[وف]?اشترك(?:وا)?|[وأ]?سج\u0651?ل(?:وا)? الدخول|ل?تسجيل الدخول"
)
_TOPICS = (
    r"cookies?|consent|privacy|personal data|partners|subscri\w+|einwillig\w*|datenschutz\w*"
    r"|tracking|abo|abonn\w+|traceurs|consentement|vie privée|données personnelles|inscri\w+"
    r"|suscr\w+|consentimiento|datos personales|privacidad|abbonat\w+|abbonament\w+|consenso"
    r"|dati personali|[ובהלמכש]{0,3}(?:הסכמה|עוגיות|מנוי\w*)|ملفات تعريف"
    r"|[وفبكل]{0,3}(?:ال)?(?:مشترك\w*|اشتراك\w*|خصوصية)"
)
_CALL = re.compile(rf"\b(?:{_CALLS})\b", re.IGNORECASE)
_WALL = re.compile(rf"\b(?:{_CALLS}|{_TOPICS})\b", re.IGNORECASE)
# trafilatura's own names for blocks (a subset of TEI).
_TAGS = {"quote": "blockquote", "head": "h2", "item": "li", "list": "ul", "lb": "br",
         "row": "tr", "cell": "td", "fw": "p", "ab": "p"}  # fmt: skip


def read_page(body: bytes, content_type: str, url: str) -> tuple[str, str]:
    """Give a page's article text, "" if there is none, and its canonical link (or `url`).

    Precision goes before completeness: a careful reading is taken if it gives enough text, else
    the longest of it, a usual reading, and the page's own paragraphs.
    """
    html = decode(body, content_type)
    careful = _extracted(html, precise=True)
    text = careful
    if len(careful) < ENOUGH:
        text = max(careful, _extracted(html, precise=False), _paragraphs(html), key=len)
    return "" if is_wall(text) else text, _canonical(html, url)


def is_wall(text: str) -> bool:
    """Say whether a text is a consent or subscription wall instead of an article.

    Such a text is short, speaks of cookies, subscriptions or signing in once in each twenty words
    or more, and three times at least, and once at least in the words that a reader is asked with.
    """
    if len(text) > WALL or not _CALL.search(text):
        return False
    found = len(_WALL.findall(text))
    return found >= 3 and found * 20 >= len(text.split())  # noqa: PLR2004 - as written above


def _extracted(html: str, *, precise: bool) -> str:
    from trafilatura import bare_extraction  # noqa: PLC0415 - costs 0.3 s

    found = bare_extraction(
        html,
        favor_precision=precise,
        include_comments=False,
        include_tables=False,
        with_metadata=False,
    )
    tree = getattr(found, "body", None)
    return _text(tree) if tree is not None else ""


def _text(tree: _Element) -> str:
    """Give the paragraphs of trafilatura's tree, without the headline at its start."""
    from lxml import etree  # noqa: PLC0415 - trafilatura has loaded it by now

    first = next(iter(tree), None)
    if first is not None and first.tag == "head" and not (first.tail or "").strip():
        tree.remove(first)
    for node in tree.iter():
        if isinstance(node.tag, str):
            node.tag = _TAGS.get(node.tag, node.tag)
    return html_to_text(etree.tostring(tree, method="html", encoding="unicode"))


def _paragraphs(html: str) -> str:
    """Give the page's `<p>` texts that are long enough to be sentences, in `<article>` if any."""
    tree = LexborHTMLParser(html)
    root = tree.css_first("article") or tree.css_first("main") or tree.body
    if root is None:
        return ""
    root.strip_tags(["script", "style", "nav", "aside", "footer", "form", "noscript", "header"])
    texts = (html_to_text(node.html or "") for node in root.css("p, blockquote > div"))
    return "\n\n".join(text for text in texts if len(text) >= _SENTENCE)


def _canonical(html: str, url: str) -> str:
    """Give the canonical link if it stays on the page's own site: others may be anybody's."""
    node = LexborHTMLParser(html).css_first('link[rel="canonical"]')
    link = web_link(node.attributes.get("href"), url) if node is not None else ""
    return link if link and _site(link) == _site(url) else url


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
