"""Refusals of a start, and those that count as violations of the person."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from accounts.access.overrides import effective
from accounts.access.permissions import role_allows
from accounts.config import InterfaceConfig
from accounts.limits.violations import violation_log
from accounts.models import User
from agents.errors import IllegalModelError
from agents.llm import available
from billing.errors import InsufficientBalanceError
from conversations.errors import TemporaryChatError, TooManyGenerationsError
from conversations.generation.requests import StartRequest
from conversations.models import Conversation
from librechat.kernel.errors import AppError, NotFoundError

logger = logging.getLogger(__name__)

COUNTED = (IllegalModelError.code, InsufficientBalanceError.code)


def start_check(user: User, body: StartRequest) -> None:
    """Pass when the person may start this chat by the settings and rights that hold for them.

    Raises:
        TemporaryChatError: temporary chats are not for them.
        UnknownEndpointError: the endpoint is not there, or not for them.
    """
    if body.is_temporary and not may_be_temporary(user):
        raise TemporaryChatError
    # An agent brings its own endpoint, which is looked up when it runs.
    if not body.agent_id:
        available.check_offered(user, body.endpoint)


def may_be_temporary(user: User) -> bool:
    """Return whether temporary chats are switched on for a person and their role has the right."""
    interface = effective("interface", InterfaceConfig, user)
    return interface.temporary_chat and role_allows(user, "TEMPORARY_CHAT", "USE")


@contextmanager
def starts_counted(user: User, conversation_id: str) -> Iterator[None]:
    """Count a start that is refused; wrap the transaction, so that the count outlives it."""
    try:
        yield
    except TooManyGenerationsError as exc:
        violation_log(kind=exc.code, user=user, detail=_facts(exc))
        raise
    except NotFoundError:
        others = Conversation.objects.exclude(user=user)
        if conversation_id and others.filter(conversation_id=conversation_id).exists():
            violation_log(
                kind="convo_access",
                user=user,
                detail={"conversationId": conversation_id},
            )
        raise


def run_counted(user: User, failure: Exception) -> None:
    """Count a run that failed before the model was asked, where that is the person's doing."""
    if not isinstance(failure, AppError) or failure.code not in COUNTED:
        return
    try:
        violation_log(kind=failure.code, user=user, detail=_facts(failure))
    except DatabaseError:
        logger.exception("A violation could not be stored.", extra={"kind": failure.code})


def _facts(exc: AppError) -> dict[str, object]:
    body = exc.data.get("body")
    return dict(body) if isinstance(body, dict) else {}
