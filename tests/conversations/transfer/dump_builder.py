"""Dumps of MongoDB as mongodump writes them."""

import gzip
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from bson import Int64, ObjectId

OWNER = ObjectId("64a000000000000000000001")
OTHER = ObjectId("64a000000000000000000002")
CHAT = ObjectId("64b000000000000000000001")
QUESTION = ObjectId("64c000000000000000000001")
ANSWER = ObjectId("64c000000000000000000002")
GROUP = ObjectId("64d000000000000000000001")
VERSIONS = (ObjectId("64e000000000000000000001"), ObjectId("64e000000000000000000002"))
DATE = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
NO_PARENT = "00000000-0000-0000-0000-000000000000"

Collections = Mapping[str, Sequence[Mapping[str, Any]]]


def collections(password: str = "") -> dict[str, list[dict[str, Any]]]:
    """One person with a chat, one with nothing, and what is not taken."""
    dates = {"createdAt": DATE, "updatedAt": DATE}
    return {
        "users": [
            {
                "_id": OWNER,
                "name": "Ada",
                "username": "ada",
                "email": "Ada@example.org",
                "emailVerified": True,
                "password": password,
                "provider": "local",
                "role": "ADMIN",
                "twoFactorEnabled": True,
                **dates,
            },
            {
                "_id": OTHER,
                "name": "Bo",
                "email": "bo@example.org",
                "emailVerified": True,
                "provider": "google",
                "googleId": "1234567890",
                "role": "unheard of",
                **dates,
            },
        ],
        "balances": [{"_id": ObjectId(), "user": OWNER, "tokenCredits": 12345.6}],
        "chatprojects": [
            {"_id": ObjectId("64f000000000000000000001"), "user": str(OWNER), "name": "Work"},
        ],
        "conversationtags": [
            {"_id": ObjectId(), "user": str(OWNER), "tag": "Good", "description": "Keep"},
        ],
        "presets": [
            {
                "_id": ObjectId("64f100000000000000000001"),
                "presetId": "preset-1",
                "user": str(OWNER),
                "title": "Careful",
                "endpoint": "openAI",
                "model": "gpt-4o",
                "temperature": 0.1,
                "defaultPreset": True,
                **dates,
            },
        ],
        "promptgroups": [
            {
                "_id": GROUP,
                "name": "Shorten",
                "author": OWNER,
                "authorName": "Ada",
                "productionId": VERSIONS[1],
                "command": "short",
                **dates,
            },
        ],
        "prompts": [
            {"_id": key, "groupId": GROUP, "author": OWNER, "prompt": text, "type": "text"}
            for key, text in zip(VERSIONS, ("Old", "Shorten this"), strict=True)
        ],
        "conversations": [
            {
                "_id": CHAT,
                "conversationId": "11111111-1111-4111-8111-111111111111",
                "user": str(OWNER),
                "title": "From Mongo",
                "endpoint": "openAI",
                "model": "gpt-4o",
                "tags": ["Good"],
                "chatProjectId": "64f000000000000000000001",
                "messages": [QUESTION, ANSWER],
                "isArchived": True,
                "temperature": 0.4,
                **dates,
            },
        ],
        "messages": [
            _message(ANSWER, "m-2", "m-1", is_user=False),
            _message(QUESTION, "m-1", NO_PARENT, is_user=True),
            {**_message(ObjectId(), "m-9", NO_PARENT, is_user=True), "conversationId": "gone"},
        ],
        "agents": [{"_id": ObjectId(), "id": "agent_x", "name": "Helper"}],
        "files": [{"_id": ObjectId(), "file_id": "f"}, {"_id": ObjectId(), "file_id": "g"}],
        "transactions": [],
    }


def _message(key: ObjectId, name: str, parent: str, *, is_user: bool) -> dict[str, Any]:
    return {
        "_id": key,
        "messageId": name,
        "parentMessageId": parent,
        "conversationId": "11111111-1111-4111-8111-111111111111",
        "user": str(OWNER),
        "isCreatedByUser": is_user,
        "sender": "User" if is_user else "GPT",
        "text": f"Text of {name}" if is_user else "",
        "content": None if is_user else [{"type": "text", "text": f"Text of {name}"}],
        "tokenCount": Int64(7),
        "model": None if is_user else "gpt-4o",
        "endpoint": "openAI",
        "createdAt": DATE,
        "updatedAt": DATE,
    }


def folder(path: Path, rows: Collections, *, is_packed: bool = False) -> Path:
    """Write ``<db>/<collection>.bson``, packed or not, with mongodump's metadata beside."""
    target = path / "LibreChat"
    target.mkdir(parents=True)
    for name, documents in rows.items():
        content = b"".join(bson.encode(document) for document in documents)
        (target / f"{name}.metadata.json").write_text("{}")
        if is_packed:
            (target / f"{name}.bson.gz").write_bytes(gzip.compress(content))
        else:
            (target / f"{name}.bson").write_bytes(content)
    return path


def archive(path: Path, rows: Collections, *, is_packed: bool = False) -> Path:
    """Write an archive: prelude, then blocks of documents, the collections interleaved."""
    end = b"\xff\xff\xff\xff"
    content = bytes.fromhex("6de29981")
    content += bson.encode(
        {"concurrent_collections": 4, "version": "0.1", "server_version": "7.0.0"},
    )
    for name in rows:
        content += bson.encode({"db": "LibreChat", "collection": name, "metadata": "{}", "size": 1})
    content += end
    for turn in range(max(len(documents) for documents in rows.values())):
        for name, documents in rows.items():
            if turn < len(documents):
                content += _header(name, is_over=False) + bson.encode(documents[turn]) + end
    for name in rows:
        content += _header(name, is_over=True) + end
    path.write_bytes(gzip.compress(content) if is_packed else content)
    return path


def _header(name: str, *, is_over: bool) -> bytes:
    about = {"db": "LibreChat", "collection": name, "EOF": is_over, "CRC": Int64(0)}
    return bson.encode(about)
