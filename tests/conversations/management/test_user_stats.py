"""Counts of what people have written, by command."""

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.models import Conversation, Message
from librechat.kernel.ids import NO_PARENT, new_uuid


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("user_stats", *arguments, stdout=out)
    return out.getvalue().strip()


def write(user: User, messages: int) -> None:
    conversation = Conversation.objects.create(user=user, title="A chat")
    for _number in range(messages):
        Message.objects.create(
            conversation=conversation,
            user=user,
            message_id=new_uuid(),
            parent_message_id=NO_PARENT,
            text="Words",
        )


def test_who_wrote_most_comes_first(owner: User, viewer: User, stranger: User) -> None:
    write(owner, 1)
    write(viewer, 2)
    write(viewer, 1)
    assert json.loads(run("--json")) == [
        {"email": "viewer@example.org", "name": "Viewer", "conversations": 2, "messages": 3},
        {"email": "owner@example.org", "name": "Owner", "conversations": 1, "messages": 1},
        {"email": "stranger@example.org", "name": "Stranger", "conversations": 0, "messages": 0},
    ]
    lines = run().splitlines()
    assert lines[0].split("\t") == ["viewer@example.org", "Viewer", "2", "3"]
    assert lines[-1] == "3 people"


def test_counting_takes_one_query(owner: User, viewer: User) -> None:
    write(owner, 2)
    with CaptureQueriesContext(connection) as queries:
        run()
    assert len(queries) == 1


@pytest.mark.django_db
def test_nobody_is_nobody() -> None:
    assert run() == "0 people"
