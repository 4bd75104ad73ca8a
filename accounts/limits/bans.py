"""Who is kept out, why and until when."""

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext, gettext_noop

from accounts.errors import BannedError
from accounts.limits.addresses import UNKNOWN, network_of
from accounts.limits.staff import is_staff
from accounts.models import Ban, User
from librechat.kernel import clock
from librechat.kernel.errors import CACHE_AWAY

logger = logging.getLogger(__name__)

# What LibreChat's clients expect in ``message``.
CONTRACT = "Your account has been temporarily banned due to violations of our service."
MANUAL = "manual"
WHY = {
    "logins": gettext_noop("too many attempts to sign in"),
    "registrations": gettext_noop("too many accounts created"),
    "reset_password_limit": gettext_noop("too many password resets"),
    "verify_email_limit": gettext_noop("too many address verifications"),
    "message_limit": gettext_noop("too many messages in a short time"),
    "file_upload_limit": gettext_noop("too many uploads, imports or forks in a short time"),
    "stt_limit": gettext_noop("too many recordings in a short time"),
    "tts_limit": gettext_noop("too many texts read aloud in a short time"),
    "tool_call_limit": gettext_noop("too many tool calls in a short time"),
    "concurrent": gettext_noop("too many answers at the same time"),
    "non_browser": gettext_noop("requests from a program that is no browser"),
    "illegal_model_request": gettext_noop("repeated requests for models that are not offered"),
    "convo_access": gettext_noop("repeated requests for conversations of others"),
    "token_balance": gettext_noop("repeated requests without a balance"),
}
SOME_REASON = gettext_noop("a decision of the administrators")
ANY_IN_FORCE = "bans:any-in-force"
REMEMBERED_SECONDS = 5

Answer = Callable[[], bool]


def ban_check(*, user: User | None = None, address: str = "") -> None:
    """Pass when neither the person nor the address is banned; asks the table.

    A ban of an address does not keep out staff who come from there.

    Raises:
        BannedError: saying why and until when.
    """
    name = user.pk if user else ""
    ban = ban_of(user_id=name, address=address, is_exempt=lambda: bool(user and is_staff(user)))
    if ban is not None:
        raise banned(ban)


def ban_of(*, user_id: str, address: str, is_exempt: Answer) -> Ban | None:
    """Return the ban that lasts longest of those in force; one query.

    is_exempt: whether bans of the address do not count; asked only when there is one.
    """
    found = list(bans_of(Q(user=user_id) if user_id else Q(pk=None), address))
    own = [ban for ban in found if user_id and ban.user_id == user_id]
    counting = own or ([] if found and is_exempt() else found)
    return max(counting, key=_end, default=None)


def bans_of(who: Q, address: str) -> QuerySet[Ban]:
    """Return the bans in force of those a condition names, or of an address."""
    network = network_of(address)
    return Ban.objects.in_force().filter(
        who if network == UNKNOWN else who | Q(address=network),
    )


def ban_on(*, user_id: str, address: str) -> Ban | None:
    """Return the ban that keeps somebody out who is known by id only; one query without bans."""
    people = User.objects.filter(pk=user_id)
    return ban_of(
        user_id=user_id,
        address=address,
        is_exempt=lambda: any(is_staff(person) for person in people),
    )


def networks_banned(networks: Collection[str]) -> set[str]:
    """Return which of some clients' networks (see ``network_of``) are banned; one query."""
    if not networks:
        return set()
    found = Ban.objects.in_force().filter(address__in=networks)
    return set(found.values_list("address", flat=True))


def ban_known(*, user_id: str, address: str, is_exempt: Answer) -> Ban | None:
    """Do the same as ``ban_of`` without a query while nobody at all is banned.

    Whether anybody is banned is remembered for seconds; a ban made by another process without a
    shared cache is seen that much later. Sessions end at once, whatever is remembered.
    """
    if not _is_any_in_force():
        return None
    return ban_of(user_id=user_id, address=address, is_exempt=is_exempt)


def bans_changed() -> None:
    """Forget whether anybody is banned."""
    try:
        cache.delete(ANY_IN_FORCE)
    except CACHE_AWAY:
        logger.warning("The cache is away; a ban is seen a few seconds later.")


def banned(ban: Ban) -> BannedError:
    """Return the error that tells somebody about their ban."""
    ends = ban.expires_at
    body = {
        "message": CONTRACT,
        "type": "ban",
        "reason": reason_of(ban),
        "expiresAt": clock.iso(ends) if ends else None,
    }
    return BannedError(told(ban), body=body)


def told(ban: Ban) -> str:
    """Return the sentence for the person: why, and until when."""
    words = {"reason": reason_of(ban).rstrip(" ."), "until": until(ban.expires_at)}
    if not words["until"]:
        return (
            gettext(
                "You are banned: %(reason)s. Nothing of yours is lost; only an administrator can"
                " lift the ban.",
            )
            % words
        )
    return (
        gettext(
            "You are banned until %(until)s: %(reason)s. Nothing of yours is lost; sign in again"
            " after that.",
        )
        % words
    )


def reason_of(ban: Ban) -> str:
    """Return why, in words: those of the administrator, else those of the violation."""
    return ban.reason or gettext(WHY.get(ban.kind, SOME_REASON))


def until(moment: datetime | None) -> str:
    """Return a moment in the reader's time zone and language; blank for none."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def _end(ban: Ban) -> tuple[bool, datetime]:
    return ban.expires_at is None, ban.expires_at or ban.created_at


def _is_any_in_force() -> bool:
    """Return whether anybody at all is banned; a cache that is away counts as not knowing."""
    try:
        known = cache.get(ANY_IN_FORCE)
        if known is None:
            known = Ban.objects.in_force().exists()
            cache.set(ANY_IN_FORCE, known, REMEMBERED_SECONDS)
    except CACHE_AWAY:
        return True
    return bool(known)
