"""Follow-ups: messages that are sent by themselves once the answer before them has ended.

After an answer that was stopped or failed nothing is sent by itself: who stopped it wants to look
first, and what made one answer fail would make the next ones fail too. The queue stays; "send
now" or a steering message goes on.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import translation

from accounts.limits.bans import ban_check
from accounts.models import User
from accounts.services.profile import language_of
from conversations import tree
from conversations.errors import NotAcceptingError
from conversations.generation.requests import Added, StartRequest, check_request, request_for_chat
from conversations.generation.start import generation_start
from conversations.models import (
    ACTIVE,
    Conversation,
    Generation,
    Message,
    QueuedTurn,
    conversation_lock,
)
from conversations.queries.followups import HELD, turns_shown
from conversations.services import changes
from conversations.services.queued_turns import (
    queued_turn_add,
    queued_turn_claim,
    queued_turn_first,
    queued_turn_refuse,
)
from conversations.services.stopping import generation_stop_soon
from librechat.kernel.errors import AppError
from librechat.kernel.ids import NO_PARENT

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


def followup_add(*, conversation: Conversation, body: StartRequest) -> QueuedTurn | Generation:
    """Let a message wait for the running answer; it is sent at once where nothing runs.

    ``body``: with an endpoint it is sent as it says, without one as the conversation is set to.
    A generation comes back when a message with this request id was sent before.

    Raises:
        AppError: it cannot be kept; see ``queued_turn_add``.
    """
    known = _sent_before(conversation.user, body.client_request_id)
    return known or _added(conversation, body, _kept(body))


def followup_steer(*, conversation: Conversation, body: StartRequest) -> QueuedTurn:
    """Stop the running answer, keep what it said, and send this message next.

    Raises:
        AppError: it cannot be kept; nothing was stopped.
    """
    running = _running(conversation)
    turn = _added(conversation, body, {**_kept(body), "now": True})
    _stop(running)
    return turn


def followup_send_now(*, turn: QueuedTurn) -> None:
    """Stop the running answer and send a message that waits.

    Raises:
        NotFoundError: it was sent or removed meanwhile.
    """
    running = _running(turn.conversation)
    queued_turn_first(turn=turn)
    followup_send(turn.conversation_id)
    _stop(running)


def followup_after(conversation_pk: str) -> None:
    """Go on after an answer has ended, or show that the queue waits to be told to."""
    waiting = QueuedTurn.objects.filter(conversation_id=conversation_pk)
    if waiting.exists() and followup_send(conversation_pk) is None:
        changes.announce_queue(Conversation.objects.get(pk=conversation_pk))


def followup_send(conversation_pk: str) -> Generation | None:
    """Send the first message that waits, unless an answer is running; None when none was sent.

    One transaction, under the locks of a start: of two processes one sends it, and one that dies
    in the middle has changed nothing.
    """
    try:
        with transaction.atomic():
            return _sent_next(conversation_pk)
    except NotAcceptingError:  # shutting down: whoever comes next sends it
        return None


def followups_send_waiting() -> int:
    """Send what was left behind by a process that died; return how many were sent."""
    if not QueuedTurn.objects.filter(failure__isnull=True).exists():
        return 0  # as nearly always; the whole question costs many times this one
    last = Generation.objects.filter(conversation=OuterRef("conversation"))
    waiting = QueuedTurn.objects.filter(
        failure__isnull=True,
        user__is_active=True,
        conversation__deleted_at=None,
    ).annotate(
        last_state=Subquery(last.values("state")[:1]),
        last_end=Subquery(last.values("finished_at")[:1]),
    )
    goes_on = (
        Q(last_state=None)
        | ~Q(last_state__in=HELD)
        | Q(request__now=True)
        | Q(created_at__gt=F("last_end"))
    )
    ready = waiting.exclude(last_state__in=ACTIVE).filter(goes_on)
    keys = ready.order_by().values_list("conversation_id", flat=True).distinct()
    return sum(followup_send(key) is not None for key in list(keys))


def _sent_next(conversation_pk: str) -> Generation | None:
    conversation = Conversation.objects.select_related("user").get(pk=conversation_pk)
    user = conversation.user
    if settings.LIMIT_CONCURRENT_MESSAGES:  # a start locks in this order
        User.objects.select_for_update().get(pk=user.pk)
    conversation_lock(conversation.pk)
    visible = Conversation.objects.visible_to(user).filter(pk=conversation.pk)
    turn = next(iter(turns_shown(conversation)), None)
    if turn is None or turn.failure or not visible.exists():
        return None
    last = Generation.objects.filter(conversation=conversation).first()
    is_running = Generation.objects.active().filter(conversation=conversation).exists()
    if is_running or _is_held(turn, last) or not queued_turn_claim(turn):
        return None
    transaction.on_commit(lambda: changes.announce_queue(conversation))
    with translation.override(language_of(user) or translation.get_language()):
        return _started(user, conversation, turn)


def _started(user: User, conversation: Conversation, turn: QueuedTurn) -> Generation | None:
    try:
        ban_check(user=user)
        return generation_start(user, body=_body(conversation, turn)).generation
    except NotAcceptingError:
        raise
    except AppError as refused:
        queued_turn_refuse(turn, code=refused.code, message=refused.message)
        return None


def _is_held(turn: QueuedTurn, last: Generation | None) -> bool:
    """Whether the answer before was stopped or failed while the message waited already."""
    if last is None or last.state not in HELD or turn.request.get("now"):
        return False
    return last.finished_at is None or turn.created_at <= last.finished_at


def _added(conversation: Conversation, body: StartRequest, kept: dict[str, Any]) -> QueuedTurn:
    check_request(replace(body, client_request_id="", endpoint=body.endpoint or "chat"))
    turn = queued_turn_add(
        conversation=conversation,
        text=body.text,
        request=kept,
        client_request_id=body.client_request_id,
    )
    followup_send(conversation.pk)
    return turn


def _running(conversation: Conversation) -> list[str]:
    """Return what runs before a message is added: never the answer to that very message."""
    return list(
        Generation.objects.active().filter(conversation=conversation).values_list("id", flat=True)
    )


def _stop(generation_ids: Iterable[str]) -> None:
    for generation_id in generation_ids:
        generation_stop_soon(generation_id)


def _sent_before(user: User, request_id: str) -> Generation | None:
    if not request_id:
        return None
    mine = Generation.objects.visible_to(user).select_related("conversation")
    return mine.filter(client_request_id=_start_id(request_id)).first()


def _start_id(request_id: str) -> str:
    """Return the id a start may have: the request's own, or what stands for a stranger one."""
    is_plain = _REQUEST_ID.fullmatch(request_id)
    return request_id if is_plain else sha256(request_id.encode()).hexdigest()


def _kept(body: StartRequest) -> dict[str, Any]:
    """Return what has to be known of the request when the message is sent."""
    kept: dict[str, Any] = {
        "parent_message_id": body.parent_message_id,
        "timezone": body.timezone,
        "quotes": list(body.quotes),
    }
    if body.endpoint:
        kept["choice"] = {
            "endpoint": body.endpoint,
            "endpoint_type": body.endpoint_type,
            "model": body.model,
            "spec": body.spec,
            "agent_id": body.agent_id,
            "parameters": dict(body.parameters),
        }
    if body.added:
        kept["added"] = [asdict(added) for added in body.added]
    return kept


def _body(conversation: Conversation, turn: QueuedTurn) -> StartRequest:
    return replace(
        request_for_chat(conversation),
        **turn.request.get("choice", {}),
        text=turn.text,
        quotes=tuple(turn.request.get("quotes", ())),
        added=tuple(Added(**added) for added in turn.request.get("added", ())),
        timezone=turn.request.get("timezone", ""),
        parent_message_id=_parent(conversation, turn.request.get("parent_message_id", "")),
        client_request_id=_start_id(turn.client_request_id or f"queued-{turn.pk}"),
    )


def _parent(conversation: Conversation, behind: str) -> str:
    """Return the end of the branch the message waits for, as far as it has grown meanwhile."""
    rows = Message.objects.filter(conversation=conversation).in_order()
    nodes = [tree.Node(*row) for row in rows.values_list("message_id", "parent_message_id")]
    known = {node.message_id for node in nodes}
    start = behind if behind in known else conversation.leaf_message_id
    if start in known:
        return tree.latest_leaf_below(nodes, start)
    return tree.latest_leaf(nodes) if nodes else NO_PARENT
