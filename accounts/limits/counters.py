"""Counting against the rules, in process or in Redis."""

import ipaddress

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from accounts.errors import TooManyRequestsError
from accounts.limits.rules import RULES
from accounts.models import User

# The counters only want a request to read its method from; ours are named by rule and key.
_NO_REQUEST = HttpRequest()


def limit_check(
    rule_name: str,
    *,
    user: User | None = None,
    address: str | None = None,
) -> None:
    """Count one act against a rule.

    Raises:
        TooManyRequestsError: the limit is reached, with LibreChat's body.
        KeyError: there is no such rule.
    """
    rule = RULES[rule_name]
    who = user.pk if rule.by == "user" and user is not None else _network(address or "")
    if not rule.is_on():
        return
    minutes = rule.window_minutes()
    usage = get_usage(
        _NO_REQUEST,
        group=f"limit:{rule_name}",
        key=lambda _group, _request: who,
        rate=(rule.allowed(), max(1, round(minutes * 60))),
        increment=True,
    )
    if usage is None or not usage["should_limit"]:
        return
    body = rule.body(rule.allowed(), int(minutes) if minutes.is_integer() else minutes)
    raise TooManyRequestsError(
        str(body.get("message", "Too many messages.")),
        body=body,
        retry_after_seconds=max(1, usage["time_left"]),
    )


async def limit_check_async(
    rule_name: str,
    *,
    user: User | None = None,
    address: str | None = None,
) -> None:
    """Do the same without blocking the event loop, which Redis counters would."""
    check = sync_to_async(limit_check, thread_sensitive=False)
    await check(rule_name, user=user, address=address)


def client_address(request: HttpRequest) -> str:
    """Return the address of the client: the one that the outermost trusted proxy saw.

    ``TRUST_PROXY`` says how many proxies of ours a request passes; what a client writes into
    ``X-Forwarded-For`` itself lies further left and is never read.
    """
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    hops = [request.META.get("REMOTE_ADDR", ""), *reversed(forwarded)]
    for hop in reversed(hops[: settings.TRUST_PROXY + 1]):
        address = _without_port(hop.strip())
        if address:
            return address
    return ""


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


def _network(address: str) -> str:
    # One household holds 2**64 addresses of IPv6; they count as one client.
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
