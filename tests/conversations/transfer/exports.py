"""Exports of other programs, written by hand from their documented shapes."""

import io
import json
import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

NO_PARENT = "00000000-0000-0000-0000-000000000000"


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def librechat_message(name: str, parent: str = NO_PARENT, **fields: Any) -> dict[str, Any]:
    is_user = fields.pop("is_user", True)
    return {
        "messageId": name,
        "parentMessageId": parent,
        "isCreatedByUser": is_user,
        "sender": "User" if is_user else "GPT",
        "text": f"Text of {name}",
        "endpoint": "openAI",
        "model": None if is_user else "gpt-4o",
        "createdAt": "2024-03-01T10:00:00.000Z",
        "error": False,
        **fields,
    }


def librechat(**fields: Any) -> dict[str, Any]:
    """A question with two answers, and a question below the second."""
    return {
        "conversationId": "lc-1",
        "endpoint": "openAI",
        "title": "Planning a trip",
        "exportAt": "10:00:00 GMT+0100",
        "branches": True,
        "recursive": False,
        "options": {"model": "gpt-4o", "temperature": 0.3, "agent_id": "agent_of_somebody"},
        "messages": [
            librechat_message("q1"),
            librechat_message("a1", "q1", is_user=False),
            librechat_message("a2", "q1", is_user=False),
            librechat_message("q2", "a2"),
        ],
        **fields,
    }


def librechat_nested(depth: int) -> bytes:
    """A recursive export so deep that it is written, not dumped."""
    opened = (
        f'{{"messageId":"m{n}","isCreatedByUser":{"true" if n % 2 == 0 else "false"},'
        f'"text":"Message {n}","children":['
        for n in range(depth)
    )
    head = '{"conversationId":"deep","title":"Deep","recursive":true,"messagesTree":['
    return (head + "".join(opened) + "]}" * depth + "]}").encode()


def chatgpt_node(name: str, parent: str | None, **message: Any) -> dict[str, Any]:
    """A node; ``role``, ``content`` and the rest are its message's, a root has none."""
    if parent is None:
        return {"id": name, "parent": parent, "children": [], "message": None}
    role = message.pop("role", "user")
    text = message.pop("text", f"Text of {name}")
    content = message.pop("content", {"content_type": "text", "parts": [text]})
    return {
        "id": name,
        "parent": parent,
        "children": [],
        "message": {
            "id": name,
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": 1709287200.0,
            "update_time": None,
            "content": content,
            "status": "finished_successfully",
            "metadata": {},
            **message,
        },
    }


def chatgpt(*nodes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A hidden system message, a question, a thought, two answers."""
    shown = nodes or (
        chatgpt_node("root", None),
        chatgpt_node("system", "root", role="system", text=""),
        chatgpt_node("q1", "system"),
        chatgpt_node(
            "thought",
            "q1",
            role="assistant",
            content={
                "content_type": "thoughts",
                "thoughts": [{"summary": "Short", "content": "I wonder."}],
            },
        ),
        chatgpt_node(
            "a1",
            "thought",
            role="assistant",
            create_time=1709287210.0,
            metadata={"model_slug": "gpt-4"},
        ),
        chatgpt_node("a2", "q1", role="assistant", create_time=1709287220.0),
    )
    return {
        "title": "Trip to Porto",
        "create_time": 1709287100.5,
        "update_time": 1709287300.5,
        "mapping": {node["id"]: node for node in shown},
        "moderation_results": [],
        "current_node": "a1",
        "conversation_id": "cg-1",
        "id": "cg-1",
        "default_model_slug": "gpt-4o",
        "is_archived": False,
        **fields,
    }


def claude(**fields: Any) -> dict[str, Any]:
    """A question, an answer that was thought about, and a second question."""

    def message(name: str, sender: str, *parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {
            "uuid": name,
            "text": f"Text of {name}",
            "content": list(parts) or [{"type": "text", "text": f"Text of {name}"}],
            "sender": sender,
            "created_at": "2024-05-01T08:00:00.123456Z",
            "updated_at": "2024-05-01T08:00:00.123456Z",
            "attachments": [],
            "files": [],
            **more,
        }

    return {
        "uuid": "cl-1",
        "name": "Garden plan",
        "summary": "",
        "created_at": "2024-05-01T07:59:00.000000Z",
        "updated_at": "2024-05-01T08:10:00.000000Z",
        "account": {"uuid": "someone"},
        "chat_messages": [
            message("h1", "human", attachments=[{"file_name": "plan.pdf", "file_size": 9}]),
            message(
                "a1",
                "assistant",
                {"type": "thinking", "thinking": "Which climate?"},
                {"type": "tool_use", "name": "search", "input": {}},
                {"type": "text", "text": "Plant **beans**."},
            ),
            message("h2", "human"),
        ],
        **fields,
    }


def claude_project() -> dict[str, Any]:
    return {
        "uuid": "p-1",
        "name": "Garden",
        "description": "All about it",
        "prompt_template": "Answer as a gardener.",
        "created_at": "2024-04-01T08:00:00+00:00",
        "updated_at": "2024-04-01T08:00:00+00:00",
        "docs": [{"uuid": "d", "filename": "soil.txt", "content": "…"}],
    }


def chatbot_ui() -> dict[str, Any]:
    return {
        "version": 4,
        "history": [
            {
                "id": "cb-1",
                "name": "Old chat",
                "messages": [
                    {"role": "user", "content": "Hello?"},
                    {"role": "assistant", "content": "Hello!"},
                ],
                "model": {"id": "gpt-3.5-turbo", "name": "GPT-3.5", "maxLength": 12000},
                "prompt": "You are kind.",
                "temperature": 0.5,
                "folderId": "f-1",
            },
        ],
        "folders": [
            {"id": "f-1", "name": "Work", "type": "chat"},
            {"id": "f-2", "name": "Texts", "type": "prompt"},
        ],
        "prompts": [
            {
                "id": "pr-1",
                "name": "Shorten",
                "description": "Makes it short",
                "content": "Shorten {{text}}",
                "model": {"id": "gpt-3.5-turbo"},
                "folderId": None,
            },
        ],
    }


def open_webui(**fields: Any) -> dict[str, Any]:
    """A question with two answers, the first of them looked at."""

    def message(name: str, parent: str | None, role: str, **more: Any) -> dict[str, Any]:
        return {
            "id": name,
            "parentId": parent,
            "childrenIds": [],
            "role": role,
            "content": f"Text of {name}",
            "timestamp": 1714550400,
            **more,
        }

    messages = (
        message("u1", None, "user", models=["llama3"]),
        message("b1", "u1", "assistant", model="llama3", modelName="Llama 3"),
        message("b2", "u1", "assistant", model="mistral"),
    )
    return {
        "id": "ow-1",
        "user_id": "somebody",
        "title": "Local models",
        "chat": {
            "title": "Local models",
            "models": ["llama3"],
            "history": {
                "messages": {one["id"]: one for one in messages},
                "currentId": "b1",
            },
            "messages": [],
            "params": {"system": "Be brief."},
            "tags": [],
            "timestamp": 1714550400000,
        },
        "created_at": 1714550400,
        "updated_at": 1714550500,
        "archived": False,
        "pinned": True,
        "meta": {"tags": ["local"]},
        "folder_id": None,
        **fields,
    }


def open_webui_database(path: Path, *chats: dict[str, Any]) -> bytes:
    with closing(sqlite3.connect(path)) as database:
        database.execute(
            "CREATE TABLE chat (id TEXT, user_id TEXT, title TEXT, chat JSON, created_at BIGINT,"
            " updated_at BIGINT, share_id TEXT, archived BOOLEAN, pinned BOOLEAN, meta JSON,"
            " folder_id TEXT)",
        )
        database.execute("CREATE TABLE folder (id TEXT, name TEXT, created_at BIGINT)")
        database.execute("INSERT INTO folder VALUES ('f-1', 'Experiments', 1714550000)")
        database.execute(
            "CREATE TABLE prompt (command TEXT, title TEXT, content TEXT, timestamp BIGINT)",
        )
        database.execute("INSERT INTO prompt VALUES ('/sum', 'Sum up', 'Sum this up', 1714550000)")
        for chat in chats:
            columns = ("id", "user_id", "title", "chat", "created_at", "updated_at", "share_id")
            row = [chat.get(name) for name in (*columns, "archived", "pinned", "meta", "folder_id")]
            row[3], row[9] = json.dumps(row[3]), json.dumps(row[9])
            database.execute(f"INSERT INTO chat VALUES ({', '.join('?' * 11)})", row)
        database.commit()
    return path.read_bytes()
