"""Bad manners of servers and bodies, for a server that speaks raw bytes."""

import asyncio
import gzip
import json
import os
import random
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

RANDOM = random.Random(1)  # noqa: S311 - repeatable
NIGHTLY = os.environ.get("WIREWATCH_PROFILE") == "nightly"
Writer = asyncio.StreamWriter
Mode = Callable[[Writer], Awaitable[None]]


def rss(items: str, head: str = "<title>T</title>") -> bytes:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'.encode(
        "utf-8", "surrogatepass"
    )


GOOD = rss("<item><guid>1</guid><title>Good</title></item>")


def answer(body: bytes, headers: str = "", status: str = "200 OK") -> Mode:
    """Answer with a body, politely."""

    async def mode(writer: Writer) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        writer.write(head.encode("latin-1") + body)
        await writer.drain()

    return mode


def raw(*pieces: bytes, pause: float = 0.0, repeat: int = 1) -> Mode:
    """Write bytes as they are, again and again, with a pause between them."""

    async def mode(writer: Writer) -> None:
        for _ in range(repeat):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)

    return mode


def then(first: Mode, second: Mode) -> Mode:
    async def mode(writer: Writer) -> None:
        await first(writer)
        await second(writer)

    return mode


async def reset(writer: Writer) -> None:
    """Close with a TCP reset instead of an end."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def bomb(size: int, bits: int) -> bytes:
    packer = zlib.compressobj(1, wbits=bits)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


def brotli_bomb(size: int) -> bytes:
    """Where nothing can make one the label alone must be refused."""
    if find_spec("brotli") is None:
        return b"\x8b\x07\x80 no brotli here \x03"
    packer = import_module("brotli").Compressor(quality=1)
    block = bytes(1 << 20)
    return b"".join(packer.process(block) for _ in range(size >> 20)) + packer.finish()


def laughs(levels: int = 9) -> str:
    lines = ['<!ENTITY a0 "ha">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, levels)]
    last = (
        f"<rss version='2.0'><channel><item><title>&a{levels - 1};</title></item></channel></rss>"
    )
    return f"<?xml version='1.0'?><!DOCTYPE rss [{''.join(lines)}]>{last}"


def items(count: int, **fields: str) -> str:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return "".join(f"<item>{inner.replace('#', str(number))}</item>" for number in range(count))


def redirect(place: str, status: str = "302 Found") -> Mode:
    return answer(b"", f"Location: {place}\r\n", status)


OK_HEAD = b"HTTP/1.1 200 OK\r\n"
EXTERNAL = '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel>'
SCRIPT = "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"
# The full sizes take minutes; a part of them shows the same.
PART = 1 if NIGHTLY else 8
MANY = 100_000 // PART
BOMB = 1 << (30 if NIGHTLY else 26)

# Each mode with what it comes to: a part of the reason, or how many articles are read.
MODES: dict[str, tuple[Mode, str | int]] = {
    "slow-head": (
        then(raw(OK_HEAD + b"X-A: "), raw(b"b", pause=0.3, repeat=20)), "slower than|took over"),
    "endless-headers": (
        then(raw(OK_HEAD), raw(b"X-A: " + b"b" * 1_000 + b"\r\n", repeat=20_000)),
        "not a valid HTTP answer",
    ),
    "one-long-header": (
        raw(OK_HEAD + b"X-A: " + b"b" * 1_000_000 + b"\r\n\r\n"), "not a valid HTTP answer"),
    "slow-body": (
        then(raw(OK_HEAD + b"Content-Length: 900\r\n\r\n"), raw(b"<", pause=0.3, repeat=30)),
        "slower than|took over",
    ),
    "silent": (raw(pause=9, repeat=1), "closed|silent"),
    "silent-body": (
        raw(OK_HEAD + b"Content-Length: 900\r\n\r\n<rss>", pause=9), "silent|took over"),
    "endless-body": (
        then(raw(OK_HEAD + b"\r\n"), raw(b"<a>" * 100_000, repeat=1_000)), "larger than 10 MB"),
    "endless-chunks": (
        then(raw(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"),
             raw(b"30d40\r\n" + b"x" * 200_000 + b"\r\n", repeat=1_000)),
        "larger than 10 MB",
    ),
    "tiny-chunks": (
        then(raw(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
                 b"%x\r\n%s\r\n" % (len(GOOD), GOOD)),
             then(raw(b"2\r\n \n\r\n" * 30_000, repeat=100 // PART), raw(b"0\r\n\r\n"))),
        "1|took over",
    ),
    "gzip-bomb": (answer(bomb(BOMB, 31), "Content-Encoding: gzip\r\n"), "larger than 10 MB"),
    "deflate-bomb": (answer(bomb(BOMB, -15), "Content-Encoding: deflate\r\n"), "larger than 10 MB"),
    "brotli-bomb": (
        answer(brotli_bomb(BOMB), "Content-Encoding: br\r\n"),
        # Read up to the limit where the decoder is there (as in the locked test packages), else
        # refused by its label: it was not asked for.
        "larger than 10 MB" if find_spec("brotli") else "unknown content encoding br",
    ),
    "gzip-in-gzip": (
        answer(gzip.compress(gzip.compress(GOOD)), "Content-Encoding: gzip, gzip\r\n"),
        "unknown content encoding",
    ),
    "gzip-members": (
        answer(gzip.compress(b"") * 100_000, "Content-Encoding: gzip\r\n"),
        "not compressed as it says",
    ),
    "gzip-that-is-none": (
        answer(GOOD, "Content-Encoding: gzip\r\n"), "not compressed as it says"),
    "gzip-cut": (
        answer(gzip.compress(GOOD)[:-9], "Content-Encoding: gzip\r\n"), "broke off"),
    "gzip-unlabelled": (answer(gzip.compress(GOOD)), "neither XML nor JSON"),
    "length-too-long": (raw(OK_HEAD + b"Content-Length: 9999\r\n\r\n" + GOOD), "broke off"),
    "length-too-short": (raw(OK_HEAD + b"Content-Length: 60\r\n\r\n" + GOOD), "not a valid|0"),
    "length-negative": (raw(OK_HEAD + b"Content-Length: -5\r\n\r\n"), "not a valid HTTP answer"),
    "length-twice": (
        raw(OK_HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n" + GOOD),
        "not a valid HTTP answer",
    ),
    "chunks-broken": (
        raw(OK_HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss>"), "broke off|not a valid"),
    "reset-at-once": (reset, "closed|reset"),
    "reset-in-body": (then(raw(OK_HEAD + b"Content-Length: 999\r\n\r\n<rss>"), reset),
                      "broke off|reset"),
    "closed-at-once": (raw(), "closed without an answer"),
    "no-http": (raw(b"220 mail.example ESMTP\r\n"), "not a valid HTTP answer"),
    "old-http": (raw(GOOD), "not a valid HTTP answer"),
    "endless-continue": (
        raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, repeat=10_000), "took over|not a valid"),
    "redirect-loop": (redirect("/redirect-loop"), "more than 5 redirects"),
    "redirect-inside": (redirect("http://10.0.0.1/"), "address not allowed"),
    "redirect-metadata": (redirect("http://169.254.169.254/x", "308 Permanent Redirect"),
                          "address not allowed"),
    "redirect-file": (redirect("file:///etc/passwd"), "address not allowed"),
    "redirect-port": (redirect("http://hostile.example:22/"), "address not allowed"),
    "redirect-nowhere": (redirect("http://[::"), "address not allowed"),
    "redirect-without-place": (answer(b"", "", "302 Found"), "HTTP 302 Found"),
    "false-304": (answer(b"", "", "304 Not Modified"), "HTTP 304"),
    "teapot": (answer(b"", "", "418 I'm a Teapot"), "HTTP 418"),
    "status-999": (answer(b"", "", "999 No"), "HTTP 999"),
    "cookies": (answer(GOOD, "Set-Cookie: a=b\r\n" * 50), 1),
    "html-as-rss": (answer(b"<!doctype html><html><p>Hi</html>", "Content-Type: text/xml\r\n"),
                    "HTML page"),
    "empty": (answer(b""), "the body is empty"),
    "binary": (answer(RANDOM.randbytes(100_000)), "neither XML nor JSON"),
    "guid-reuse": (answer(rss(items(50, guid="same", link="/#", title="t#"))), 50),
    "guid-empty": (answer(rss(items(50, guid="", link="/#", title="t#"))), 50),
    "no-fields": (answer(rss("<item/>" * 50)), 1),
    "many-items": (answer(rss(items(100_000 // PART, guid="#"))), 5_000),
    "long-title": (answer(rss(items(1, guid="1", title="x" * 99 * MANY))), 1),
    "long-text": (answer(rss(items(1, guid="1", description="word &lt;b&gt; " * 6 * MANY))), 1),
    "nested-tags": (answer(rss(f"<item>{'<a>' * MANY}{'</a>' * MANY}</item>")),
                    "took too long|could not|not readable|1"),
    "nested-html": (answer(rss(items(1, guid="1", description="&lt;div>" * MANY))), 1),
    "many-attributes": (
        answer(b"<rss " + b" ".join(b'a%d="b"' % n for n in range(14_000)) + GOOD[26:]), "1|too"),
    "many-namespaces": (
        answer(b"<rss " + b" ".join(b'xmlns:a%d="b%d"' % (n, n) for n in range(9_000)) + GOOD[26:]),
        "1|too",
    ),
    "unclosed-tag": (answer(b"<rss " + b"a='" * 60_000), "too|no feed|not readable"),
    "open-angles": (answer(b"<rss><channel><item><title>" + b"<" * 2 * MANY), "too|1|not readable"),
    "open-comments": (answer(b"<rss><channel>" + b"<!-- " * 100_000), "too|0|not readable"),
    "open-cdata": (answer(b"<rss><channel><item><title>" + b"<![CDATA[" * 100_000),
                   "too|1|not readable"),
    "open-instructions": (answer(b"<?" * 500_000), "no feed|neither|not readable"),
    "open-doctype": (answer(b"<!DOCTYPE rss [" + b"<!ELEMENT " * 100_000), "neither XML"),
    "odd-entities": (answer(rss(items(20, guid="#", title="&foo;&bar" * (MANY // 20)))), "too|20"),
    "laughs": (answer(laughs().encode()), "declares entities"),
    "laughs-utf16": (answer(laughs().encode("utf-16")), "declares entities"),
    "laughs-utf16-bare": (answer(laughs().encode("utf-16-be")), "declares entities"),
    "external-entity": (answer((EXTERNAL + "<title>&x;</title>").encode()), "declares entities"),
    "path": (answer(b"/etc/passwd"), "neither XML nor JSON"),
    "device": (answer(b"/dev/zero"), "neither XML nor JSON"),
    "file-address": (answer(b"file:///etc/passwd"), "neither XML nor JSON"),
    "web-address": (answer(b"http://127.0.0.1/"), "neither XML nor JSON"),
    "controls": (answer(rss(items(3, guid="#", title="a\x00b\x01\x1b[31mc"))), 3),
    "surrogates": (answer(rss(items(3, guid="#", title="a\ud800b\udfff"))), 3),
    "dates": (answer(rss("".join(
        f"<item><guid>{n}</guid><pubDate>{date}</pubDate></item>"
        for n, date in enumerate(["-0001-01-01", "0000-00-00", "10000-01-01T00:00:00Z", "9" * 5_000,
                                  "Mon, 01 Jan 99999 00:00:00 GMT", "Thu, 01 Jan 1600 00:00 GMT"])
    ))), 6),
    "dates-ahead": (answer(rss(items(3, guid="#", pubDate="Fri, 01 Jan 2100 00:00:00 GMT"))), 3),
    "dates-back": (answer(rss(items(3, guid="#", pubDate="Thu, 01 Jan 1998 00:00:00 GMT"))), 3),
    "utf-7": (answer(rss(items(1, guid="1", title=SCRIPT)),
                     "Content-Type: text/xml; charset=utf-7\r\n"), 1),
    "utf-16-bare": (answer(GOOD.decode().encode("utf-16-le")), 1),
    "charset-that-raises": (answer(GOOD, "Content-Type: text/xml; charset=undefined\r\n"), 1),
    "charset-absurd": (answer(GOOD, f"Content-Type: text/xml; charset={'x' * 5_000}\r\n"), 1),
    "json-deep": (answer(b'{"items":' + b"[" * 500_000), "not readable as JSON"),
    "json-number": (answer(b'{"items":' + b"9" * 1_000_000 + b"}"), "not readable as JSON"),
    "json-many": (answer(json.dumps({"items": [{"id": n} for n in range(MANY)]}).encode()),
                  5_000),
    "json-wrong-types": (answer(b'{"items": [1, null, {"id": [], "title": {}, "tags": 5, "url": 1,'
                                b'"content_html": 7, "authors": {}, "date_published": []}]}'), 1),
}  # fmt: skip


@dataclass
class Server:
    """Serves each mode under its own path, and a good feed under every other one."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: Writer) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split()[1].decode().lstrip("/")
            self.asked.append(path)
            await MODES[path][0](writer) if path in MODES else await answer(GOOD)(writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
