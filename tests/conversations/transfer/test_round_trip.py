"""What is exported and moved in again is the same chat under other ids."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.transfer.exporters import export_pieces
from tests.conversations.transfer.conftest import MovesIn
from tests.factories.people import person
from tests.factories.threads import answer_make, bookmark, conversation_make, question_make

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
# What belongs to one account or one moment, not to the chat.
OF_THE_ACCOUNT = ("_id", "user", "conversationId", "exportAt", "isShared", "chatProjectId")
words = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]),
    min_size=1,
    max_size=40,
).filter(str.strip)
parts = st.one_of(
    st.builds(lambda text: {"type": "text", "text": text}, words),
    st.builds(lambda text: {"type": "think", "think": text}, words),
    st.builds(
        lambda name, output: {
            "type": "tool_call",
            "tool_call": {
                "id": "call-1",
                "name": name.strip(),
                "args": "{}",
                "output": output,
                "type": "tool_call",
                "progress": 1,
            },
        },
        st.sampled_from(["sum", "web search"]),
        words,
    ),
)
# For each message: which earlier one it hangs below, its words and its answer's parts.
trees = st.lists(
    st.tuples(st.integers(0, 20), words, st.lists(parts, min_size=1, max_size=3)),
    min_size=1,
    max_size=8,
)


def planted(user: User, title: str, branches: list[Any]) -> Conversation:
    """Store a chat of questions, each below any earlier answer or at the root, and answers."""
    conversation = conversation_make(user, " ".join(title.split()), parameters={"top_p": 0.5})
    answers: list[Message | None] = [None]
    for number, (place, text, content) in enumerate(branches):
        moment = START + timedelta(minutes=number)
        parent = answers[place % len(answers)]
        fields = {"created_at": moment, "endpoint": "openAI"}
        question = question_make(conversation, text, parent=parent, **fields)
        later = moment + timedelta(seconds=1)
        answers.append(answer_make(question, content=content, created_at=later))
    return bookmark(conversation, "Saved")


def exported(conversation: Conversation) -> bytes:
    return b"".join(export_pieces(conversation, "json", "tree"))


def comparable(file: bytes) -> dict[str, Any]:
    """Return an export with messages named by their places."""
    body = json.loads(file)
    for name in OF_THE_ACCOUNT:
        body.pop(name, None)
    places = {one["messageId"]: str(place) for place, one in enumerate(body["messages"])}
    for one in body["messages"]:
        one.pop("conversationId")
        one["messageId"] = places[one["messageId"]]
        one["parentMessageId"] = places.get(one["parentMessageId"], "root")
    return dict(body)


@pytest.mark.django_db
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(title=words, branches=trees)
def test_export_and_move_in_give_the_same_export(
    moves_in: MovesIn,
    owner: User,
    title: str,
    branches: list[Any],
) -> None:
    receiver = person()
    first = exported(planted(owner, title, branches))
    done = moves_in(first, user=receiver)
    assert done.problems == []
    [moved] = Conversation.objects.visible_to(receiver)
    assert comparable(exported(moved)) == comparable(first)
