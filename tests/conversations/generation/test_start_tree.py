"""Which tree a start makes."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import User
from conversations.generation.start import (
    EditedContent,
    continuation_of,
)
from conversations.models import Conversation, Message, State
from librechat.kernel.ids import NO_PARENT
from tests.conversations.generation.starts import message, start
from tests.factories.threads import answer_make, conversation_make, turn_make


def test_a_first_message_makes_a_conversation_a_turn_and_a_queued_generation(owner: User) -> None:
    generation = start(owner, "Hello", parameters={"temperature": 0.5}, spec="fast")
    conversation = generation.conversation
    question, answer = conversation.messages.in_order()
    assert (question.text, question.sender, question.is_created_by_user) == ("Hello", "User", True)
    assert question.parent_message_id == NO_PARENT
    assert answer.parent_message_id == question.message_id
    assert (answer.content, answer.unfinished, answer.is_created_by_user) == ([], True, False)
    assert (generation.user_message_id, generation.response_message_id) == (
        question.message_id,
        answer.message_id,
    )
    assert (generation.state, generation.fence) == (State.QUEUED, 0)
    assert generation.created_at.microsecond % 1000 == 0
    stored = Conversation.objects.get(id=conversation.id)
    assert (stored.endpoint, stored.model, stored.spec) == ("Scripted", "test-model", "fast")
    assert stored.parameters == {"temperature": 0.5}
    assert stored.leaf_message_id == answer.message_id
    assert (stored.is_temporary, stored.expired_at, stored.title) == (False, None, "New Chat")


def test_a_next_turn_hangs_below_the_last_answer(owner: User) -> None:
    conversation = conversation_make(owner)
    _, last = turn_make(conversation)
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id=last.message_id,
    )
    assert message(generation.user_message_id).parent_message_id == last.message_id
    assert conversation.messages.count() == 4


def test_an_edited_message_becomes_a_sibling_of_the_old_one(owner: User) -> None:
    conversation = conversation_make(owner)
    question, _ = turn_make(conversation)
    generation = start(owner, "Better", conversation_id=conversation.conversation_id)
    again = message(generation.user_message_id)
    assert again.parent_message_id == question.parent_message_id == NO_PARENT
    assert again.message_id != question.message_id
    assert conversation.messages.count() == 4


@pytest.mark.parametrize("flags", [{"is_regenerate": True}, {"is_continued": True}])
def test_a_regenerate_adds_only_an_answer(owner: User, flags: dict[str, bool]) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    generation = start(
        owner,
        "ignored",
        conversation_id=conversation.conversation_id,
        override_parent_message_id=question.message_id,
        response_message_id=f"{old.message_id}_",
        **flags,
    )
    assert generation.user_message_id == question.message_id
    assert generation.response_message_id not in (old.message_id, f"{old.message_id}_")
    assert message(generation.response_message_id).parent_message_id == question.message_id
    assert message(old.message_id).content == old.content
    assert message(question.message_id).text == question.text
    assert conversation.messages.count() == 3


def test_a_regenerate_without_the_underscore_overwrites_the_answer(owner: User) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    old.feedback = {"rating": "thumbsUp"}
    old.save()
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=question.message_id,
        response_message_id=old.message_id,
    )
    assert generation.response_message_id == old.message_id
    emptied = message(old.message_id)
    assert (emptied.content, emptied.feedback, emptied.unfinished) == ([], None, True)
    assert emptied.revision == old.revision + 1
    assert conversation.messages.count() == 2


def test_a_regenerate_finds_the_question_by_the_answer_alone(owner: User) -> None:
    conversation = conversation_make(owner)
    question, old = turn_make(conversation)
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        response_message_id=f"{old.message_id}_",
    )
    assert generation.user_message_id == question.message_id


def test_an_edited_answer_goes_on_from_the_edit_in_a_sibling(owner: User) -> None:
    conversation = conversation_make(owner)
    question, _ = turn_make(conversation)
    old = answer_make(
        question,
        content=[
            {"type": "think", "think": "Hm."},
            {"type": "text", "text": "Old start"},
            {"type": "text", "text": "dropped"},
        ],
    )
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        override_parent_message_id=question.message_id,
        response_message_id=old.message_id,
        edited_content=EditedContent(1, "text", "EDITED start"),
    )
    assert generation.response_message_id != old.message_id
    kept = [{"type": "think", "think": "Hm."}, {"type": "text", "text": "EDITED start"}]
    assert message(generation.response_message_id).content == kept
    assert generation.request["prefix"] == kept
    assert message(old.message_id).content == old.content


def test_a_plain_text_answer_can_be_edited_too(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    old = Message.objects.create(
        conversation=question.conversation,
        user=owner,
        parent_message_id=question.message_id,
        text="Imported",
    )
    assert continuation_of(old) == EditedContent(0, "text", "Imported")
    generation = start(
        owner,
        conversation_id=question.conversation.conversation_id,
        is_regenerate=True,
        response_message_id=old.message_id,
        edited_content=EditedContent(0, "text", "Changed"),
    )
    assert generation.request["prefix"] == [{"type": "text", "text": "Changed"}]


def test_what_was_said_before_an_interruption_is_what_a_continuation_keeps(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    half = answer_make(question, "One, two")
    assert continuation_of(half) == EditedContent(0, "text", "One, two")
    empty = answer_make(question, content=[{"type": "error", "error": "cut"}])
    assert continuation_of(empty) is None
    thinking = answer_make(question, content=[{"type": "think", "think": "Hm"}])
    assert continuation_of(thinking) is None
    blank = answer_make(question, content=[{"type": "text", "text": " "}])
    assert continuation_of(blank) is None


def test_a_reply_is_never_older_than_what_it_answers(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    conversation = conversation_make(owner)
    _, last = turn_make(conversation)
    clock_at(last.created_at - timedelta(hours=1))
    generation = start(
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id=last.message_id,
    )
    ids = list(conversation.messages.in_order().values_list("message_id", flat=True))
    assert ids[-2:] == [generation.user_message_id, generation.response_message_id]
