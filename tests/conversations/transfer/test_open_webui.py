"""Chats of Open WebUI, as JSON and as its database."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from accounts.models import User
from conversations.errors import ImportRefusedError
from conversations.models import Conversation, Message, PromptGroup
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn
from tests.conversations.transfer.test_formats import shape


def test_open_webui_json_keeps_branches_and_what_was_looked_at(
    owner: User, moves_in: MovesIn
) -> None:
    moves_in(exports.as_json([exports.open_webui()]))
    conversation = Conversation.objects.get()
    assert shape(conversation) == [
        ("Text of u1", ""),
        ("Text of b1", "Text of u1"),
        ("Text of b2", "Text of u1"),
    ]
    leaf = conversation.messages.get(message_id=conversation.leaf_message_id)
    assert (leaf.sender, leaf.model) == ("Llama 3", "llama3")
    assert (conversation.is_pinned, conversation.is_archived) == (True, False)
    assert conversation.parameters == {"promptPrefix": "Be brief."}
    assert [tag.tag for tag in conversation.tags.all()] == ["local"]


def test_open_webui_thoughts_leave_their_markup(owner: User, moves_in: MovesIn) -> None:
    chat = exports.open_webui()
    chat["chat"]["history"]["messages"]["b1"]["content"] = (
        '<details type="reasoning" done="true" duration="3">\n<summary>Thought</summary>\n'
        "> Let me see.\n</details>\nIt works."
    )
    moves_in(exports.as_json([chat]))
    answer = Message.objects.get(sender="Llama 3")
    assert answer.content == [
        {"type": "think", "think": "Let me see."},
        {"type": "text", "text": "It works."},
    ]


def test_open_webui_database(owner: User, moves_in: MovesIn, tmp_path: Path) -> None:
    content = exports.open_webui_database(
        tmp_path / "webui.db", exports.open_webui(folder_id="f-1")
    )
    done = moves_in(content, "webui.db")
    conversation = Conversation.objects.get()
    assert (len(shape(conversation)), done.source) == (3, "open-webui")
    assert conversation.project is not None
    assert conversation.project.name == "Experiments"
    assert PromptGroup.objects.get().name == "Sum up"
    again = moves_in(exports.as_json([exports.open_webui()]))
    assert again.counts["conversation"]["known"] == 1


def test_a_database_of_several_people_is_refused(
    owner: User, moves_in: MovesIn, tmp_path: Path
) -> None:
    chats = (exports.open_webui(), exports.open_webui(id="ow-2", user_id="another"))
    with pytest.raises(ImportRefusedError, match="2 people"):
        moves_in(exports.open_webui_database(tmp_path / "webui.db", *chats), "webui.db")
    assert not Conversation.objects.exists()


def test_a_database_whose_table_is_a_view_is_refused(
    owner: User, moves_in: MovesIn, tmp_path: Path
) -> None:
    path = tmp_path / "evil.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE VIEW chat AS SELECT 1 AS id, 2 AS user_id, 3 AS title, 4 AS chat",
        )
        database.commit()
    with pytest.raises(ImportRefusedError, match="no program"):
        moves_in(path.read_bytes(), "webui.db")
