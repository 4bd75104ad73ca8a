"""Stores the end of a run, before anybody is told of it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from agents.engine.metering import Meter
from agents.llm import tokens
from conversations.generation.assemble import ContentPart, visible_text
from conversations.generation.endings import Ending
from conversations.generation.lease import held
from conversations.models import Conversation, Generation, Message, conversation_lock
from conversations.models.message import MessageQuerySet
from conversations.search.indexing import messages_index
from conversations.services import changes
from librechat.kernel import clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All there is to store about a run; ``content`` without the error part."""

    ending: Ending
    content: Sequence[ContentPart]
    sender: str
    meter: Meter
    seconds: float


def generation_finish(*, generation: Generation, outcome: Outcome) -> bool:
    """Store the answer and close the generation in one transaction.

    Only rows that still exist are changed, so an answer that ends after its conversation was
    deleted brings nothing back. False: this runner lost the generation; nothing was written.
    """
    answer_tokens, prompt_tokens = _counts(generation, outcome)
    usage = usage_of(outcome.meter)
    with transaction.atomic():
        conversation_lock(generation.conversation_id)
        closed = held(generation).update(
            state=outcome.ending.state,
            finished_at=clock.now(),
            usage=usage,
            error=outcome.ending.error or None,
        )
        if not closed:
            return False
        _store_answer(generation, outcome, answer_tokens)
        _rows(generation, generation.user_message_id).filter(token_count=0).update(
            token_count=prompt_tokens,
        )
        _index_turn(generation)
        Conversation.objects.filter(id=generation.conversation_id).update(
            updated_at=clock.now(),
            is_unread=outcome.ending.state != "stopped",  # who stops it is looking at it
        )
        transaction.on_commit(partial(changes.announce, generation.conversation))
    return True


def usage_of(meter: Meter) -> dict[str, Any]:
    """Return what a run used, as the message's metadata and the log's UsageKnown have it."""
    return {
        "input": meter.usage.input_tokens,
        "output": meter.usage.output_tokens,
        "cache_read": meter.usage.cache_read_tokens,
        "cache_write": meter.usage.cache_write_tokens,
        "reasoning": meter.usage.reasoning_tokens,
        "is_estimated": meter.usage.is_estimated,
        "cost": meter.credits,
        "calls": meter.calls,
    }


def _store_answer(generation: Generation, outcome: Outcome, answer_tokens: int) -> None:
    ending, group = outcome.ending, generation.request.get("group")
    _rows(generation, generation.response_message_id).update(
        content=[*outcome.content, *ending.error_part(has_content=bool(outcome.content))],
        sender=outcome.sender,
        model=outcome.meter.model or generation.model,
        token_count=answer_tokens,
        unfinished=ending.is_unfinished,
        error=ending.is_setup_error,
        finish_reason=ending.finish_reason,
        metadata={
            "usage": usage_of(outcome.meter),
            "credits": outcome.meter.credits,
            "seconds": round(outcome.seconds, 2),
            "model": outcome.meter.model or generation.model,
            **({"notices": outcome.meter.notices} if outcome.meter.notices else {}),
            **({"error": ending.error} if ending.error else {}),
            **({"group": group} if group else {}),
        },
        revision=F("revision") + 1,
        updated_at=clock.now(),
    )


def _index_turn(generation: Generation) -> None:
    """Let both messages be found; not at the start, where the first word would wait for it."""
    ids = [generation.user_message_id, generation.response_message_id]
    turn = Message.objects.filter(conversation_id=generation.conversation_id, message_id__in=ids)
    messages_index(list(turn))


def _rows(generation: Generation, message_id: str) -> MessageQuerySet:
    return Message.objects.filter(
        conversation_id=generation.conversation_id,
        message_id=message_id,
    )


def _counts(generation: Generation, outcome: Outcome) -> tuple[int, int]:
    """Return the tokens of the answer's text and of the person's text."""
    asked = _rows(generation, generation.user_message_id).values_list("text", flat=True).first()
    return (
        tokens.count(visible_text(outcome.content), generation.model),
        tokens.count(asked or "", generation.model),
    )
