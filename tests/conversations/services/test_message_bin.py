"""Deleted messages and their way back."""

from itertools import permutations

import pytest

from accounts.models import User
from conversations.models import Conversation, DeletedItem, Message
from conversations.services.bin import bin_remove, bin_restore
from conversations.services.conversations import conversation_delete
from conversations.services.messages import message_delete, message_edit
from librechat.kernel.errors import ConflictError, NotFoundError
from librechat.kernel.ids import NO_PARENT
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make


def stored(message: Message) -> Message:
    return Message.objects.get(message_id=message.message_id)


def parents(conversation: Conversation) -> dict[str, str]:
    rows = conversation.messages.values_list("message_id", "parent_message_id")
    return dict(rows)


def delete(message: Message) -> str:
    return message_delete(message=stored(message)).id


def test_a_deleted_message_comes_back_whole(owner: User) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    message_edit(message=answer, text="Better.")
    Message.objects.filter(id=answer.id).update(
        feedback={"rating": "thumbsUp"},
        metadata={"usage": {"input": 3}},
    )
    before = Message.objects.filter(id=answer.id).values().get()
    versions = list(stored(answer).versions.values())
    item = delete(answer)
    assert DeletedItem.objects.get().title == "Better."
    assert parents(conversation) == {question.message_id: NO_PARENT}
    restored = bin_restore(user=owner, item_id=item)
    assert (restored.kind, restored.source_id) == ("message", answer.message_id)
    assert Message.objects.filter(id=answer.id).values().get() == before
    assert list(stored(answer).versions.values()) == versions
    assert not DeletedItem.objects.exists()


def test_children_that_moved_up_return_unless_they_went_elsewhere(owner: User) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    stays, leaves = (question_make(conversation, str(n), answer) for n in range(2))
    newcomer_before = answer_make(question, "Another.")
    item = delete(answer)
    assert parents(conversation)[stays.message_id] == question.message_id
    Message.objects.filter(id=leaves.id).update(parent_message_id=newcomer_before.message_id)
    bin_restore(user=owner, item_id=item)
    assert parents(conversation) == {
        question.message_id: NO_PARENT,
        answer.message_id: question.message_id,
        newcomer_before.message_id: question.message_id,
        stays.message_id: answer.message_id,
        leaves.message_id: newcomer_before.message_id,
    }


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("back", ORDERS)
def test_a_chain_comes_back_in_any_order(
    owner: User,
    order: tuple[int, ...],
    back: tuple[int, ...],
) -> None:
    conversation = conversation_make(owner)
    first, second = turn_make(conversation)
    third, fourth = turn_make(conversation, second)
    whole = parents(conversation)
    chain = (first, second, third)
    items = {place: delete(chain[place]) for place in order}
    assert parents(conversation) == {fourth.message_id: NO_PARENT}
    for place in back:
        bin_restore(user=owner, item_id=items[place])
    assert parents(conversation) == whole


def test_the_view_returns_to_a_restored_branch_end_but_not_from_elsewhere(owner: User) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    other = answer_make(question)
    Conversation.objects.update(leaf_message_id=answer.message_id)
    item = delete(answer)
    assert Conversation.objects.get().leaf_message_id == question.message_id
    bin_restore(user=owner, item_id=item)
    assert Conversation.objects.get().leaf_message_id == answer.message_id
    item = delete(answer)
    Conversation.objects.update(leaf_message_id=other.message_id)
    bin_restore(user=owner, item_id=item)
    assert Conversation.objects.get().leaf_message_id == other.message_id


def test_a_message_of_a_deleted_chat_waits_for_the_chat(owner: User) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    item = delete(answer)
    conversation_delete(conversation=conversation)
    with pytest.raises(ConflictError) as refused:
        bin_restore(user=owner, item_id=item)
    assert "Bring the chat back first" in refused.value.message
    assert DeletedItem.objects.filter(id=item).exists()
    assert Message.objects.count() == 1
    conversation.delete()
    with pytest.raises(NotFoundError):
        bin_restore(user=owner, item_id=item)


def test_a_message_that_is_there_again_is_not_doubled(owner: User) -> None:
    question, answer = turn_make(conversation_make(owner))
    item = delete(answer)
    answer_make(question, message_id=answer.message_id)
    with pytest.raises(ConflictError):
        bin_restore(user=owner, item_id=item)
    assert Message.objects.count() == 2
    assert DeletedItem.objects.filter(id=item).exists()


def test_nobody_else_restores_or_removes_it(owner: User, stranger: User) -> None:
    item = delete(turn_make(conversation_make(owner))[1])
    with pytest.raises(NotFoundError):
        bin_restore(user=stranger, item_id=item)
    with pytest.raises(NotFoundError):
        bin_remove(user=stranger, item_id=item)
    assert DeletedItem.objects.filter(id=item).exists()
    bin_remove(user=owner, item_id=item)
    with pytest.raises(NotFoundError):
        bin_restore(user=owner, item_id=item)
