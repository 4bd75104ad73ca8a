"""Which addresses may be reached."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

from yarl import URL

from librechat.kernel.outbound.failures import RefusedAddressError, UnsafeRequestError

Address: TypeAlias = IPv4Address | IPv6Address

# Not covered by ``is_global`` on every Python, or global by number but not by meaning.
NEVER: tuple[IPv4Network | IPv6Network, ...] = (
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("168.63.129.16/32"),  # Azure's host agent answers on this public number
    ip_network("64:ff9b:1::/48"),  # NAT64 prefixes of local networks
    ip_network("fec0::/10"),
)
NAT64 = ip_network("64:ff9b::/96")
IPV4_COMPATIBLE = ip_network("::/96")
WEB_PORTS = frozenset({80, 443})
FIRST_USER_PORT = 1024


@dataclass(frozen=True, slots=True)
class Reach:
    """What a request may reach.

    ``is_trusted``: the operator wrote the address; everything may be reached.
    ``allowed``: exceptions for the others: a host name, an address or a network, each with
    ``:port`` if only that port is meant; IPv6 with a port is written ``[::1]:8080``.
    ``proxy``: the operator's HTTP proxy; empty for a direct connection.
    """

    is_trusted: bool = False
    allowed: frozenset[str] = frozenset()
    proxy: str = ""


PUBLIC = Reach()
TRUSTED = Reach(is_trusted=True)


def _embedded(address: IPv6Address) -> list[IPv4Address]:
    """Return the IPv4 addresses hidden in an IPv6 one."""
    hidden: list[IPv4Address] = []
    if address.ipv4_mapped:
        hidden.append(address.ipv4_mapped)
    if address.sixtofour:
        hidden.append(address.sixtofour)
    if address.teredo:
        hidden.extend(address.teredo)
    if address in NAT64 or address in IPV4_COMPATIBLE:
        hidden.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return hidden


def is_public(address: Address) -> bool:
    """Say whether an address, and every address wrapped in it, is on the public internet."""
    if isinstance(address, IPv6Address):
        if address.scope_id is not None:
            return False
        hidden = _embedded(address)
        if hidden:
            return all(is_public(inner) for inner in hidden)
    if any(address in network for network in NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


@lru_cache(maxsize=1024)
def literal(host: str) -> Address | None:
    """Return the address a host name spells, if it is one."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def check_port(port: int | None, reach: Reach) -> None:
    """Refuse ports of other services; those of the operator's own addresses are all right.

    Raises:
        UnsafeRequestError: naming the reason.
    """
    if reach.is_trusted or reach.allowed or port is None:
        return
    if port not in WEB_PORTS and port < FIRST_USER_PORT:
        raise UnsafeRequestError("This port is not allowed for web addresses.")


def check_address(host: str, port: int, *, address: str, reach: Reach) -> None:
    """Refuse an address that is not public, unless the reach covers it.

    Raises:
        RefusedAddressError: nothing was sent.
    """
    if reach.is_trusted:
        return
    found = literal(address)
    if found is not None and is_public(found):
        return
    if any(_covers(entry, host, port, address=found) for entry in reach.allowed):
        return
    raise RefusedAddressError(
        "This address is not on the public internet; an administrator can allow it.",
    )


def _covers(entry: str, host: str, port: int, *, address: Address | None) -> bool:
    name, entry_port = _split(entry)
    if entry_port is not None and entry_port != port:
        return False
    if name.lower() == host.lower():
        return True
    try:
        network = ip_network(name, strict=False)
    except ValueError:
        return False
    return address is not None and address in network


def _split(entry: str) -> tuple[str, int | None]:
    """Return the host or network and the port of an allowed entry."""
    if entry.startswith("["):
        name, _, rest = entry[1:].partition("]")
        return name, int(rest[1:]) if rest[1:].isdigit() else None
    name, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and ":" not in name:
        return name, int(port)
    return entry, None


@lru_cache(maxsize=1024)
def parse(address: str) -> URL:
    """Return the one parsed form that is checked *and* connected to.

    Raises:
        UnsafeRequestError: two readers could understand the address differently.
    """
    if any(ord(sign) <= ord(" ") or sign in "\\\x7f" for sign in address):
        raise UnsafeRequestError("The address holds spaces, control characters or a backslash.")
    try:
        url = URL(address)
        host, port = url.raw_host, url.port
    except ValueError as exc:
        raise UnsafeRequestError("The address is not a web address.") from exc
    if url.scheme not in {"http", "https"} or not host or port == 0:
        raise UnsafeRequestError("The address must start with http:// or https:// and a host.")
    if url.raw_user is not None or url.raw_password is not None or "%" in host:
        raise UnsafeRequestError("The address must not hold a user name, password or zone.")
    if _is_number(host) and literal(host) is None:
        raise UnsafeRequestError("The address is a number that is not written as an IP address.")
    return url


def _is_number(host: str) -> bool:
    """Say whether the system would read a host as a number: 2130706433, 0x7f.1, 017700000001."""
    last = host.rstrip(".").rpartition(".")[2]
    return last.isdigit() or last.lower().startswith("0x")
