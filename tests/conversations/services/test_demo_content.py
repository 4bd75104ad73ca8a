"""Made-up conversations."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.queries.integrity import conversations_check
from conversations.search.backend import SearchQuery
from conversations.search.search import search
from conversations.services.demo_content import conversation_seed, conversations_seed


def test_messages_are_spread_evenly_over_conversations(owner: User) -> None:
    conversations_seed(user=owner, count=3, messages=8)
    chats = list(Conversation.objects.order_by("-updated_at"))
    assert [chat.messages.count() for chat in chats] == [2, 3, 3]
    for chat in chats:
        last = chat.messages.order_by("created_at").last()
        assert last is not None
        assert (chat.leaf_message_id, chat.updated_at) == (last.message_id, last.created_at)
    assert conversations_check() == []
    assert len(search(owner, SearchQuery("step")).hits) > 0
    assert len(search(owner, SearchQuery("onboarding", kind="title")).hits) == 1


def test_conversations_may_be_empty(owner: User) -> None:
    conversations_seed(user=owner, count=2)
    assert (Conversation.objects.count(), Message.objects.count()) == (2, 0)


def test_one_conversation_has_one_branch(owner: User) -> None:
    chat = conversation_seed(user=owner, messages=5)
    assert chat.messages.count() == 5
    assert conversations_check() == []


@pytest.mark.parametrize(
    ("options", "conversations", "messages", "lines"),
    [
        ({"conversations": 2, "messages": 6}, 2, 6, 0),
        ({"conversations": 2}, 2, 0, 0),
        ({"messages": 4}, 1, 4, 1),
        ({}, 0, 0, 0),
    ],
)
def test_the_command_fills_an_account(
    owner: User,
    options: dict[str, int],
    conversations: int,
    messages: int,
    lines: int,
) -> None:
    said = StringIO()
    call_command("seed_demo", owner.email, stdout=said, **options)
    assert (Conversation.objects.count(), Message.objects.count()) == (conversations, messages)
    assert len(said.getvalue().splitlines()) == lines


def test_nothing_is_added_to_nobody(owner: User) -> None:
    with pytest.raises(CommandError):
        call_command("seed_demo", "nobody@example.org", conversations=1)
    assert not Conversation.objects.exists()
