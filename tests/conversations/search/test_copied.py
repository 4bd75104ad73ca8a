"""Search documents of copied messages."""

import pytest

from accounts.models import User
from conversations.models import Conversation, SearchDocument
from conversations.search.rebuild import bring_up_to_date
from conversations.services.demo_content import conversation_seed
from conversations.services.forks import conversation_duplicate


def bodies(chat: Conversation) -> list[str]:
    found = SearchDocument.objects.filter(conversation=chat).exclude(message=None)
    return list(found.order_by("message__created_at").values_list("body", flat=True))


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_seed(user=owner, messages=6)


def test_copies_have_the_words_of_their_originals(chat: Conversation) -> None:
    bring_up_to_date()
    SearchDocument.objects.filter(message=chat.messages.in_order().first()).update(body="marked")
    copy = conversation_duplicate(conversation=chat)
    assert len(bodies(copy)) == 6
    assert bodies(copy) == bodies(chat)
    assert bodies(copy)[0] == "marked"


def test_an_original_without_a_document_is_no_loss(chat: Conversation) -> None:
    bring_up_to_date()
    before = bodies(chat)
    SearchDocument.objects.filter(message=chat.messages.in_order().first()).delete()
    assert bodies(conversation_duplicate(conversation=chat)) == before


def test_documents_of_an_older_form_are_not_copied(chat: Conversation) -> None:
    before = bodies(chat)
    SearchDocument.objects.exclude(message=None).update(body="old")
    assert bodies(conversation_duplicate(conversation=chat)) == before


def test_copies_of_a_temporary_chat_are_not_found(chat: Conversation) -> None:
    bring_up_to_date()
    Conversation.objects.filter(pk=chat.pk).update(is_temporary=True)
    chat.refresh_from_db()
    assert bodies(conversation_duplicate(conversation=chat)) == []
