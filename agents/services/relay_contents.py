"""Reading what was said in a call of the relay: with a reason, and on record."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access.capabilities import capability_require, outranks
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from agents.models import RelayContent
from librechat.kernel import clock, secrets
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError

CAPABILITY = "read:relay_content"
SHORTEST_REASON, LONGEST_REASON = 10, 300


@dataclass(frozen=True, slots=True)
class Said:
    """What was asked and answered, as it went over the line."""

    request: str
    response: str


def content_get(*, actor: User, call_id: str) -> RelayContent:
    """Return what is stored of a call, still sealed.

    Raises:
        ForbiddenError: the actor lacks the capability, or its owner may do more.
        NotFoundError: nothing is stored, or its time is over.
    """
    capability_require(actor, CAPABILITY)
    kept = RelayContent.objects.filter(pk=call_id, expires_at__gt=clock.now())
    found = kept.select_related("call").first()
    if found is None:
        raise NotFoundError(_("Nothing of this call is stored."))
    owner = User.objects.filter(pk=found.call.user_id).first()
    if owner is not None and not outranks(actor, owner):
        raise ForbiddenError(_("Its owner may do what you may not. Nothing was shown."))
    return found


def content_read(*, actor: User, call_id: str, reason: str, caller: Caller | None = None) -> Said:
    """Return what was said in a call; it is on record before it is shown.

    Raises:
        InvalidInputError: the reason says too little.
        ForbiddenError, NotFoundError: as ``content_get``.
    """
    why = " ".join(reason.split())[:LONGEST_REASON]
    if len(why) < SHORTEST_REASON:
        raise InvalidInputError(
            _("Say why, in at least %(n)s characters. Nothing was shown.") % {"n": SHORTEST_REASON},
        )
    found = content_get(actor=actor, call_id=call_id)
    with transaction.atomic():
        audit_record(
            Act(
                category="key",
                action="relay_content.read",
                severity="warning",
                actor=actor,
                target=Target("relay_call", call_id, found.call.alias),
                metadata={"reason": why, "owner": found.call.user_id},
                caller=caller,
            ),
        )
    return Said(secrets.decrypt(found.request), secrets.decrypt(found.response))
