"""Messages no run wrote."""

from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.services.message_additions import Addition, message_add, message_branch
from librechat.kernel.errors import ConflictError, InvalidInputError, NotFoundError
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

VOICES: list[dict[str, Any]] = [
    {"type": "text", "text": "One", "agentId": "agent_a", "groupId": 1},
    {"type": "text", "text": "Two", "agentId": "agent_b", "groupId": 1},
    {"type": "think", "think": "Hm", "agentId": "agent_a"},
    {"type": "text", "text": "Both"},
]


def test_a_message_is_stored_and_looked_at(owner: User) -> None:
    chat = conversation_make(owner)
    _, answer = turn_make(chat)
    added = message_add(
        conversation=chat,
        addition=Addition(
            message_id="mine",
            parent_message_id=answer.message_id,
            is_created_by_user=True,
            text="And then?",
            endpoint="anthropic",
            model="claude",
        ),
    )
    stored = Message.objects.get(message_id="mine")
    assert stored == added
    assert (stored.text, stored.sender, stored.user) == ("And then?", "User", owner)
    assert stored.token_count > 0
    chat = Conversation.objects.get()
    assert (chat.endpoint, chat.model, chat.leaf_message_id) == ("anthropic", "claude", "mine")


def test_an_added_root_gets_an_id_and_leaves_the_model(owner: User) -> None:
    chat = conversation_make(owner)
    added = message_add(
        conversation=chat,
        addition=Addition(content=[{"type": "text", "text": "Hello"}]),
    )
    assert (added.parent_message_id, len(added.message_id)) == (NO_PARENT, 36)
    assert (Conversation.objects.get().endpoint, added.sender) == ("openAI", "")


def test_what_does_not_fit_is_refused_and_stores_nothing(owner: User) -> None:
    chat, other = conversation_make(owner), conversation_make(owner)
    _, elsewhere = turn_make(other)
    with pytest.raises(NotFoundError):
        message_add(conversation=chat, addition=Addition(parent_message_id=elsewhere.message_id))
    with pytest.raises(ConflictError):
        message_add(conversation=chat, addition=Addition(message_id=elsewhere.message_id))
    with pytest.raises(InvalidInputError):
        message_add(conversation=chat, addition=Addition(text="\x00"))
    unstorable = [{"type": "think", "think": "\ud800"}]
    with pytest.raises(InvalidInputError):
        message_add(conversation=chat, addition=Addition(content=unstorable))
    assert not chat.messages.exists()


def test_one_voice_of_an_answer_becomes_its_sibling(owner: User) -> None:
    chat = conversation_make(owner)
    question = question_make(chat)
    answer = answer_make(
        question,
        content=VOICES,
        attachments=[{"name": "a", "agentId": "agent_a"}, {"name": "b", "agentId": "agent_b"}],
        metadata={"credits": 5},
    )
    branch = message_branch(message=answer, agent_id="agent_a")
    stored = Message.objects.get(id=branch.id)
    assert stored.content == [{"type": "text", "text": "One"}, {"type": "think", "think": "Hm"}]
    assert stored.parent_message_id == question.message_id
    assert (stored.sender, stored.model) == (answer.sender, answer.model)
    assert stored.attachments == [{"name": "a", "agentId": "agent_a"}]
    assert stored.metadata == {}
    assert Conversation.objects.get().leaf_message_id == branch.message_id
    assert Message.objects.get(id=answer.id).content == VOICES


def test_a_voice_that_said_nothing_makes_no_branch(owner: User) -> None:
    question, answer = turn_make(conversation_make(owner))
    for message in (question, answer):
        with pytest.raises(InvalidInputError):
            message_branch(message=message, agent_id="agent_a")
    assert Message.objects.count() == 2
