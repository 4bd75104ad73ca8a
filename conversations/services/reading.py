"""Reading somebody's conversation: with a reason, for a while, and its owner is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access.capabilities import capability_require, outranks
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.mail import mail_send
from accounts.services.profile import language_of
from conversations.models import Conversation
from conversations.queries.readings import ACTION
from librechat.kernel import clock
from librechat.kernel.errors import ForbiddenError, InvalidInputError, NotFoundError

CAPABILITY = "read:conversation_content"
LASTS = timedelta(minutes=30)
SHORTEST_REASON, LONGEST_REASON = 10, 300
# Conversation's row id → (the reader's id, until when), as a page session keeps it.
Permits = Mapping[str, tuple[str, str]]


def readable_get(actor: User, pk: str) -> Conversation:
    """Return a conversation whose text an administrator may ask for.

    Raises:
        ForbiddenError: they lack the capability, its owner may do more, or the chat is temporary.
        NotFoundError: there is none, or its owner deleted it.
    """
    capability_require(actor, CAPABILITY)
    living = Conversation.objects.filter(pk=pk, deleted_at=None)
    living = living.exclude(expired_at__lte=clock.now())
    conversation = living.select_related("user").first()
    if conversation is None:
        raise NotFoundError(_("This conversation does not exist, or its owner deleted it."))
    if conversation.is_temporary:
        raise ForbiddenError(_("Temporary chats are read by nobody but their owner."))
    if not outranks(actor, conversation.user):
        raise ForbiddenError(_("Its owner may do what you may not. Nothing was shown."))
    return conversation


def reading_open(
    *,
    actor: User,
    conversation: Conversation,
    reason: str,
    caller: Caller | None = None,
) -> datetime:
    """Let an administrator read one conversation, and return until when.

    It is on record and its owner is told in the same transaction, before anything is shown.

    Raises:
        InvalidInputError: the reason says too little.
        ForbiddenError, NotFoundError: as ``readable_get``.
    """
    why = " ".join(reason.split())[:LONGEST_REASON]
    if len(why) < SHORTEST_REASON:
        raise InvalidInputError(
            _("Say why, in at least %(n)s characters. Nothing was shown.") % {"n": SHORTEST_REASON},
        )
    conversation = readable_get(actor, conversation.pk)
    owner, now = conversation.user, clock.now()
    until = now + LASTS
    with transaction.atomic():
        audit_record(
            Act(
                category="conversation",
                action=ACTION,
                severity="warning",
                actor=actor,
                target=Target.person(owner),
                metadata={
                    "conversation": conversation.conversation_id,
                    "reason": why,
                    "until": clock.iso(until),
                },
                caller=caller,
            ),
        )
        _tell(owner, actor, why)
    return until


def permit_of(actor: User, until: datetime) -> tuple[str, str]:
    """Return what the page session keeps of an opening."""
    return actor.pk, until.isoformat()


def reading_check(*, actor: User, conversation: Conversation, permits: Permits) -> datetime:
    """Pass while an opening of this very conversation by this administrator lasts.

    Raises:
        ForbiddenError: it was not opened, or its time is up.
    """
    whose, text = permits.get(conversation.pk, ("", ""))
    until = datetime.fromisoformat(text) if text else None
    if whose != actor.pk or until is None or until <= clock.now():
        raise ForbiddenError(_("The time is up, or it was not opened. Say why first."))
    return until


def permits_alive(permits: Permits) -> dict[str, tuple[str, str]]:
    """Return the openings that still last."""
    now = clock.now()
    return {
        pk: (whose, until)
        for pk, (whose, until) in permits.items()
        if datetime.fromisoformat(until) > now
    }


def _tell(owner: User, actor: User, reason: str) -> None:
    """Mail the owner, in their own language."""
    with translation.override(language_of(owner) or settings.LANGUAGE_CODE):
        mail_send(
            template="conversation_read",
            to=owner.email,
            context={
                "reader": actor.email,
                "reason": reason,
                "link": f"{settings.DOMAIN_CLIENT}/settings/privacy",
            },
        )
