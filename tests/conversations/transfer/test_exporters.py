"""One conversation in every format."""

import asyncio
import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation
from conversations.transfer.exporters import EXPORTERS, export_filename, export_pieces
from librechat.kernel.errors import InvalidInputError
from tests.factories.people import sign_in
from tests.factories.threads import answer_make, bookmark, conversation_make, question_make


@pytest.fixture
def chat(owner: User) -> Conversation:
    """A question with two answers; the first one is on the branch looked at last."""
    conversation = conversation_make(owner, "Primes: a/b?", parameters={"temperature": 0.5})
    question = question_make(conversation, "<b>One</b>?", quotes=["97 is prime"])
    thought = {"type": "think", "think": "Hm."}
    first = answer_make(question, content=[thought, {"type": "text", "text": "**97**"}])
    answer_make(question, "=1+1")
    Conversation.objects.filter(pk=conversation.pk).update(leaf_message_id=first.message_id)
    conversation.refresh_from_db()
    return bookmark(conversation, "Saved")


def written(chat: Conversation, name: str, scope: Any = "branch") -> str:
    return b"".join(export_pieces(chat, name, scope)).decode()


def test_markdown_has_the_branch_with_its_quotation(chat: Conversation) -> None:
    text = written(chat, "markdown")
    assert text.startswith("# Primes: a/b?\n")
    assert "\n## You\n\n> 97 is prime\n\n<b>One</b>?\n" in text
    assert "\n## GPT-4o\n\n**97**\n" in text
    assert "=1+1" not in text


def test_the_tree_has_every_version(chat: Conversation) -> None:
    for name in EXPORTERS:
        assert "97" in written(chat, name, "tree")
        assert "=1+1" in written(chat, name, "tree")
        assert "=1+1" not in written(chat, name)


def test_text_names_who_said_what(chat: Conversation) -> None:
    text = written(chat, "text")
    assert "You, 20" in text
    assert "> 97 is prime\n<b>One</b>?\n" in text


def test_a_table_has_a_row_a_message_and_runs_no_formula(chat: Conversation) -> None:
    rows = list(csv.DictReader(io.StringIO(written(chat, "csv", "tree").lstrip("\ufeff"))))
    assert [row["text"] for row in rows] == ["<b>One</b>?", "**97**", "'=1+1"]
    assert rows[1]["parentMessageId"] == rows[0]["messageId"]


def test_json_is_librechats_and_keeps_parts_and_tree(chat: Conversation) -> None:
    body = json.loads(written(chat, "json", "tree"))
    assert body["conversationId"] == chat.conversation_id
    assert (body["title"], body["branches"], body["recursive"]) == ("Primes: a/b?", True, False)
    assert body["options"] == {"temperature": 0.5, "endpoint": "openAI", "model": "gpt-4o"}
    assert body["tags"] == ["Saved"]
    question, first, second = body["messages"]
    assert first["parentMessageId"] == second["parentMessageId"] == question["messageId"]
    assert first["content"][0] == {"type": "think", "think": "Hm."}


def test_the_page_stands_alone_and_runs_nothing(chat: Conversation) -> None:
    page = written(chat, "html")
    assert "&lt;b&gt;One&lt;/b&gt;?" in page
    assert "<strong>97</strong>" in page
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_the_page_asks_the_database_no_more_for_more_messages(chat: Conversation) -> None:
    with CaptureQueriesContext(connection) as few:
        written(chat, "html", "tree")
    last = chat.messages.in_order().last()
    assert last is not None
    for number in range(9):
        answer_make(question_make(chat, "And then?", parent=last), f"Step {number}.")
    with CaptureQueriesContext(connection) as many:
        assert written(chat, "html", "tree").count("<article") == 3 + 18
    assert len(many) == len(few)


def test_an_empty_chat_is_a_file_too(owner: User) -> None:
    empty = conversation_make(owner)
    assert json.loads(written(empty, "json"))["messages"] == []
    assert written(empty, "html").endswith("</html>\n")


def test_a_title_becomes_a_file_name_without_path(chat: Conversation) -> None:
    assert export_filename(chat, "markdown") == "Primes a b.md"
    chat.title = "../../etc/passwd"
    assert export_filename(chat, "text") == "etc passwd.txt"
    chat.title = "日本語 🙂"
    assert export_filename(chat, "json") == "日本語.json"
    chat.title = "…"
    assert export_filename(chat, "csv") == "chat.csv"


def test_an_unknown_format_is_refused(chat: Conversation) -> None:
    with pytest.raises(InvalidInputError):
        list(export_pieces(chat, "docx", "tree"))


def sent(user: User, chat: Conversation, query: str) -> Any:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client.get(f"/api/convos/{chat.conversation_id}/export{query}")


async def _read(answer: Any) -> bytes:
    return b"".join([chunk async for chunk in answer.streaming_content])


def test_the_api_sends_the_file_to_its_owner_only(
    chat: Conversation,
    owner: User,
    stranger: User,
) -> None:
    answer = sent(owner, chat, "?as=markdown&scope=branch")
    assert answer["Content-Disposition"] == 'attachment; filename="Primes a b.md"'
    assert asyncio.run(_read(answer)).startswith(b"# Primes")
    assert sent(stranger, chat, "").status_code == 404
    assert sent(owner, chat, "?as=docx").status_code == 400


def test_the_page_asks_for_the_format(chat: Conversation, owner: User) -> None:
    client = Client()
    client.force_login(owner)
    path = f"/c/{chat.conversation_id}/export"
    assert "Take this chat along" in client.get(path).content.decode()
    assert client.get(f"{path}?format=docx&scope=tree").status_code == 400
    answer = client.get(f"{path}?format=text&scope=tree")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert b"You, 20" in asyncio.run(_read(answer))
