"""Writes to bans."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.errors import InvalidBanError
from accounts.limits.addresses import UNKNOWN, network_of
from accounts.limits.bans import MANUAL, bans_changed, until
from accounts.limits.caller import Caller
from accounts.models import AuthSession, Ban, User, Violation
from accounts.services.audit import Act, Target, audit_record
from accounts.services.people import is_last_admin
from accounts.services.sessions import epoch_raise
from librechat.kernel import clock

MAX_REASON = 300


def ban_add(
    *,
    user: User | None = None,
    address: str = "",
    reason: str = "",
    lasts: timedelta | None = None,
    by: User | None = None,
    caller: Caller | None = None,
) -> Ban:
    """Keep out a person, an address or both, and end the person's sessions, keys and sockets.

    lasts: None until it is lifted. by: the administrator; None for the system or a command.

    Raises:
        InvalidBanError: nobody is named, it lasts no time, or nobody would be left to lift it.
    """
    network = network_of(address) if address else ""
    if network == UNKNOWN:
        raise InvalidBanError(_("This is no address."))
    if user is None and not network:
        raise InvalidBanError(_("Name a person or an address to ban."))
    if lasts is not None and lasts <= timedelta(0):
        raise InvalidBanError(_("A ban lasts longer than no time."))
    if user is not None and (user == by or is_last_admin(user)):
        raise InvalidBanError(_("You and the last administrator cannot be banned."))
    ban = Ban(user=user, address=network, kind=MANUAL, reason=reason.strip()[:MAX_REASON])
    return _banned(ban, lasts, by=by, caller=caller)


def ban_of_violation(violation: Violation) -> Ban:
    """Ban whom a violation took over the line, and the address it came from."""
    network = network_of(violation.address)
    ban = Ban(
        user=violation.user,
        address="" if network == UNKNOWN else network,
        kind=violation.kind,
    )
    return _banned(ban, settings.BAN_DURATION, total=violation.total)


def ban_lift(*, ban: Ban, by: User | None = None, caller: Caller | None = None) -> bool:
    """End a ban early; return whether it was still in force."""
    with transaction.atomic():
        now = clock.now()
        in_force = Ban.objects.in_force().filter(pk=ban.pk)
        if not in_force.update(lifted_at=now, lifted_by=by):
            return False
        _record("ban.lifted", ban, by=by, caller=caller)
    _tell()
    return True


def bans_lift(*, user: User, by: User | None = None, caller: Caller | None = None) -> int:
    """End every ban of a person early; return how many."""
    bans = list(Ban.objects.in_force().filter(user=user))
    return sum(ban_lift(ban=ban, by=by, caller=caller) for ban in bans)


def _banned(
    ban: Ban,
    lasts: timedelta | None,
    *,
    by: User | None = None,
    caller: Caller | None = None,
    total: float | None = None,
) -> Ban:
    ban.created_at = clock.now()
    ban.expires_at = ban.created_at + lasts if lasts else None
    ban.banned_by = by
    with transaction.atomic():
        ban.save(force_insert=True)
        if ban.user is not None:
            # Their pages' sessions stay, signed out by the epoch: they tell whom to tell why.
            mine = AuthSession.objects.owned_by(ban.user).filter(revoked_at=None)
            mine.update(revoked_at=ban.created_at)
            epoch_raise(user=ban.user)
        _record("ban.added", ban, by=by, caller=caller, total=total)
    _tell()
    return ban


def _tell() -> None:
    # At once for this transaction, and when others can see it too.
    bans_changed()
    transaction.on_commit(bans_changed)


def _record(
    action: str,
    ban: Ban,
    *,
    by: User | None,
    caller: Caller | None,
    total: float | None = None,
) -> None:
    target = Target.person(ban.user) if ban.user else Target("address", ban.address, ban.address)
    facts: dict[str, object] = {
        "ban": ban.pk,
        "kind": ban.kind,
        "reason": ban.reason,
        "address": ban.address,
        "until": until(ban.expires_at),
    }
    if total is not None:
        facts["total"] = total
    act = Act(
        category="ban",
        action=action,
        severity="warning",
        actor=by,
        target=target,
        metadata=facts,
        caller=caller,
    )
    audit_record(act)
