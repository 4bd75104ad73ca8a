"""Edit, rate, delete."""

from typing import Any

import pytest

from accounts.models import User
from agents.llm import tokens
from conversations import tree
from conversations.models import Conversation, Message, State
from conversations.services.messages import (
    message_delete,
    message_edit,
    message_edit_part,
    message_feedback,
)
from librechat.kernel.errors import ConflictError, InvalidInputError
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
    turn_make,
)


def stored(message: Message) -> Message:
    return Message.objects.get(id=message.id)


def test_a_persons_text_is_replaced_and_counted(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    edited = message_edit(message=question, text="Name two primes.")
    assert stored(question).text == "Name two primes."
    assert stored(question).token_count == tokens.count("Name two primes.", "")
    assert stored(question).revision == edited.revision == 1


def test_the_text_parts_of_an_answer_become_the_edit(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    answer = answer_make(
        question,
        content=[
            {"type": "think", "think": "Hm."},
            {"type": "text", "text": "One"},
            {"type": "text", "text": "Two"},
        ],
    )
    message_edit(message=answer, text="Both")
    assert stored(answer).content == [
        {"type": "think", "think": "Hm."},
        {"type": "text", "text": "Both"},
    ]
    assert stored(answer).text == ""


def test_an_answer_without_parts_has_its_text_edited(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    answer = answer_make(question, content=[])
    message_edit(message=answer, text="Edited")
    assert (stored(answer).text, stored(answer).content) == ("Edited", [])


def test_one_part_is_edited_and_the_count_follows(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    parts = [{"type": "think", "think": "Hm."}, {"type": "text", "text": "Ninety-seven."}]
    answer = answer_make(question, content=parts, token_count=50)
    message_edit_part(message=answer, index=1, text="97")
    message_edit_part(message=answer, index=0, text="Well.")
    edited = stored(answer)
    assert edited.content == [{"type": "think", "think": "Well."}, {"type": "text", "text": "97"}]
    model = answer.model
    difference = tokens.count("97", model) - tokens.count("Ninety-seven.", model)
    difference += tokens.count("Well.", model) - tokens.count("Hm.", model)
    assert edited.token_count == 50 + difference
    assert edited.revision == 2


@pytest.mark.parametrize("index", [-1, 1, 2, 99])
def test_only_text_and_reasoning_parts_can_be_edited(owner: User, index: int) -> None:
    question, _ = turn_make(conversation_make(owner))
    parts = [{"type": "text", "text": "a"}, {"type": "tool_call", "tool_call": {}}]
    answer = answer_make(question, content=parts)
    with pytest.raises(InvalidInputError):
        message_edit_part(message=answer, index=index, text="x")
    assert (stored(answer).content, stored(answer).revision) == (parts, 0)


@pytest.mark.parametrize("text", ["x" * 400_001, "a\x00b", "\ud800"])
def test_a_text_that_cannot_be_stored_is_refused(owner: User, text: str) -> None:
    question, answer = turn_make(conversation_make(owner))
    with pytest.raises(InvalidInputError):
        message_edit(message=question, text=text)
    with pytest.raises(InvalidInputError):
        message_edit_part(message=answer, index=0, text=text)
    assert stored(question).revision == 0


def test_two_editors_do_not_overwrite_each_other(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    mine, theirs = stored(question), stored(question)
    message_edit(message=mine, text="Mine", revision=0)
    with pytest.raises(ConflictError):
        message_edit(message=theirs, text="Theirs", revision=0)
    with pytest.raises(ConflictError):
        message_edit(message=theirs, text="Theirs")
    assert stored(question).text == "Mine"


def test_a_message_that_is_being_written_or_answered_stays_as_it_is(owner: User) -> None:
    question, answer = turn_make(conversation_make(owner))
    generation = generation_make(answer)
    for message in (question, answer):
        with pytest.raises(ConflictError):
            message_edit(message=message, text="x")
        with pytest.raises(ConflictError):
            message_delete(message=message)
    generation.state = State.DONE
    generation.save()
    message_edit(message=question, text="x")
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("feedback", "kept"),
    [
        ({"rating": "thumbsUp"}, {"rating": "thumbsUp"}),
        (
            {"rating": "thumbsDown", "tag": "inaccurate", "text": "No.", "other": 1},
            {"rating": "thumbsDown", "tag": "inaccurate", "text": "No."},
        ),
        ({}, None),
        (None, None),
    ],
)
def test_a_rating_is_kept_and_cleared(
    owner: User,
    feedback: dict[str, Any] | None,
    kept: dict[str, Any] | None,
) -> None:
    _, answer = turn_make(conversation_make(owner))
    message_feedback(message=answer, feedback={"rating": "thumbsUp"})
    message_feedback(message=answer, feedback=feedback)
    assert stored(answer).feedback == kept


@pytest.mark.parametrize(
    "feedback",
    [
        {"rating": "meh"},
        {"rating": ["thumbsUp"]},
        {"tag": "inaccurate"},
        {"rating": "thumbsUp", "tag": "inaccurate"},
        {"rating": "thumbsUp", "tag": {"a": 1}},
        {"rating": "thumbsUp", "text": "x" * 1_025},
        {"rating": "thumbsUp", "text": 5},
    ],
)
def test_a_strange_rating_is_refused(owner: User, feedback: dict[str, Any]) -> None:
    _, answer = turn_make(conversation_make(owner))
    with pytest.raises(InvalidInputError):
        message_feedback(message=answer, feedback=feedback)
    assert stored(answer).feedback is None


def test_what_hung_below_a_deleted_message_moves_up(owner: User) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    below = [question_make(conversation, str(n), answer) for n in range(2)]
    message_delete(message=answer)
    assert {stored(one).parent_message_id for one in below} == {question.message_id}
    rows = conversation.messages.in_order().values_list("message_id", "parent_message_id")
    assert tree.broken_nodes([tree.Node(*row) for row in rows]) == []


def test_deleting_the_branch_end_moves_the_view_to_its_parent(owner: User) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    Conversation.objects.update(leaf_message_id=answer.message_id)
    message_delete(message=answer)
    assert Conversation.objects.get().leaf_message_id == question.message_id
    message_delete(message=question)
    assert question.parent_message_id == NO_PARENT
    assert Conversation.objects.get().leaf_message_id == ""
    assert Message.objects.count() == 0
