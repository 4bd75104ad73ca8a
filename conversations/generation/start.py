"""Starts a generation: one transaction from a request to a turn that is ready to run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language

from accounts.models import User
from accounts.services.profile import language_of
from conversations import access
from conversations.errors import (
    GenerationRunningError,
    RequestReusedError,
    TooManyGenerationsError,
)
from conversations.generation import dispatch
from conversations.generation.assemble import ContentPart
from conversations.generation.lease import claimed_fields
from conversations.generation.parallel import rivals_checked
from conversations.generation.refusals import start_check, starts_counted
from conversations.generation.requests import EditedContent, StartRequest, check_request
from conversations.generation.runner import Claimed
from conversations.generation.specs import spec_apply
from conversations.generation.turns import (
    continuation_of,
    turn_answer,
    turn_prefix,
    turn_question,
)
from conversations.models import (
    Conversation,
    Generation,
    Message,
    Project,
    State,
    conversation_lock,
)
from conversations.services import changes
from conversations.services.expiry import EXPIRY_FIELDS, expiry_renew
from librechat.kernel import clock, failpoints
from librechat.kernel.ids import derived_uuid, new_uuid

__all__ = ["EditedContent", "StartRequest", "Started", "continuation_of", "generation_start"]

CHOICE_FIELDS = (
    "endpoint",
    "endpoint_type",
    "model",
    "agent_id",
    "spec",
    "parameters",
    "leaf_message_id",
    "is_unread",
    "updated_at",
    *EXPIRY_FIELDS,
)


@dataclass(frozen=True, slots=True)
class Started:
    """A generation, and whether this request made it or found it."""

    generation: Generation
    status: Literal["started", "resumed"]


def generation_start(user: User, *, body: StartRequest) -> Started:
    """Store the turn and its empty answer, and run it once that is committed.

    The same ``client_request_id`` gives the same generation, however often and however parallel.

    Raises:
        InvalidInputError: a field cannot be stored.
        ModelSpecError: the operator's presets do not allow this choice.
        TemporaryChatError: temporary chats are not for this person.
        UnknownEndpointError: there is no such endpoint for this person.
        NotFoundError: a conversation or message named is not this person's.
        ParentNotReadyError: the message to reply to is still being written.
        GenerationRunningError: the message is being answered already.
        RequestReusedError: the request id came with another body before.
        TooManyGenerationsError: as many answers run as one person may have.
        NotAcceptingError: the process is shutting down.
    """
    check_request(body)
    body = spec_apply(user, body)
    dispatch.check_accepting()
    known = _known(user, body)
    if known is not None:
        return Started(known, "resumed")
    start_check(user, body)
    rivals = rivals_checked(user, body)
    try:
        with starts_counted(user, body.conversation_id), transaction.atomic():
            generation = _stored(user, body, rivals)
    except IntegrityError as exc:
        known = _known(user, body)
        if known is None:
            raise GenerationRunningError from exc
        return Started(known, "resumed")
    return Started(generation, "started")


def _known(user: User, body: StartRequest) -> Generation | None:
    """Return the generation an earlier request with this id made."""
    if not body.client_request_id:
        return None
    mine = Generation.objects.visible_to(user).filter(client_request_id=body.client_request_id)
    if not mine.exists():  # as nearly always; finding no whole row costs three times that
        return None
    known = mine.select_related("conversation").first()
    if known is not None and known.request["fingerprint"] != body.fingerprint():
        raise RequestReusedError
    return known


def _stored(user: User, body: StartRequest, rivals: Sequence[StartRequest]) -> Generation:
    """Store the turn, a row per answer, and what runs them; the first one's is returned."""
    _check_concurrency(user, wanted=1 + len(rivals))
    conversation = _conversation(user, body)
    question = turn_question(conversation, body)
    if body.is_rerun:
        _check_unanswered(conversation, question)
    if rivals:
        body = replace(body, group=new_uuid())
    prefix = turn_prefix(conversation, body)
    answer = turn_answer(conversation, body, question, prefix)
    _remember_choice(conversation, body, answer)
    moment = clock.now()
    # Clients name a generation by the milliseconds of its start.
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    generation = _generation(body, answer, _request(user, body, prefix), moment)
    _run_soon(generation, question)
    for number, rival in enumerate(rivals, 1):
        beside = replace(rival, group=body.group, conversation_id=conversation.conversation_id)
        row = turn_answer(conversation, beside, question, [])
        # Earlier by milliseconds: the newest is the one a client streams by the chat's id.
        earlier = moment - timedelta(milliseconds=number)
        _run_soon(_generation(beside, row, _request(user, beside, []), earlier), question)
    transaction.on_commit(partial(changes.announce, conversation))
    return generation


def _generation(
    body: StartRequest,
    answer: Message,
    request: dict[str, Any],
    moment: datetime,
) -> Generation:
    return Generation.objects.create(
        user=answer.user,
        conversation=answer.conversation,
        user_message_id=answer.parent_message_id,
        response_message_id=answer.message_id,
        client_request_id=body.client_request_id,
        endpoint=body.endpoint,
        model=body.model,
        request=request,
        created_at=moment,
        **(claimed_fields() if dispatch.has_loop() else {}),
    )


def _run_soon(generation: Generation, question: Message) -> None:
    claimed = Claimed(generation, question) if generation.state == State.RUNNING else None
    transaction.on_commit(partial(failpoints.hit, "after_start"))
    transaction.on_commit(partial(dispatch.dispatch, generation.id, claimed))


def _check_unanswered(conversation: Conversation, question: Message) -> None:
    active = Generation.objects.active().filter(conversation=conversation)
    if active.filter(user_message_id=question.message_id).exists():
        raise GenerationRunningError


def _request(user: User, body: StartRequest, prefix: list[ContentPart]) -> dict[str, Any]:
    """Return what the run needs to know of the request, and what tells a repeat."""
    return {
        "fingerprint": body.fingerprint(),
        "label": body.label,
        "timezone": body.timezone,
        # What streams to the page later speaks as the page did.
        "language": language_of(user) or get_language() or "",
        "parameters": {**body.parameters, **body.private_parameters},
        "prefix": prefix,
        **({"group": body.group} if body.group else {}),
        "wants_title": body.is_new and not body.is_temporary,
    }


def _check_concurrency(user: User, *, wanted: int) -> None:
    if not settings.LIMIT_CONCURRENT_MESSAGES:
        return
    # The row's lock makes two starts of one person count one after the other.
    User.objects.select_for_update().get(pk=user.pk)
    limit = settings.CONCURRENT_MESSAGE_MAX
    running = access.generations_active(user).count()
    if running + wanted > limit:
        raise TooManyGenerationsError(limit=limit, pending=running + wanted)


def _conversation(user: User, body: StartRequest) -> Conversation:
    if not body.is_new:
        known = access.conversation_get(user, body.conversation_id, "edit")
        conversation_lock(known.id)
        return known
    request_id = body.client_request_id
    projects = Project.objects.visible_to(user)
    return Conversation.objects.create(
        user=user,
        project=projects.filter(pk=body.project_id).first() if body.project_id else None,
        conversation_id=derived_uuid(user.id, request_id) if request_id else new_uuid(),
        is_temporary=body.is_temporary,
    )


def _remember_choice(conversation: Conversation, body: StartRequest, answer: Message) -> None:
    """Keep the model and settings of the turn for the next one, and where the branch ends."""
    conversation.endpoint = body.endpoint
    conversation.endpoint_type = body.endpoint_type
    conversation.model = body.model
    conversation.agent_id = body.agent_id
    conversation.spec = body.spec
    conversation.parameters = dict(body.parameters)
    conversation.leaf_message_id = answer.message_id
    expiry_renew(conversation)
    conversation.is_unread = False
    conversation.updated_at = clock.now()
    # Only these: a title that is being saved at the same time must survive.
    conversation.save(update_fields=CHOICE_FIELDS)
