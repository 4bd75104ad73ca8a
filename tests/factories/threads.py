"""Conversations, messages and generations."""

from typing import Any

from accounts.models import User
from conversations.models import Conversation, Generation, Message, State, Tag
from librechat.kernel.ids import NO_PARENT


def conversation_make(user: User, title: str = "A chat", **fields: Any) -> Conversation:
    """Return a stored conversation."""
    defaults = {"endpoint": "openAI", "model": "gpt-4o"}
    return Conversation.objects.create(user=user, title=title, **(defaults | fields))


def bookmark(conversation: Conversation, *names: str) -> Conversation:
    """Put bookmarks on a conversation; they are made where missing."""
    for name in names:
        tag, _is_new = Tag.objects.get_or_create(user=conversation.user, tag=name)
        conversation.tags.add(tag)
    return conversation


def question_make(
    conversation: Conversation,
    text: str = "Name one prime above 90.",
    parent: Message | None = None,
    **fields: Any,
) -> Message:
    """Return a stored user message."""
    return Message.objects.create(
        conversation=conversation,
        user=conversation.user,
        parent_message_id=parent.message_id if parent else NO_PARENT,
        is_created_by_user=True,
        sender="User",
        text=text,
        **fields,
    )


def answer_make(question: Message, text: str = "Ninety-seven.", **fields: Any) -> Message:
    """Return a stored answer."""
    defaults: dict[str, Any] = {
        "content": [{"type": "text", "text": text}],
        "sender": "GPT-4o",
        "endpoint": "openAI",
        "model": "gpt-4o",
    }
    return Message.objects.create(
        conversation=question.conversation,
        user=question.user,
        parent_message_id=question.message_id,
        **(defaults | fields),
    )


def turn_make(conversation: Conversation, parent: Message | None = None) -> tuple[Message, Message]:
    """Return a question and its answer."""
    question = question_make(conversation, parent=parent)
    return question, answer_make(question)


def generation_make(answer: Message, state: str = State.RUNNING, **fields: Any) -> Generation:
    """Return the stored run behind an answer."""
    return Generation.objects.create(
        user=answer.user,
        conversation=answer.conversation,
        user_message_id=answer.parent_message_id,
        response_message_id=answer.message_id,
        state=state,
        endpoint="openAI",
        model="gpt-4o",
        **fields,
    )
