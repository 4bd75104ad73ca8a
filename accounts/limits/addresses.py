"""The address of a client, behind proxies or not."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"


def client_address(request: HttpRequest) -> str:
    """Return the address of the client: the one that the outermost trusted proxy saw."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return address_behind(request.META.get("REMOTE_ADDR", ""), forwarded)


def address_behind(peer: str, forwarded: str) -> str:
    """Return the address of the client behind a connection's other side.

    ``TRUST_PROXY`` says how many proxies of ours a request passes; what a client writes into
    ``X-Forwarded-For`` itself lies further left and is never read.
    """
    return _behind(peer, forwarded, settings.TRUST_PROXY)


@lru_cache(maxsize=4096)
def _behind(peer: str, forwarded: str, proxies: int) -> str:
    hops = [peer, *reversed(forwarded.split(","))]
    for hop in reversed(hops[: proxies + 1]):
        address = _without_port(hop.strip())
        if address:
            return address
    return ""


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Return what counts as one client: an address of IPv4, or a network of IPv6.

    One household holds 2**64 addresses of IPv6.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)


def _without_port(text: str) -> str:
    host = text
    if text.startswith("["):
        host = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        host = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return ""
