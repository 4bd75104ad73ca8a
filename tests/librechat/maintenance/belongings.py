"""Something of a person in every table that a purge empties, each over its time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import AuthSession, OneTimeToken, OverrideRevision, User, Violation
from agents.models import CallStatus, RelayCall, RelayContent
from conversations.models import (
    Conversation,
    DeletedItem,
    Message,
    MessageVersion,
    MoveIn,
    MoveInState,
    QueuedTurn,
)
from conversations.services.messages import message_delete, message_edit
from librechat.kernel import clock
from tests.factories.people import sign_in
from tests.factories.threads import conversation_make, turn_make

LONG = timedelta(days=1_000)
# What purges take, and how to find a person's part of it.
TABLES: dict[str, Callable[[User], "QuerySet[Any]"]] = {
    "chats": lambda user: Conversation.objects.filter(user=user),
    "messages": lambda user: Message.objects.filter(user=user),
    "versions": lambda user: MessageVersion.objects.filter(message__user=user),
    "bin": lambda user: DeletedItem.objects.filter(user=user),
    "waiting": lambda user: QueuedTurn.objects.filter(user=user),
    "sign-ins": lambda user: AuthSession.objects.filter(user=user),
    "links": lambda user: OneTimeToken.objects.filter(user=user),
    "violations": lambda user: Violation.objects.filter(user=user),
    "settings": lambda user: OverrideRevision.objects.filter(principal_id=user.pk),
    "calls": lambda user: RelayCall.objects.filter(user_id=user.pk),
    "contents": lambda user: RelayContent.objects.filter(call__user_id=user.pk),
    "imports": lambda user: MoveIn.objects.filter(user=user),
}


def everything_over(user: User) -> None:
    """Give a person one of everything, and let the time of all of it be over."""
    past = clock.now() - LONG
    deleted, expired, living = (conversation_make(user, name) for name in ("Bin", "Old", "New"))
    for conversation in (deleted, expired):
        question, _answer = turn_make(conversation)
        message_edit(message=question, text="Other words")
    Conversation.objects.filter(pk=deleted.pk).update(deleted_at=past)
    Conversation.objects.filter(pk=expired.pk).update(expired_at=past, is_temporary=True)
    message_delete(message=turn_make(living)[1])
    DeletedItem.objects.filter(user=user).update(deleted_at=past)
    Conversation.objects.filter(pk=living.pk).update(deleted_at=past)
    _outside_chats(user, living)


def _outside_chats(user: User, conversation: Conversation) -> None:
    past = clock.now() - LONG
    turn = QueuedTurn.objects.create(
        user=user, conversation=conversation, text="Later", failure={"type": "removed"}
    )
    QueuedTurn.objects.filter(pk=turn.pk).update(created_at=past)
    sign_in(user)
    AuthSession.objects.filter(user=user).update(expires_at=past)
    OneTimeToken.objects.create(
        user=user, purpose="password_reset", token_hash=user.pk, expires_at=past
    )
    Violation.objects.create(user=user, kind="login", score=1, total=1, created_at=past)
    for moment in (past, past + timedelta(days=1)):
        OverrideRevision.objects.create(
            principal_type="user", principal_id=user.pk, action="config.replaced", created_at=moment
        )
    call = RelayCall.objects.create(
        user_id=user.pk, started_at=past, route="/x", status=CallStatus.OK, alias="m"
    )
    RelayContent.objects.create(call=call, request="x", response="y", expires_at=past)
    MoveIn.objects.create(
        user=user, source="chatgpt", state=MoveInState.CHECKED, created_at=past, updated_at=past
    )


def left_of(user: User) -> dict[str, int]:
    """Return what there is of a person: table → rows, without empty ones."""
    counts = {name: rows(user).count() for name, rows in TABLES.items()}
    return {name: count for name, count in counts.items() if count}
