"""Counting against the rules, in process or in Redis."""

from channels.db import DatabaseSyncToAsync
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_ratelimit.core import get_usage

from accounts.access.overrides import effective
from accounts.config import RateLimitsConfig
from accounts.errors import TooManyRequestsError
from accounts.limits.addresses import client_address, network_of
from accounts.limits.rule import Rule
from accounts.limits.rules import RULES
from accounts.limits.violations import violation_log
from accounts.models import User

# The counters only want a request to read its method from; ours are named by rule and key.
_NO_REQUEST = HttpRequest()

__all__ = ["client_address", "limit_check", "limit_check_async"]


def limit_check(
    rule_name: str,
    *,
    user: User | None = None,
    address: str | None = None,
) -> None:
    """Count one act against a rule; breaking it is a violation of the person, if one is known.

    Raises:
        TooManyRequestsError: the limit is reached, with LibreChat's body.
        KeyError: there is no such rule.
    """
    rule = RULES[rule_name]
    who = user.pk if rule.by == "user" and user is not None else network_of(address or "")
    if not rule.is_on():
        return
    limits = _limits_of(rule, user)
    allowed, minutes = rule.allowed(limits), rule.window_minutes(limits)
    usage = get_usage(
        _NO_REQUEST,
        group=f"limit:{rule_name}",
        key=lambda _group, _request: who,
        rate=(allowed, max(1, round(minutes * 60))),
        increment=True,
    )
    if usage is None or not usage["should_limit"]:
        return
    body = rule.body(allowed, int(minutes) if minutes.is_integer() else minutes)
    if user is not None and rule.kind:
        body |= _violation(rule, rule_name, user, address or "")
    raise TooManyRequestsError(
        str(body.get("message", _("Too many messages."))),
        body=body,
        retry_after_seconds=max(1, usage["time_left"]),
    )


def _limits_of(rule: Rule, user: User | None) -> RateLimitsConfig | None:
    """Return the limits of the person whose acts are counted; None where the file's count."""
    if user is None or rule.section is None or rule.by != "user":
        return None
    return effective("rateLimits", RateLimitsConfig, user)


def _violation(rule: Rule, name: str, user: User, address: str) -> dict[str, object]:
    """Count the violation; return what the answer adds when a ban follows."""
    ban = violation_log(
        kind=rule.kind,
        user=user,
        address=address,
        score=rule.points(),
        detail={"rule": name},
    )
    if ban is None:
        return {}
    return {"ban": True, "ban_duration": round(settings.BAN_DURATION.total_seconds() * 1000)}


async def limit_check_async(
    rule_name: str,
    *,
    user: User | None = None,
    address: str | None = None,
) -> None:
    """Do the same without blocking the event loop, which Redis counters would."""
    check = DatabaseSyncToAsync(limit_check, thread_sensitive=False)
    await check(rule_name, user=user, address=address)
