"""Ends generations whose runner died: what they wrote is kept and can be continued."""

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from agents.engine.abandoned import run_settle_abandoned
from agents.engine.offload import offload
from agents.llm import tokens
from conversations.errors import LogUnavailableError
from conversations.eventlog.events import Ended
from conversations.eventlog.log import EventLog
from conversations.eventlog.subscribe import event_log
from conversations.generation import dispatch
from conversations.generation.assemble import ContentPart, fold, joined, plain_text, visible_text
from conversations.generation.endings import SHUT_DOWN
from conversations.models import Generation, Message, State, conversation_lock
from conversations.search.indexing import messages_index
from conversations.services import changes
from librechat.kernel import clock

logger = logging.getLogger(__name__)


async def recover_expired() -> int:
    """End every generation whose lease ran out and return how many; any process may do it.

    What this very process runs is left alone: it is merely slow.
    """
    log, recovered = event_log(), 0
    for generation in await offload(_expired):
        if dispatch.is_running(generation.id):
            continue
        streamed, has_ended = await _streamed(log, generation)
        if await offload(generation_interrupt, generation=generation, streamed=streamed):
            recovered += 1
            logger.warning("An answer was interrupted.", extra={"generation": generation.id})
            if not has_ended:
                await _announce(log, generation)
    return recovered


def generation_interrupt(
    *,
    generation: Generation,
    streamed: Sequence[ContentPart] | None,
) -> bool:
    """Store what the log had, close the generation and its money; False when others did.

    ``streamed``: the new parts the log holds; None when the log is gone, then the last
    checkpoint stays.
    """
    with transaction.atomic():
        conversation_lock(generation.conversation_id)
        abandoned = Generation.objects.filter(
            id=generation.id,
            state=generation.state,
            fence=generation.fence,
            lease_expires_at=generation.lease_expires_at,
        )
        # Raising the fence makes every later write of the old runner fail.
        if not abandoned.update(
            state=State.INTERRUPTED,
            fence=F("fence") + 1,
            finished_at=clock.now(),
            error=SHUT_DOWN.error,
        ):
            return False
        written = _keep(generation, streamed)
        run_settle_abandoned(key=generation.id, text=written, model=generation.model)
        transaction.on_commit(lambda: changes.announce(generation.conversation))
    return True


def _expired() -> list[Generation]:
    """Return the generations nobody runs: lapsed leases, and runs that were never claimed."""
    now = clock.now()
    patience = timedelta(seconds=settings.GENERATION_LEASE_SECONDS)
    lapsed = Q(state=State.RUNNING, lease_expires_at__lt=now)
    unclaimed = Q(state=State.QUEUED, created_at__lt=now - patience)
    found = Generation.objects.filter(lapsed | unclaimed)
    if not found.exists():  # as nearly always; finding no whole rows costs three times that
        return []
    return list(found.select_related("conversation", "user"))


async def _streamed(
    log: EventLog,
    generation: Generation,
) -> tuple[list[ContentPart] | None, bool]:
    """Return the parts the log adds up to, if it is there, and whether it says it ended."""
    try:
        entries = await log.read(generation.id)
    except LogUnavailableError:
        return None, True
    if not entries:
        return None, False
    has_ended = isinstance(entries[-1].event, Ended)
    return fold(entry.event for entry in entries), has_ended


async def _announce(log: EventLog, generation: Generation) -> None:
    """End the log, also one that was lost: somebody may be waiting for it."""
    try:
        await log.append(generation.id, Ended("interrupted", SHUT_DOWN.error))
        await log.expire(generation.id, settings.GENERATION_KEEP_SECONDS)
    except LogUnavailableError:
        logger.warning("An end was not announced.", extra={"generation": generation.id})


def _keep(generation: Generation, streamed: Sequence[ContentPart] | None) -> str:
    """Store the answer as far as it got and return the text the dead run wrote."""
    answer = Message.objects.filter(
        conversation_id=generation.conversation_id,
        message_id=generation.response_message_id,
    )
    content: list[ContentPart] = answer.values_list("content", flat=True).first() or []
    prefix: list[ContentPart] = generation.request.get("prefix", [])
    if streamed is not None:
        content = joined(prefix, streamed)
    answer.update(
        content=content or SHUT_DOWN.error_part(has_content=False),
        unfinished=True,
        finish_reason=SHUT_DOWN.finish_reason,
        token_count=tokens.count(visible_text(content), generation.model),
        revision=F("revision") + 1,
        updated_at=clock.now(),
    )
    ids = [generation.user_message_id, generation.response_message_id]
    turn = Message.objects.filter(conversation_id=generation.conversation_id, message_id__in=ids)
    messages_index(list(turn))
    return plain_text(content).removeprefix(plain_text(prefix))
