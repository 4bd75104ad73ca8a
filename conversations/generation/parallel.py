"""Several models that answer one message side by side: one generation each."""

from dataclasses import replace

from accounts.access.permissions import role_require
from accounts.models import User
from conversations.generation.refusals import start_check
from conversations.generation.requests import Added, StartRequest, check_request
from conversations.generation.specs import spec_apply
from conversations.models import Generation


def rivals_checked(user: User, body: StartRequest) -> list[StartRequest]:
    """Return what the further models of a start are asked with.

    Raises:
        ForbiddenError: the person may ask one model at a time.
        InvalidInputError, ModelSpecError, UnknownEndpointError: one of them cannot be asked.
    """
    if not body.added or body.is_rerun:
        return []
    role_require(user, "MULTI_CONVO", "USE")
    rivals = [spec_apply(user, _rival(body, added)) for added in body.added]
    for rival in rivals:
        check_request(rival)
        start_check(user, rival)
    return rivals


def rivals_of(generation: Generation) -> list[Generation]:
    """Return the generations that answer the same message beside this one; none costs nothing."""
    if not generation.request.get("group"):
        return []
    beside = Generation.objects.filter(
        conversation_id=generation.conversation_id,
        user_message_id=generation.user_message_id,
        request__group=generation.request["group"],
    )
    return list(beside.exclude(id=generation.id).order_by("-created_at"))


def _rival(body: StartRequest, added: Added) -> StartRequest:
    return replace(
        body,
        endpoint=added.endpoint,
        model=added.model,
        endpoint_type=added.endpoint_type,
        spec=added.spec,
        agent_id=added.agent_id,
        label=added.label,
        parameters=added.parameters,
        private_parameters={},
        client_request_id="",
        added=(),
    )
