"""Refusals that count as violations of the person."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError

from accounts.limits.violations import violation_log
from accounts.models import User
from agents.errors import IllegalModelError
from billing.errors import InsufficientBalanceError
from conversations.errors import TooManyGenerationsError
from conversations.models import Conversation
from librechat.kernel.errors import AppError, NotFoundError

logger = logging.getLogger(__name__)

COUNTED = (IllegalModelError.code, InsufficientBalanceError.code)


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
