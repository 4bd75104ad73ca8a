"""What each format becomes."""

import datetime as dt
import json
from typing import Any

import pytest

from accounts.models import User
from accounts.services.export import export_build
from conversations.models import Conversation, Message, Project, PromptGroup
from conversations.transfer.exporters import export_pieces
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn
from tests.factories.threads import answer_make, conversation_make, question_make

UTC = dt.UTC


def shape(conversation: Conversation) -> list[tuple[str, str]]:
    """Return (said, below what) of each message, in order."""
    rows = list(conversation.messages.in_order())
    said = {row.message_id: row.text or row.content[-1].get("text", "") for row in rows}
    return [(said[row.message_id], said.get(row.parent_message_id, "")) for row in rows]


def test_librechat_keeps_branches_model_and_settings(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.as_json(exports.librechat(tags=["Travel"])))
    conversation = Conversation.objects.get()
    assert shape(conversation) == [
        ("Text of q1", ""),
        ("Text of a1", "Text of q1"),
        ("Text of a2", "Text of q1"),
        ("Text of q2", "Text of a2"),
    ]
    assert (conversation.title, conversation.endpoint, conversation.model) == (
        "Planning a trip",
        "openAI",
        "gpt-4o",
    )
    assert conversation.parameters == {"temperature": 0.3}
    assert conversation.agent_id == ""
    assert conversation.conversation_id != "lc-1"
    assert [tag.tag for tag in conversation.tags.all()] == ["Travel"]
    answer = conversation.messages.get(model="gpt-4o", content__0__text="Text of a1")
    assert answer.created_at > dt.datetime(2024, 3, 1, 10, 0, tzinfo=UTC)


def test_librechat_takes_a_tree_of_any_depth(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.librechat_nested(5_000))  # each in the list of another: 10,000 levels
    conversation = Conversation.objects.get()
    assert conversation.messages.count() == 5_000
    rows = shape(conversation)
    assert rows[4_999] == ("Message 4999", "Message 4998")


def test_librechat_cleans_what_answers_consist_of(owner: User, moves_in: MovesIn) -> None:
    answer = exports.librechat_message(
        "a",
        is_user=False,
        content=[
            {"type": "think", "think": "Hm"},
            {"type": "tool_call", "tool_call": {"name": "search", "args": {"q": 1}, "auth": "x"}},
            {"type": "tool_call", "tool_call": "broken"},
            {"type": "text", "text": {"value": r"See \ui{a1b2} this"}},
            {"type": "image_file", "image_file": {"file_id": "of-somebody"}},
            "no part",
        ],
        files=[{"file_id": "of-somebody", "filename": "a.pdf"}],
    )
    done = moves_in(exports.as_json(exports.librechat(messages=[answer])))
    message = Message.objects.get()
    call = {"type": "tool_call", "id": "", "progress": 1}
    assert message.content == [
        {"type": "think", "think": "Hm"},
        {
            "type": "tool_call",
            "tool_call": {**call, "name": "search", "args": '{"q":1}', "output": ""},
        },
        {"type": "tool_call", "tool_call": {**call, "name": "", "args": "", "output": ""}},
        {"type": "text", "text": "See  this"},
    ]
    assert (message.files, message.attachments) == ([], [])
    assert done.counts["attachment"]["skipped"] == 1


def test_chatgpt_keeps_branches_dates_models_and_thoughts(owner: User, moves_in: MovesIn) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    conversation = Conversation.objects.get()
    assert shape(conversation) == [
        ("Text of q1", ""),
        ("Text of a1", "Text of q1"),
        ("Text of a2", "Text of q1"),
    ]
    first, second = conversation.messages.filter(is_created_by_user=False).in_order()
    assert first.content[0] == {"type": "think", "think": "I wonder."}
    assert [first.model, second.model] == ["gpt-4", "gpt-4o"]
    assert first.created_at == dt.datetime(2024, 3, 1, 10, 0, 10, tzinfo=UTC)
    assert conversation.leaf_message_id == first.message_id
    assert conversation.created_at.timestamp() == 1709287100.5
    assert conversation.updated_at.timestamp() == 1709287300.5


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "code", "language": "python", "text": "x = 1"}, "```python\nx = 1\n```"),
        ({"content_type": "code", "text": "a ``` b"}, "````\na ``` b\n````"),
        ({"content_type": "execution_output", "text": "1\n2"}, "> 1\n> 2"),
        (
            {
                "content_type": "multimodal_text",
                "parts": [{"content_type": "image_asset_pointer"}, "What is it?", None, 5],
            },
            "[Image]\n\nWhat is it?",
        ),
    ],
)
def test_chatgpt_content_becomes_markdown(
    owner: User, moves_in: MovesIn, content: dict[str, Any], text: str
) -> None:
    node = exports.chatgpt_node("a", "root", role="assistant", content=content)
    root = exports.chatgpt_node("root", None)
    moves_in(exports.as_json([exports.chatgpt(root, node)]))
    assert Message.objects.get().content == [{"type": "text", "text": text}]


def test_chatgpt_citations_become_links(owner: User, moves_in: MovesIn) -> None:
    metadata = {
        "content_references": [
            {
                "matched_text": "\ue200cite\ue202turn0\ue201",
                "items": [{"title": "A [page]", "url": "https://example.org/a"}],
            },
            {"matched_text": "\ue200x\ue201", "items": [{"url": "javascript:alert(1)"}]},
        ],
    }
    node = exports.chatgpt_node(
        "a",
        "root",
        role="assistant",
        text="It is so\ue200cite\ue202turn0\ue201.\ue200x\ue201",
        metadata=metadata,
    )
    moves_in(exports.as_json([exports.chatgpt(exports.chatgpt_node("root", None), node)]))
    text = Message.objects.get().content[0]["text"]
    assert text == "It is so[A page](https://example.org/a)."


def test_chatgpt_zip_of_many_files(owner: User, moves_in: MovesIn) -> None:
    files = {
        "conversations-000.json": exports.as_json([exports.chatgpt()]),
        "conversations-001.json": exports.as_json(
            [exports.chatgpt(conversation_id="cg-2", title="Second")],
        ),
        "user.json": exports.as_json({"id": "me", "email": "me@example.org"}),
        "file-abc-photo.jpeg": b"\xff\xd8",
        "../../etc/evil.html": b"<html>",
    }
    done = moves_in(exports.as_zip(files), "export.zip")
    assert done.source == "chatgpt"
    assert done.counts["conversation"]["created"] == 2
    assert done.counts["file"] == {"created": 0, "known": 0, "skipped": 3, "failed": 0}


def test_claude_keeps_thoughts_and_says_which_files_stay(owner: User, moves_in: MovesIn) -> None:
    done = moves_in(exports.as_json([exports.claude()]))
    conversation = Conversation.objects.get()
    assert shape(conversation) == [
        ("Text of h1", ""),
        ("Plant **beans**.", "Text of h1"),
        ("Text of h2", "Plant **beans**."),
    ]
    answer = conversation.messages.get(is_created_by_user=False)
    assert answer.content[0] == {"type": "think", "think": "Which climate?"}
    assert conversation.endpoint == "anthropic"
    assert {"kind": "attachment", "source_id": "plan.pdf"}.items() <= done.problems[0].items()


def test_claude_zip_with_projects(owner: User, moves_in: MovesIn) -> None:
    files = {
        "conversations.json": exports.as_json([exports.claude(project={"uuid": "p-1"})]),
        "projects.json": exports.as_json([exports.claude_project()]),
        "users.json": exports.as_json([{"uuid": "u", "full_name": "Me"}]),
    }
    done = moves_in(exports.as_zip(files), "claude.zip")
    project = Project.objects.get(user=owner)
    assert (project.name, project.instructions) == ("Garden", "Answer as a gardener.")
    assert done.counts["project"]["created"] == 1
    again = moves_in(exports.as_zip(files), "claude.zip")
    assert (again.counts["project"]["known"], Project.objects.count()) == (1, 1)


def test_chatbot_ui_brings_folders_chats_and_prompts(owner: User, moves_in: MovesIn) -> None:
    done = moves_in(exports.as_json(exports.chatbot_ui()))
    conversation = Conversation.objects.get()
    assert shape(conversation) == [("Hello?", ""), ("Hello!", "Hello?")]
    assert conversation.parameters == {"promptPrefix": "You are kind.", "temperature": 0.5}
    assert conversation.project is not None
    assert conversation.project.name == "Work"
    group = PromptGroup.objects.visible_to(owner).get()
    assert group.production is not None
    assert (group.name, group.production.prompt) == ("Shorten", "Shorten {{text}}")
    assert done.counts["folder"]["skipped"] == 1


def test_our_own_zip_of_everything_comes_back(
    owner: User, stranger: User, moves_in: MovesIn
) -> None:
    moves_in(exports.as_json([exports.chatgpt()]))
    with export_build(user=owner) as file:
        content = file.read()
    again = moves_in(content, "everything.zip")
    assert again.counts["conversation"]["known"] == 1
    assert Conversation.objects.count() == 1
    other = moves_in(content, "everything.zip", user=stranger)
    assert other.counts["conversation"]["created"] == 1
    mine = shape(Conversation.objects.get(user=owner))
    assert shape(Conversation.objects.get(user=stranger)) == mine
    assert json.dumps(mine)


def test_chats_without_an_id_are_told_apart_and_known_again(owner: User, moves_in: MovesIn) -> None:
    chats = [
        {**exports.chatgpt(title=title), "id": None, "conversation_id": None}
        for title in ("One", "Two")
    ]
    assert moves_in(exports.as_json(chats)).counts["conversation"]["created"] == 2
    assert moves_in(exports.as_json(chats)).counts["conversation"]["known"] == 2


def test_what_is_exported_here_comes_back_the_same(
    owner: User, stranger: User, moves_in: MovesIn
) -> None:
    conversation = conversation_make(owner, "Primes", parameters={"temperature": 0.5})
    question = question_make(conversation, "Which?", quotes=["97 is prime"])
    thought = {"type": "think", "think": "Hm."}
    answer_make(question, content=[thought, {"type": "text", "text": "97"}])
    answer_make(question, "Another")
    written = b"".join(export_pieces(conversation, "json", "tree"))
    done = moves_in(written, user=stranger)
    copy = Conversation.objects.get(user=stranger)
    columns = ("quotes", "sender", "model", "is_created_by_user")
    assert list(copy.messages.in_order().values(*columns)) == list(
        conversation.messages.in_order().values(*columns)
    )
    assert shape(copy) == shape(conversation)
    assert (copy.title, copy.parameters["temperature"]) == ("Primes", 0.5)
    assert done.counts["message"]["failed"] == 0
    assert moves_in(written).counts["conversation"]["known"] == 1
