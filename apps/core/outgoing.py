"""Requests to other systems: bounded in time and size, never redirected, TLS always verified, to allowed addresses."""

import ipaddress
import random
import socket
import ssl
from asyncio import timeout as time_limit
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import httpx

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ways to write an IPv4 address inside an IPv6 one: a gateway on the way might lead to the address inside.
WRAPPING = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

_jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing


class TooLong(Exception):
    """The answer went on and on."""


class Unresolved(Exception):
    """The name of the host leads nowhere."""


class Forbidden(Exception):
    """The host's address is one that this installation does not call."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a request may take: to connect, between two pieces of the answer, and altogether."""

    connect: float
    read: float
    total: float


@dataclass(frozen=True, slots=True)
class Target:
    """A URL whose host was looked up once: ``url`` leads to that address, ``host`` is who must answer there."""

    url: httpx.URL
    host: str
    netloc: str


@cache
def trusted() -> ssl.SSLContext:
    """The authorities trusted: httpx's own, or those of ``SSL_CERT_FILE``. Read once: it takes tens of milliseconds."""
    return httpx.create_ssl_context()


async def exchange(
    method: str,
    url: httpx.URL,
    *,
    body: bytes | None,
    headers: Mapping[str, str],
    seconds: Seconds,
    most_bytes: int,
    proxy: str | None = None,
    extensions: Mapping[str, Any] | None = None,
    cut: bool = False,
) -> tuple[int, httpx.Headers, bytes]:
    """Status, headers and body of the answer.

    Cancelled as a whole when its time is over, so that a server which drips bytes cannot hold on. Of an answer beyond
    ``most_bytes`` the rest is left unread with ``cut``. Raises ``TooLong`` otherwise, ``TimeoutError`` and what httpx
    raises.
    """
    timeouts = httpx.Timeout(seconds.read, connect=seconds.connect)
    async with time_limit(seconds.total):
        async with httpx.AsyncClient(
            timeout=timeouts, verify=trusted(), follow_redirects=False, trust_env=False, proxy=proxy
        ) as client:
            async with client.stream(
                method, url, content=body, headers=headers, extensions=dict(extensions or {})
            ) as response:
                text = b""
                async for part in response.aiter_raw() if cut else response.aiter_bytes():
                    text += part
                    if len(text) > most_bytes:
                        if cut:
                            break
                        raise TooLong(f"> {most_bytes} B")
                return response.status_code, response.headers, text[:most_bytes]


def cause_of(error: Exception) -> str:
    """The innermost cause's kind, such as ``ConnectionRefusedError``."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    return type(inner).__name__ if isinstance(inner, OSError) else type(error).__name__


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, numeric forms of any kind included. Raises ``OSError`` where there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def target_of(url: str, *, internal: Sequence[Network]) -> Target:
    """Look the host up, once, and lead the URL to an address that may be called.

    Every address of the name must be allowed: public, or in one of the ``internal`` networks. Raises ``Unresolved``,
    ``Forbidden``, ``httpx.InvalidURL``.
    """
    asked = httpx.URL(url)
    port = asked.port or {"https": 443, "http": 80}.get(asked.scheme, 0)
    try:
        addresses = [ipaddress.ip_address(one.partition("%")[0]) for one in look_up(asked.host, port)]
    except (OSError, ValueError) as error:
        raise Unresolved(asked.host) from error
    if not addresses:
        raise Unresolved(asked.host)
    for address in addresses:
        if not is_allowed(address, internal):
            raise Forbidden(str(address))
    return Target(asked.copy_with(host=str(addresses[0])), asked.host, asked.netloc.decode("ascii"))


def is_allowed(address: Address, internal: Iterable[Network]) -> bool:
    """Whether an address may be called. Loopback, private, link-local, shared, reserved and multicast ones only where
    a network of the settings names them; an IPv4 address inside an IPv6 one counts as itself.
    """
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if any(address in network for network in internal if network.version == address.version):
        return True
    if any(address in network for network in WRAPPING if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast


def delay_after(
    attempt: int,
    *,
    first: timedelta,
    longest: timedelta,
    pause: timedelta | None = None,
    spread: float | None = None,
) -> timedelta:
    """How long to wait after a failed attempt: doubling from ``first`` to ``longest``, a quarter more or less, and
    never less than the other side asked for (``pause``). ``spread`` (0 to 1) replaces chance.
    """
    chance = _jitter.random() if spread is None else spread
    waited = min(first * 2 ** min(attempt - 1, 40), longest) * (0.75 + chance / 2)
    return max(waited, pause or timedelta())
