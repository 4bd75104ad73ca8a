"""Who runs a generation: claim, renew, lose.

Every write of a runner names the fence it got with its claim. Whoever takes the generation over
raises the fence, so a runner that slept through its lease changes nothing any more. The
generation's row is always written before the message's: its lock puts writers in order.

A process that runs what it starts stores the claim with the row itself: the model's first word
waits for no second transaction. What nobody runs yet stays queued until somebody claims it.
"""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from conversations.generation.assemble import ContentPart
from conversations.models import Generation, Message, State
from conversations.models.generation import GenerationQuerySet
from librechat.kernel import clock
from librechat.kernel.ids import short_id

OWNER = f"{os.getpid()}-{short_id(8)}"  # this process


def claimed_fields() -> dict[str, Any]:
    """Return the fields of a new row that this process runs as soon as it is committed."""
    return {
        "state": State.RUNNING,
        "lease_owner": OWNER,
        "lease_expires_at": _lease_end(),
        "fence": 1,
    }


def claim(generation_id: str) -> Generation | None:
    """Take a queued generation for this process; None when somebody has it, or it is over."""
    taken = Generation.objects.filter(id=generation_id, state=State.QUEUED).update(
        state=State.RUNNING,
        lease_owner=OWNER,
        lease_expires_at=_lease_end(),
        fence=F("fence") + 1,
    )
    if not taken:
        return None
    return Generation.objects.select_related("user", "conversation").get(id=generation_id)


@transaction.atomic
def renew(generation: Generation, content: Sequence[ContentPart] | None, sender: str) -> bool:
    """Renew the lease and save the content so far; False when the generation was lost.

    ``content``: None when nothing is new since the last time.
    """
    mine = held(generation)
    if not mine.update(lease_expires_at=_lease_end()):
        return False
    if content is not None:
        Message.objects.filter(
            conversation_id=generation.conversation_id,
            message_id=generation.response_message_id,
        ).update(
            content=list(content),
            sender=sender,
            revision=F("revision") + 1,
            updated_at=clock.now(),
        )
    return True


def held(generation: Generation) -> GenerationQuerySet:
    """Return the generation's row as long as this claim of it counts."""
    return Generation.objects.filter(
        id=generation.id,
        fence=generation.fence,
        state=State.RUNNING,
    )


def _lease_end() -> datetime:
    return clock.now() + timedelta(seconds=settings.GENERATION_LEASE_SECONDS)
