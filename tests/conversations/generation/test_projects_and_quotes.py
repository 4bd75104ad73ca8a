"""What a project adds to its chats, and what a quotation adds to a message."""

from typing import Any

import pytest

from accounts.models import User
from agents.llm.wire.parts import Message, TextPart
from conversations.generation.context import created_message, prepared, question_of
from conversations.generation.requests import MAX_QUOTE, MAX_QUOTES
from conversations.generation.start import generation_start
from conversations.models import Conversation, Generation, Project
from conversations.models import Message as Stored
from librechat.kernel.errors import InvalidInputError
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import request


def started(user: User, text: str = "Now?", **fields: Any) -> Generation:
    return generation_start(user, body=request(text, **fields)).generation


def test_a_new_chat_of_a_project_follows_its_instructions(owner: User, endpoint: Endpoint) -> None:
    project = Project.objects.create(user=owner, name="Lab", instructions="For {{current_user}}.")
    generation = started(owner, project_id=project.pk, parameters={"promptPrefix": "Be brief."})
    assert generation.conversation.project_id == project.pk
    spec = prepared(generation).spec
    assert spec.system == f"For {owner.name}.\n\nBe brief."
    assert spec.project_id == project.pk


def test_a_foreign_project_is_left_out(owner: User, stranger: User, endpoint: Endpoint) -> None:
    theirs = Project.objects.create(user=stranger, name="Theirs", instructions="Secret.")
    generation = started(owner, project_id=theirs.pk)
    assert Conversation.objects.filter(pk=generation.conversation_id, project=None).exists()
    spec = prepared(generation).spec
    assert (spec.system, spec.project_id) == ("", "")


def test_a_quotation_stands_above_the_text_the_model_reads(
    owner: User,
    endpoint: Endpoint,
) -> None:
    generation = started(owner, "Why?", quotes=("First line\nsecond", "Other"))
    stored = Stored.objects.get(message_id=generation.user_message_id)
    assert (stored.text, stored.quotes) == ("Why?", ["First line\nsecond", "Other"])
    assert created_message(generation, question_of(generation))["quotes"] == [
        "First line\nsecond",
        "Other",
    ]
    expected = "> First line\n> second\n\n> Other\n\nWhy?"
    assert prepared(generation).spec.messages == (Message("user", (TextPart(expected),)),)


@pytest.mark.parametrize(
    "quotes",
    [("x",) * (MAX_QUOTES + 1), ("x" * (MAX_QUOTE + 1),), ("\x00",)],
    ids=["many", "long", "no text"],
)
def test_quotations_that_cannot_be_stored_start_nothing(
    owner: User,
    endpoint: Endpoint,
    quotes: tuple[str, ...],
) -> None:
    with pytest.raises(InvalidInputError):
        started(owner, quotes=quotes)
    assert not Conversation.objects.exists()
