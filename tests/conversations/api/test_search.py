"""Searching over LibreChat's contract."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Message
from conversations.search.indexing import conversation_index, messages_index
from tests.factories.people import sign_in
from tests.factories.threads import answer_make, conversation_make, question_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(owner: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    return client


@pytest.fixture
def turn(owner: User) -> tuple[Message, Message]:
    chat = conversation_make(owner, "Harbour")
    question = question_make(chat, "Where is the lighthouse?")
    answer = answer_make(question, "The lighthouse is at the coast.")
    conversation_index(chat)
    messages_index([question, answer])
    return question, answer


def test_search_is_always_on(client: APIClient) -> None:
    assert client.get("/api/search/enable").json() is True


def test_messages_come_with_what_the_client_shows_of_their_chat(
    client: APIClient,
    turn: tuple[Message, Message],
) -> None:
    answer = client.get("/api/messages", {"search": "coast"}).json()
    [found] = answer["messages"]
    assert answer["nextCursor"] is None
    assert found["messageId"] == turn[1].message_id
    assert found["conversationId"] == turn[1].conversation.conversation_id
    assert found["title"] == "Harbour"
    assert (found["model"], found["endpoint"]) == ("gpt-4o", "openAI")
    assert found["isCreatedByUser"] is False
    assert found["content"] == [{"type": "text", "text": "The lighthouse is at the coast."}]
    both = client.get("/api/messages", {"search": "lighthouse"}).json()["messages"]
    assert {one["messageId"] for one in both} == {one.message_id for one in turn}
    assert {one["model"] for one in both} == {"gpt-4o"}


@pytest.mark.parametrize("text", ["harbour", "nothing", '"', "-lighthouse"])
def test_titles_are_no_messages_and_nonsense_finds_nothing(
    client: APIClient,
    turn: tuple[Message, Message],
    text: str,
) -> None:
    answer = client.get("/api/messages", {"search": text})
    assert answer.json() == {"messages": [], "nextCursor": None}


@pytest.mark.parametrize("text", ["lighth", "harbour", "arbou", "coast"])
def test_the_list_of_chats_looks_into_titles_and_messages(
    client: APIClient,
    owner: User,
    turn: tuple[Message, Message],
    text: str,
) -> None:
    conversation_index(conversation_make(owner, "Other"))
    answer = client.get("/api/convos", {"search": text}).json()
    assert [row["title"] for row in answer["conversations"]] == ["Harbour"]


def test_others_find_nothing(turn: tuple[Message, Message], stranger: User) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(stranger).access_token}")
    assert client.get("/api/messages", {"search": "lighthouse"}).json()["messages"] == []
    assert client.get("/api/convos", {"search": "lighthouse"}).json()["conversations"] == []
