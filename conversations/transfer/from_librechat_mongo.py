"""A whole LibreChat instance: what mongodump wrote of its database."""

import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from conversations.transfer import dumps
from conversations.transfer.cleaning import any_moment, id_of, line_of, moment, sequence, text_of
from conversations.transfer.dumps import Dump
from conversations.transfer.from_librechat import message_of, parameters_of
from conversations.transfer.importer import (
    ImportedBalance,
    ImportedConversation,
    ImportedPreset,
    ImportedProject,
    ImportedPrompt,
    ImportedTag,
    ImportedUser,
    Note,
    Record,
)
from conversations.transfer.reading import Source
from conversations.transfer.reasons import Reason

TAKEN = frozenset(
    {"users", "balances", "chatprojects", "conversationtags", "presets", "promptgroups"}
    | {"prompts", "conversations", "messages"},
)
MARKS = frozenset({"users", "conversations", "messages"})
METHODS = ("google", "facebook", "github", "discord", "apple")
OBJECT_ID = re.compile(r"[0-9a-f]{24}")
BCRYPT = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")
COMMAND = re.compile(r"[a-z0-9-]{1,56}")
MOST_CREDITS = 10**15


class LibreChatMongo:
    """LibreChat's database; the ids of its rows are kept."""

    name = "librechat-mongo"
    label = "LibreChat (mongodump)"
    is_personal = False

    def detect(self, source: Source) -> bool:
        """Return whether it is a dump with LibreChat's collections."""
        if source.kind not in {"folder", "archive"}:
            return False
        return dumps.names_of(source.path) >= MARKS

    def read(self, source: Source) -> Iterator[Record]:
        """Yield people first, then what is theirs, then what is not taken."""
        with dumps.opened(source.path) as dump:
            for row in dump.rows("users"):
                yield _user(row)
                if row.get("twoFactorEnabled") is True:
                    yield Note("second factor", id_of(row.get("_id")), Reason.SECOND_FACTOR)
            yield from map(_balance, dump.rows("balances"))
            yield from map(_project, dump.rows("chatprojects"))
            yield from map(_tag, dump.rows("conversationtags"))
            yield from map(_preset, dump.rows("presets"))
            yield from _prompts(dump)
            yield from _conversations(dump)
            for name in dump.names:
                if name not in TAKEN and (number := dump.count(name)):
                    kind = line_of(name, 64)
                    said = {"kind": kind}
                    yield Note(kind, "", Reason.OTHER_KIND, number=number, values=said)


def _key(row: Mapping[str, Any]) -> str:
    key = id_of(row.get("_id"))
    return key if OBJECT_ID.fullmatch(key) else ""


def _dates(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "created_at": moment(row.get("createdAt")),
        "updated_at": moment(row.get("updatedAt")),
    }


def _user(row: Mapping[str, Any]) -> ImportedUser:
    password = text_of(row.get("password"))
    return ImportedUser(
        source_id=id_of(row.get("_id")),
        row_id=_key(row),
        email=line_of(row.get("email"), 254).lower(),
        password=password if BCRYPT.fullmatch(password) else "",
        identities={name: uid for name in METHODS if (uid := line_of(row.get(f"{name}Id"), 191))},
        fields={
            "name": line_of(row.get("name"), 80),
            "username": line_of(row.get("username"), 80).lower(),
            "provider": line_of(row.get("provider"), 20) or "local",
            "role": line_of(row.get("role"), 64),
            "email_verified": row.get("emailVerified") is True,
            "external_id": line_of(row.get("idOnTheSource"), 256),
            "terms_accepted_at": moment(row.get("termsAcceptedAt")),
        },
        **_dates(row),
    )


def _balance(row: Mapping[str, Any]) -> ImportedBalance:
    number = row.get("tokenCredits")
    is_number = isinstance(number, int | float) and not isinstance(number, bool)
    credit = int(number) if is_number and isinstance(number, int | float) else 0
    return ImportedBalance(
        source_id=id_of(row.get("_id")),
        owner_id=id_of(row.get("user")),
        credits=min(max(credit, 0), MOST_CREDITS),
    )


def _project(row: Mapping[str, Any]) -> ImportedProject:
    return ImportedProject(
        source_id=id_of(row.get("_id")),
        row_id=_key(row),
        owner_id=id_of(row.get("user")),
        name=line_of(row.get("name"), 100),
        description=line_of(row.get("description"), 1_000),
        **_dates(row),
    )


def _tag(row: Mapping[str, Any]) -> ImportedTag:
    name = line_of(row.get("tag"), 128)
    return ImportedTag(
        source_id=f"{id_of(row.get('user'))}/{name}"[:320],
        owner_id=id_of(row.get("user")),
        tag=name,
        description=line_of(row.get("description"), 1_024),
    )


def _preset(row: Mapping[str, Any]) -> ImportedPreset:
    return ImportedPreset(
        source_id=id_of(row.get("_id")),
        row_id=_key(row),
        owner_id=id_of(row.get("user")),
        title=line_of(row.get("title"), 1_024),
        endpoint=line_of(row.get("endpoint"), 128),
        model=line_of(row.get("model"), 256),
        parameters=parameters_of(row),
        extra={
            "preset_id": id_of(row.get("presetId"))[:64] or id_of(row.get("_id")),
            "is_default": row.get("defaultPreset") is True,
            "endpoint_type": line_of(row.get("endpointType"), 32),
        },
        **_dates(row),
    )


def _prompts(dump: Dump) -> Iterator[Record]:
    """Yield groups with their versions; prompts are written by people, so they fit into memory."""
    versions: dict[str, list[tuple[str, str]]] = {}
    for row in dump.rows("prompts"):
        text = text_of(row.get("prompt"))[:100_000]
        versions.setdefault(id_of(row.get("groupId")), []).append((_key(row), text))
    for row in dump.rows("promptgroups"):
        source_id = id_of(row.get("_id"))
        production = id_of(row.get("productionId"))
        own = versions.pop(source_id, [])
        command = line_of(row.get("command"), 56)
        yield ImportedPrompt(
            source_id=source_id,
            row_id=_key(row),
            owner_id=id_of(row.get("author")),
            name=line_of(row.get("name"), 256),
            oneliner=line_of(row.get("oneliner"), 256),
            category=line_of(row.get("category"), 64),
            command=command if COMMAND.fullmatch(command) else "",
            versions=sorted(own, key=lambda version: version[0] != production),
            **_dates(row),
        )
    for group, lost in versions.items():
        yield Note("prompt version", group, Reason.NO_PROMPT, number=len(lost))


class _Index:
    """Where the messages of each conversation are, on disk: a dump may have millions."""

    def __init__(self, dump: Dump, database: sqlite3.Connection) -> None:
        self._database = database
        self._paths: list[Path] = []
        database.execute(
            "CREATE TABLE place (chat TEXT, file INTEGER, start INTEGER, size INTEGER)"
        )
        database.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", self._places(dump))
        database.execute("CREATE INDEX by_chat ON place (chat)")

    def _places(self, dump: Dump) -> Iterator[tuple[str, int, int, int]]:
        for path, place, raw in dump.places("messages"):
            if not self._paths or self._paths[-1] != path:
                self._paths.append(path)
            row = dumps.decoded(raw)
            chat = f"{id_of(row.get('user'))}/{id_of(row.get('conversationId'))}"
            yield chat, len(self._paths) - 1, place, len(raw)

    def take(self, chat: str) -> Iterator[dict[str, Any]]:
        """Yield the messages of a conversation once, in the dump's order."""
        found = self._database.execute(
            "SELECT file, start, size FROM place WHERE chat = ? ORDER BY file, start",
            (chat,),
        ).fetchall()
        self._database.execute("DELETE FROM place WHERE chat = ?", (chat,))
        for file, start, size in found:
            with self._paths[file].open("rb") as stream:
                stream.seek(start)
                yield dumps.decoded(stream.read(size))

    def left(self) -> int:
        """Return how many messages no conversation took."""
        count: int = self._database.execute("SELECT COUNT(*) FROM place").fetchone()[0]
        return count


def _conversations(dump: Dump) -> Iterator[Record]:
    with (
        tempfile.TemporaryDirectory(prefix="move-in-") as folder,
        closing(sqlite3.connect(Path(folder) / "index", isolation_level=None)) as database,
    ):
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("BEGIN")
        index = _Index(dump, database)
        for row in dump.rows("conversations"):
            yield _conversation(row, index)
        if number := index.left():
            yield Note("message", "", Reason.CHAT_MISSING, number=number)


def _conversation(row: Mapping[str, Any], index: _Index) -> ImportedConversation:
    source_id, owner_id = id_of(row.get("conversationId"))[:64], id_of(row.get("user"))
    expiry = any_moment(row.get("expiredAt"))
    conversation = ImportedConversation(
        source_id=source_id,
        row_id=_key(row),
        owner_id=owner_id,
        title=text_of(row.get("title")),
        endpoint=line_of(row.get("endpoint"), 128),
        model=line_of(row.get("model"), 256),
        tags=[line_of(tag, 128) for tag in sequence(row.get("tags"))],
        project_id=id_of(row.get("chatProjectId")),
        parameters=parameters_of(row),
        extra={
            "is_archived": row.get("isArchived") is True,
            "archived_at": moment(row.get("archivedAt")),
            "is_pinned": row.get("pinned") is True,
            "is_temporary": row.get("isTemporary") is True or expiry is not None,
            "expired_at": expiry,
            "endpoint_type": line_of(row.get("endpointType"), 32),
            "agent_id": line_of(row.get("agent_id"), 320),
            "spec": line_of(row.get("spec"), 256),
        },
        **_dates(row),
    )
    for found in index.take(f"{owner_id}/{source_id}"):
        message = message_of(found, conversation)
        message.row_id = _key(found)
        message.source_id = message.source_id[:64]
        message.parent_source_id = message.parent_source_id[:64]
        conversation.messages.append(message)
    return conversation


IMPORTER = LibreChatMongo()
