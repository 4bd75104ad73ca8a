"""A generation → what the engine runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import User
from agents.engine.spec import RunSpec
from agents.llm import available
from agents.llm.available import Resolved
from agents.llm.providers.providers import build
from agents.llm.wire import parts as wire_parts
from conversations.errors import EmptyMessageError
from conversations.generation.assemble import text_of
from conversations.generation.history import (
    assistant_messages,
    branch_messages,
    neutral_messages,
)
from conversations.models import Generation, Message
from conversations.parameters import neutral_parameters
from librechat.kernel import clock


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run ready to start, and where its model was found."""

    spec: RunSpec
    resolved: Resolved
    text: str  # the person's latest words


def question_of(generation: Generation) -> Message:
    """Return the person's message that a generation answers."""
    return Message.objects.get(
        conversation_id=generation.conversation_id,
        message_id=generation.user_message_id,
    )


def created_message(generation: Generation, message: Message) -> dict[str, object]:
    """Return the person's message as the log's first event has it."""
    created: dict[str, object] = {
        "messageId": message.message_id,
        "parentMessageId": message.parent_message_id,
        "conversationId": generation.conversation.conversation_id,
        "sender": message.sender,
        "text": message.text,
        "isCreatedByUser": True,
    }
    return created | ({"quotes": message.quotes} if message.quotes else {})


def prepared(generation: Generation) -> Prepared:
    """Return the run of a generation.

    Raises:
        AppError: no such endpoint or model, no key, or nothing to send; ``data["body"]`` is
            LibreChat's error object.
    """
    user, conversation = generation.user, generation.conversation
    resolved = available.resolve(
        user,
        generation.endpoint,
        generation.model,
        body={
            "conversationId": conversation.conversation_id,
            "parentMessageId": generation.user_message_id,
            "messageId": generation.response_message_id,
        },
    )
    parameters = generation.request.get("parameters", {})
    branch = branch_messages(conversation.id, generation.user_message_id)
    messages = neutral_messages(branch)
    if not messages or messages[-1].role != "user":
        raise EmptyMessageError
    window = parameters.get("maxContextTokens")
    spec = RunSpec(
        user=user,
        key=generation.id,
        provider=build(resolved.connection),
        endpoint=resolved.endpoint,
        model=resolved.model,
        messages=(*messages, *_kept(generation)),
        system=system_text(_instructions(generation), user, _local_now(generation)),
        parameters=neutral_parameters(parameters),
        context_window=int(window) if window else resolved.context_window,
        is_window_explicit=bool(window),
        max_output=resolved.max_output,
        endpoint_rates=resolved.endpoint_rates,
        conversation_id=conversation.conversation_id,
        message_id=generation.response_message_id,
        project_id=conversation.project_id or "",
    )
    return Prepared(spec, resolved, branch[-1].text)


def _instructions(generation: Generation) -> list[str]:
    """Return what the project says to all its chats, then what this chat was told."""
    project = generation.conversation.project
    parameters = generation.request.get("parameters", {})
    own = [str(parameters.get(name, "")) for name in ("promptPrefix", "system")]
    return [project.instructions, *own] if project else own


def system_text(instructions: Sequence[str], user: User, now: datetime) -> str:
    """Return the instructions as one text with the special variables filled in."""
    text = "\n\n".join(each for each in instructions if each.strip())
    values = {
        "{{current_date}}": f"{now:%Y-%m-%d} ({now:%A})",
        "{{current_datetime}}": f"{now:%Y-%m-%d %H:%M:%S} ({now:%A})",
        "{{iso_datetime}}": clock.iso(now),
        "{{current_user}}": user.name,
    }
    for variable, value in values.items():
        text = text.replace(variable, value)
    return text


def _kept(generation: Generation) -> tuple[wire_parts.Message, ...]:
    """Return the kept parts of an edited answer, which the model goes on from.

    Providers refuse a last message that ends in white space.
    """
    kept = list(generation.request.get("prefix", []))
    if kept and kept[-1].get("type") == "text":
        kept[-1] = {"type": "text", "text": text_of(kept[-1]).rstrip()}
    return tuple(assistant_messages(kept))


def _local_now(generation: Generation) -> datetime:
    """Return the moment in the person's time zone, as far as the client told it."""
    try:
        zone = ZoneInfo(str(generation.request.get("timezone") or "UTC"))
    except (KeyError, ValueError, OSError):  # no such zone, or not a zone's name at all
        zone = ZoneInfo("UTC")
    return clock.now().astimezone(zone)
