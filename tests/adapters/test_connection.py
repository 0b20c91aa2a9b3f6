"""The guarded client's own connections: what is kept, what is read how, what ends them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.adapters import dialling
from bot.adapters.guard import EgressGuard
from bot.adapters.http import HttpClient, Limits
from bot.errors import FetchError

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
QUICK = Limits(connect=5, silence=5, total=5)


class Server:
    """Speaks raw bytes: one answer, in pieces, for each request, over as many connections as come.

    An answer that ends with `END` closes its connection.
    """

    END = b"<end>"

    def __init__(self) -> None:
        self.answers: list[bytes | Callable[[bytes], bytes]] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                found = answer(head) if callable(answer) else answer
                writer.write(found.removesuffix(self.END))
                await writer.drain()
                if found.endswith(self.END):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/feed?a=b"


@asynccontextmanager
async def serving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    yield server
    listener.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if getattr(task.get_coro(), "__name__", "") == "serve":
            task.cancel()
    await asyncio.sleep(0.01)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def client(server: Server) -> AsyncIterator[HttpClient]:
    async with HttpClient(allow={f"127.0.0.1:{server.port}"}, limits=QUICK) as client:
        yield client


async def test_a_connection_serves_one_request_after_the_other(
    client: HttpClient, server: Server
) -> None:
    """Names, path and query go out as they should, and nobody dials twice."""
    server.answers = [OK + b"\r\nhi"]
    for _ in range(3):
        assert (await client.get(server.url, {"If-None-Match": '"1"'})).body == b"hi"
    assert server.connections == 1
    lines = server.requests[0].decode().split("\r\n")
    assert lines[:2] == ["GET /feed?a=b HTTP/1.1", f"Host: 127.0.0.1:{server.port}"]
    assert 'If-None-Match: "1"' in lines


async def test_a_kept_connection_that_was_closed_is_made_anew(
    client: HttpClient, server: Server
) -> None:
    """The server closes when we come: a question is asked again, a form never."""
    server.answers = [OK + b"\r\nhi", Server.END, OK + b"\r\nho"]
    assert (await client.get(server.url)).body == b"hi"
    assert (await client.get(server.url)).body == b"ho"
    assert (server.connections, len(server.requests)) == (2, 3)
    server.answers = [Server.END, OK + b"\r\nhi"]
    with pytest.raises(FetchError, match="closed without an answer"):
        await client.post(server.url, {"hub.mode": "subscribe"})
    assert len(server.requests) == 4


async def test_a_fresh_connection_that_is_closed_is_a_failure(
    client: HttpClient, server: Server
) -> None:
    server.answers = [Server.END]
    with pytest.raises(FetchError, match="closed without an answer"):
        await client.get(server.url)
    assert server.connections == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more that nobody asked for",
        b"HTTP/1.1 200 OK\r\n\r\nhi" + Server.END,
    ],
)
async def test_a_connection_that_may_not_be_kept_is_not(
    client: HttpClient, server: Server, answer: bytes
) -> None:
    """Its server says so, its protocol is old, or what it brings is more than was asked for."""
    server.answers = [answer]
    for _ in range(2):
        assert (await client.get(server.url)).body == b"hi"
    assert server.connections == 2


async def test_what_comes_unasked_ends_a_kept_connection(
    client: HttpClient, server: Server
) -> None:
    """An answer sent ahead is never taken for that to the next question."""
    late = OK + b"\r\nno"

    async def ahead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK + b"\r\nhi")
        await asyncio.sleep(0.05)
        writer.write(late)
        await asyncio.sleep(0.3)
        writer.close()

    listener = await asyncio.start_server(ahead, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    async with HttpClient(allow={f"127.0.0.1:{port}"}, limits=QUICK) as other:
        for _ in range(2):
            assert (await other.get(f"http://127.0.0.1:{port}/")).body == b"hi"
            await asyncio.sleep(0.2)
    listener.close()
    await asyncio.sleep(0.3)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (CHUNKED + b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n", b"hi"),
        (CHUNKED + b"2\r\nhi\r\n0\r\nX: y\r\n\r\n", b"hi"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + b"\r\nhi", b"hi"),
        (OK + b"Upgrade: h2,h2c\r\nConnection: Upgrade\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
        (b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", b"hi"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9999\r\n\r\n", b""),
    ],
)  # fmt: skip
async def test_answers_are_read_as_servers_write_them(
    client: HttpClient, server: Server, answer: bytes, body: bytes
) -> None:
    """Chunks, trailers, hints ahead, offers of HTTP/2, bare line feeds; a 304 has no body."""
    server.answers = [answer]
    for _ in range(2):
        assert (await client.get(server.url)).body == body
    assert server.connections == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
         "not a valid HTTP answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20, "not a valid HTTP answer"),
        (OK + b"X-Long: " + b"x" * 70_000, "not a valid HTTP answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Len" + Server.END, "connection closed without an answer"),
        (OK + b"\r\nh" + Server.END, "the answer broke off"),
        (CHUNKED + b"5\r\nhi" + Server.END, "the answer broke off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "larger than 10 MB"),
    ],
)  # fmt: skip
async def test_what_is_no_answer_is_named(
    client: HttpClient, server: Server, answer: bytes, reason: str
) -> None:
    server.answers = [answer]
    with pytest.raises(FetchError) as caught:
        await client.get(server.url)
    assert caught.value.reason == reason


async def test_a_header_in_an_old_encoding_goes_back_as_text(
    client: HttpClient, server: Server
) -> None:
    """Never as a lone surrogate, which no database takes."""
    server.answers = [OK + b'ETag: "caf\xe9"\r\nX-Name: caf\xc3\xa9\r\n\r\nhi']
    headers = (await client.get(server.url)).headers
    assert (headers["ETag"], headers["x-name"]) == ('"café"', "café")
    await client.get(server.url, {"If-None-Match": headers["ETag"]})
    assert 'If-None-Match: "café"'.encode() in server.requests[-1]


async def test_no_value_brings_a_header_along(client: HttpClient, server: Server) -> None:
    """What a server once called its ETag cannot change our request."""
    server.answers = [OK + b"\r\nhi"]
    await client.get(server.url, {"If-None-Match": "a\r\nX-Evil: 1\r\n\r\nGET / HTTP/1.1\0"})
    assert len(server.requests) == 1
    assert b"\r\nX-Evil" not in server.requests[0]


async def test_a_cancelled_question_ends_its_connection(client: HttpClient, server: Server) -> None:
    """Its answer, still on the way, is not taken for another's."""
    server.answers = [OK]  # half a head, and no more
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.get(server.url)
    server.answers = [OK + b"\r\nhi"]
    assert (await client.get(server.url)).body == b"hi"
    assert server.connections == 2


async def test_connections_are_kept_for_a_while_and_not_without_number(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest ends when there are too many, all end when nobody wants them."""
    monkeypatch.setattr(dialling, "MAX_KEPT", 3)
    monkeypatch.setattr(dialling, "KEPT", 0.2)
    server.answers = [OK + b"\r\nhi"]
    hosts = {f"h{number}.example": f"127.0.0.1:{server.port}" for number in range(5)}
    async with HttpClient(hosts=hosts, limits=QUICK) as client:
        for host in hosts:
            await client.get(f"http://{host}/")
        assert client._connections is not None
        kept = client._connections._oldest
        assert [host for _, host, _ in kept.values()] == ["h2.example", "h3.example", "h4.example"]
        async with asyncio.timeout(10):
            while kept:  # noqa: ASYNC110 -- nobody tells
                await asyncio.sleep(0.05)
        assert not client._connections._idle


async def test_a_kept_connection_is_used_for_its_own_origin_only(server: Server) -> None:
    """Two names at one address do not share one: the guard judged them apart."""
    server.answers = [OK + b"\r\nhi"]
    place = f"127.0.0.1:{server.port}"
    hosts = {"a.example": place, "b.example": place}
    async with HttpClient(hosts=hosts, limits=QUICK) as client:
        for url in ("http://a.example/", "http://b.example/", "http://a.example:8080/") * 2:
            await client.get(url)
    assert server.connections == 3


async def test_each_dialled_address_is_judged(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many judgements as connections, each of the address that is connected."""
    judged: list[object] = []
    judge = EgressGuard.socket

    def noting(guard: EgressGuard, place: tuple) -> object:
        judged.append(place[4])
        return judge(guard, place)

    monkeypatch.setattr(EgressGuard, "socket", noting)
    server.answers = [OK + b"Connection: close\r\n\r\nhi"]
    async with HttpClient(allow={f"127.0.0.1:{server.port}"}, limits=QUICK) as client:
        await asyncio.gather(*(client.get(server.url) for _ in range(4)))
    assert judged == [("127.0.0.1", server.port)] * server.connections
    assert server.connections == 4


def certificate(host: str) -> tuple[bytes, bytes]:
    """Make a certificate that signs itself, and its key, both in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return made.public_bytes(serialization.Encoding.PEM), private


async def test_tls_is_verified_and_kept(tmp_path: Path) -> None:
    """A stranger's certificate or one for another name is refused; a good one serves twice."""
    public, private = certificate("good.example")
    (tmp_path / "cert.pem").write_bytes(public + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem")
    async with serving(context) as server:
        server.answers = [OK + b"\r\nhi"]
        place = f"127.0.0.1:{server.port}"
        hosts = {"good.example": place, "other.example": place}
        async with HttpClient(hosts=hosts, limits=QUICK) as client:
            with pytest.raises(FetchError, match="certificate is not valid"):
                await client.get("https://good.example/")
            assert client._connections is not None
            client._connections._tls.load_verify_locations(cadata=public.decode())
            for _ in range(2):
                assert (await client.get("https://good.example/")).body == b"hi"
            assert len(client._connections._oldest) == 1
            with pytest.raises(FetchError, match="certificate is not valid"):
                await client.get("https://other.example/")
        assert len(server.requests) == 2


async def test_plain_text_where_tls_is_expected_is_named(server: Server) -> None:
    server.answers = [OK]
    hosts = {"plain.example": f"127.0.0.1:{server.port}"}

    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(rude, "127.0.0.1", 0)
    hosts["plain.example"] = f"127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    async with HttpClient(hosts=hosts, limits=QUICK) as client:
        with pytest.raises(FetchError, match=r"TLS connection failed|connection reset"):
            await client.get("https://plain.example/")
    listener.close()


async def test_each_exchange_has_its_own_patience(server: Server) -> None:
    """A timer outlives its exchange; the next one is neither cut off by it nor spared."""
    limits = Limits(connect=5, silence=0.6, total=5)
    allow = {f"127.0.0.1:{server.port}"}
    async with HttpClient(allow=allow, limits=limits) as client:
        server.answers = [OK + b"\r\nhi"]
        for _ in range(4):  # over a second in all, none of it silent for long
            assert (await client.get(server.url)).body == b"hi"
            await asyncio.sleep(0.3)
        server.answers = [OK]  # half a head, and no more
        start = asyncio.get_running_loop().time()
        with pytest.raises(FetchError, match="silent for"):
            await client.get(server.url)
        assert 0.5 < asyncio.get_running_loop().time() - start < 3
        assert server.connections == 1
