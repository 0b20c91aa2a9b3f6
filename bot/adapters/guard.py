"""The egress guard: which addresses the bot may connect to on somebody's word.

A URL is judged three times: as written (`EgressGuard.check`), by the addresses its name resolves
to (`GuardedResolver`), and by the address of the very socket that is about to connect
(`EgressGuard.socket`), which literal addresses reach without a resolver and which a name that
changes its answers between two look-ups cannot dodge. Every refusal reads the same.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import threading
import time
from typing import TYPE_CHECKING

from yarl import URL

from bot.errors import EgressError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

PORTS = frozenset({80, 443, 8080, 8443})
MAX_URL = 8_000
MAX_LOOKUPS = 32
MAX_JUDGED = 20_000
KEPT = 300.0
"""Seconds for which a name's addresses are believed."""

# The IANA special-purpose registries (RFC 6890 and its updates) and what else no public server
# has. `ipaddress.is_global` alone differs between Python versions and passes several of these.
_REFUSED_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  # private, RFC 1918
            "100.64.0.0/10",  # carrier-grade NAT, RFC 6598; Alibaba's metadata
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's platform address
            "169.254.0.0/16",  # link-local; metadata of most clouds
            "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  # IETF, examples
            "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",  # AS112, AMT
            "192.88.99.0/24",  # 6to4 relays, RFC 7526
            "198.18.0.0/15",  # benchmarks, RFC 2544
            "224.0.0.0/4", "240.0.0.0/4",  # multicast, reserved, broadcast
        ),
    )
)  # fmt: skip
_GLOBAL_6 = ipaddress.IPv6Network("2000::/3")
"""All global unicast is in here: mapped, NAT64, unique local, link-local, multicast are not."""

_REFUSED_6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            "2001::/23",  # IETF protocols, Teredo among them
            "2001:db8::/32", "3fff::/20",  # documentation
            "2002::/16",  # 6to4 carries any IPv4 address
            "2620:4f:8000::/48",  # AS112
        ),
    )
)  # fmt: skip
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
_LOCAL_NAMES = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "arpa")


NoNameError = socket.gaierror

Place = tuple[int, int, int, str, tuple[str, int]]
"""Family, kind, protocol, "", address and port: what `socket.getaddrinfo` gives."""


class RefusedError(PermissionError):
    """What the socket factory raises: only `OSError`s are carried to the caller."""


def is_public(address: str) -> bool:
    """Say whether an IP address is one that any public server can have."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _REFUSED_4)
    if ip.scope_id or ip not in _GLOBAL_6:
        return False
    return not any(ip in network for network in _REFUSED_6)


class EgressGuard:
    """Judges URLs and addresses.

    Args:
        allow: `host:port` pairs that are exempt, such as `127.0.0.1:8000` or `intranet:8080`.
        hosts: names that are served from a fixed `address:port` instead of what DNS says.
    """

    def __init__(self, allow: Collection[str] = (), hosts: Mapping[str, str] | None = None) -> None:
        self._allow = frozenset(_pair(pair) for pair in allow)
        self._hosts = {_name(host): _pair(to) for host, to in (hosts or {}).items()}
        self._exempt = set(self._hosts.values()) | self._allow

    def check(self, url: str | URL) -> URL:
        """Judge a URL as written, before anything is resolved.

        Raises:
            EgressError: another scheme or port, credentials, no host, a name or address inside.
        """
        try:
            if len(str(url)) > MAX_URL:
                raise EgressError
            parsed = URL(url)
            host, port = _name(parsed.raw_host or ""), parsed.port or 0
        except ValueError:
            raise EgressError from None
        if parsed.scheme not in {"http", "https"} or not host or parsed.raw_user is not None:
            raise EgressError
        if parsed.raw_password is not None or not self._known(host, port):
            raise EgressError
        return parsed

    def _known(self, host: str, port: int) -> bool:
        if (host, port) in self._allow:
            return True
        if port not in PORTS:
            return False
        if host in self._hosts:
            return True
        if _is_address(host):
            return is_public(host)
        # A host name of DNS after IDNA (RFC 952, RFC 1123; `_` is not in them but in use).
        named = _HOST.fullmatch(host) is not None and "." in host
        return named and host.rpartition(".")[2] not in _LOCAL_NAMES

    def target(self, host: str) -> tuple[str, int] | None:
        """Give the fixed address and port of a name, or None for what DNS decides."""
        return self._hosts.get(_name(host))

    def admits(self, host: str, port: int, address: str) -> bool:
        """Judge one address that a name resolves to; remember those of exempt names."""
        if (_name(host), port) in self._allow:
            self._exempt.add((address, port))
            return True
        return is_public(address)

    def socket(self, info: Place) -> socket.socket:
        """Make the socket that connects to an address, or refuse.

        It is called once for each address that is tried, with the address that is then connected.

        Raises:
            RefusedError: the address is inside.
        """
        family, kind, protocol, _, place = info
        address, port = str(place[0]), int(place[1])
        if (address, port) not in self._exempt and not is_public(address):
            raise RefusedError
        return socket.socket(family, kind, protocol)


class GuardedResolver:
    """Looks names up in daemon threads, so that slow DNS never holds up the end of the program.

    Judged addresses are kept for five minutes; their sockets are judged again each time.
    """

    def __init__(self, guard: EgressGuard, clock: Callable[[], float] = time.monotonic) -> None:
        self._guard, self._clock = guard, clock
        self._slots = asyncio.Semaphore(MAX_LOOKUPS)
        self._known: dict[tuple[str, int], tuple[float, list[Place]]] = {}

    async def resolve(self, host: str, port: int) -> list[Place]:
        """Give where to connect to for a name or address, as `socket` takes it.

        Raises:
            RefusedError: the name has addresses, and all of them are inside.
            OSError: the name cannot be resolved.
        """
        if target := self._guard.target(host):
            return [_place(*target)]
        if _is_address(host):
            return [_place(host, port)]  # judged as written, and as a socket
        expires, places = self._known.get((host, port), (0.0, []))
        if expires > self._clock():
            return places
        async with self._slots:
            addresses = await _look_up(host, port)
        admitted = [one for one in addresses if self._guard.admits(host, port, one)]
        if not admitted:
            raise RefusedError
        if len(self._known) >= MAX_JUDGED:
            self._known.clear()
        places = [_place(address, port) for address in admitted]
        self._known[host, port] = (self._clock() + KEPT, places)
        return places

    def forget(self, host: str, port: int) -> None:
        """Look a name up anew next time: nobody answered at its addresses."""
        self._known.pop((host, port), None)


async def _look_up(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str] | OSError) -> None:
        if answer.done():
            return
        if isinstance(addresses, OSError):
            answer.set_exception(addresses)
        else:
            answer.set_result(addresses)

    def look() -> None:
        result: list[str] | OSError
        try:
            found = socket.getaddrinfo(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM)
            result = list(dict.fromkeys(str(info[4][0]) for info in found))
        except OSError as error:
            result = error
        except UnicodeError:
            result = socket.gaierror(socket.EAI_NONAME, "not a host name")
        try:
            loop.call_soon_threadsafe(settle, result)
        except RuntimeError:  # the loop was closed meanwhile
            return

    threading.Thread(target=look, name="dns", daemon=True).start()
    return await answer


def _place(address: str, port: int) -> Place:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return (family, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return ":" in host or host.replace(".", "").isdigit()
    return True


def _name(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("[").removesuffix("]")


def _pair(pair: str) -> tuple[str, int]:
    host, _, port = pair.strip().rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"{pair!r} is not host:port")
    return _name(host), int(port)
