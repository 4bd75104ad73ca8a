"""Open WebUI: exported chats as JSON, or the rows of its database."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from conversations.errors import ImportRefusedError
from conversations.transfer.cleaning import id_of, line_of, mapping, moment, sequence, text_of
from conversations.transfer.importer import (
    ImportedConversation,
    ImportedMessage,
    ImportedProject,
    ImportedPrompt,
    Note,
    Record,
)
from conversations.transfer.json_files import JsonFormat
from conversations.transfer.parsing import LARGEST_ITEM, damaged, parse
from conversations.transfer.reading import Source
from conversations.transfer.reasons import Reason

ENDPOINT = "openAI"
LONGEST_PROMPT = 100_000
STEPS_BETWEEN_LOOKS = 1_000_000
MOST_LOOKS = 20_000  # a query that does more than this is no query of ours


def recognises(item: Mapping[str, Any]) -> bool:
    """Return whether an object is an exported chat."""
    history = mapping(mapping(item.get("chat")).get("history"))
    return isinstance(history.get("messages"), dict)


def records(item: Mapping[str, Any]) -> Iterator[Record]:
    """Yield the chat."""
    chat = mapping(item.get("chat"))
    history = mapping(chat.get("history"))
    models = [line_of(model, 256) for model in sequence(chat.get("models"))]
    conversation = ImportedConversation(
        source_id=id_of(item.get("id") or chat.get("id")),
        title=text_of(item.get("title") or chat.get("title")),
        endpoint=ENDPOINT,
        model=models[0] if models else "",
        tags=_tags(item, chat),
        created_at=moment(item.get("created_at")) or moment(chat.get("timestamp")),
        updated_at=moment(item.get("updated_at")),
        project_id=id_of(item.get("folder_id")),
        leaf_source_id=id_of(history.get("currentId")),
        extra={
            "is_archived": item.get("archived") == 1,
            "is_pinned": item.get("pinned") == 1,
        },
    )
    system = text_of(mapping(chat.get("params")).get("system"))
    if system.strip():
        conversation.parameters["promptPrefix"] = system[:LONGEST_PROMPT]
    for name, row in mapping(history.get("messages")).items():
        message = _message(id_of(name), mapping(row), conversation)
        if message is not None:
            conversation.messages.append(message)
    yield conversation


def _tags(item: Mapping[str, Any], chat: Mapping[str, Any]) -> list[str]:
    given = sequence(mapping(item.get("meta")).get("tags")) or sequence(chat.get("tags"))
    names = (tag.get("name") if isinstance(tag, dict) else tag for tag in given)
    return [line_of(name, 128) for name in names if isinstance(name, str)]


def _message(
    source_id: str,
    row: Mapping[str, Any],
    conversation: ImportedConversation,
) -> ImportedMessage | None:
    for file in sequence(row.get("files")):
        name = line_of(mapping(file).get("name"), 256)
        conversation.leave_out("attachment", name, Reason.ATTACHED)
    role = row.get("role")
    if role not in ("user", "assistant"):
        conversation.leave_out("message", source_id, Reason.OTHER_SPEAKER)
        return None
    is_user = role == "user"
    model = line_of(row.get("model"), 256)
    text = _content(row.get("content"))
    return ImportedMessage(
        source_id=source_id,
        parent_source_id=id_of(row.get("parentId")),
        is_created_by_user=is_user,
        text=text if is_user else "",
        content=[] if is_user else _parts(text),
        created_at=moment(row.get("timestamp")),
        sender="User" if is_user else line_of(row.get("modelName"), 256) or model or "Assistant",
        endpoint=ENDPOINT,
        model="" if is_user else model or conversation.model,
    )


def _content(value: object) -> str:
    if isinstance(value, list):
        return "\n\n".join(text_of(mapping(part).get("text")) for part in value).strip()
    return text_of(value)


def _parts(text: str) -> list[dict[str, Any]]:
    """Return an answer's parts; what it thought stands in front of it in a details element."""
    opening, closing_tag = '<details type="reasoning"', "</details>"
    thought, rest = "", text
    if text.lstrip().startswith(opening) and closing_tag in text:
        inside, _, rest = text.lstrip().partition(closing_tag)
        inside = inside.partition(">")[2].partition("</summary>")[2] or inside.partition(">")[2]
        lines = (line.removeprefix("&gt;").removeprefix(">") for line in inside.splitlines())
        thought = "\n".join(line.strip() for line in lines).strip()
    parts = [{"type": "think", "think": thought}] if thought else []
    return [*parts, {"type": "text", "text": rest.strip() if thought else text}]


JSON = JsonFormat("open-webui", "Open WebUI", recognises, records)


class OpenWebUi:
    """Both forms, under one name: what came as JSON is known in the database, too."""

    name = "open-webui"
    label = "Open WebUI"
    is_personal = True

    def detect(self, source: Source) -> bool:
        """Return whether the JSON is recognised, or the database has its tables."""
        if source.kind != "sqlite":
            return JSON.detect(source)
        with _opened(source.path) as database:
            return {"id", "user_id", "title", "chat"} <= _columns(database, "chat")

    def read(self, source: Source) -> Iterator[Record]:
        """Yield folders, chats and prompts.

        Raises:
            ImportRefusedError: the database has several people's chats, or is damaged.
        """
        if source.kind != "sqlite":
            yield from JSON.read(source)
            return
        with _opened(source.path) as database:
            people = database.execute("SELECT COUNT(DISTINCT user_id) FROM chat").fetchone()[0]
            if people > 1:
                raise ImportRefusedError(
                    gettext(
                        "This database holds the chats of %(people)s people. Nothing was"
                        " imported; let each of them export their own chats as JSON."
                    )
                    % {"people": people},
                )
            yield from _folders(database)
            yield from _chats(database)
            yield from _prompts(database)


def _folders(database: sqlite3.Connection) -> Iterator[Record]:
    for row in _rows(database, "folder", ("id", "name", "created_at", "updated_at")):
        yield ImportedProject(
            source_id=id_of(row["id"]),
            name=line_of(row["name"], 100),
            created_at=moment(row["created_at"]),
            updated_at=moment(row["updated_at"]),
        )


def _chats(database: sqlite3.Connection) -> Iterator[Record]:
    wanted = ("id", "title", "chat", "created_at", "updated_at", "archived", "pinned")
    for row in _rows(database, "chat", (*wanted, "meta", "folder_id")):
        item: dict[str, Any] = dict(row)
        for name in ("chat", "meta"):
            value = item[name]
            item[name] = parse(value.encode(errors="replace")) if isinstance(value, str) else value
        if recognises(item):
            yield from records(item)
        else:
            yield Note("conversation", id_of(item["id"]), Reason.NO_CHAT, "failed")


def _prompts(database: sqlite3.Connection) -> Iterator[Record]:
    for row in _rows(database, "prompt", ("command", "title", "name", "content", "timestamp")):
        command = line_of(row["command"], 256)
        text = text_of(row["content"])
        if not text.strip():
            yield Note("prompt", command, Reason.EMPTY_PROMPT)
            continue
        yield ImportedPrompt(
            source_id=command,
            name=line_of(row["title"] or row["name"] or command, 256),
            versions=[("", text[:LONGEST_PROMPT])],
            created_at=moment(row["timestamp"]),
        )


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a stranger's database: nothing is written, no schema of theirs runs anything."""
    try:
        with closing(
            sqlite3.connect(f"{path.resolve().as_uri()}?immutable=1", uri=True)
        ) as database:
            database.row_factory = sqlite3.Row
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_ITEM)
            database.execute("PRAGMA query_only = ON")
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA cell_size_check = ON")
            database.text_factory = lambda raw: raw.decode(errors="replace")
            looks = iter(range(MOST_LOOKS))
            database.set_progress_handler(
                lambda: int(next(looks, None) is None), STEPS_BETWEEN_LOOKS
            )
            yield database
    except sqlite3.Error as exc:
        raise damaged(gettext("the database cannot be read")) from exc


def _columns(database: sqlite3.Connection, table: str) -> set[str]:
    """Return a real table's columns; a view or virtual table of that name has none."""
    found = database.execute(
        "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table' AND rootpage > 0",
        (table,),
    ).fetchall()
    if not found:
        return set()
    rows = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return {row["name"] for row in rows}


def _rows(
    database: sqlite3.Connection,
    table: str,
    wanted: tuple[str, ...],
) -> Iterator[dict[str, Any]]:
    """Yield a table's rows; columns that this version does not have are null."""
    present = _columns(database, table)
    if not present:
        return
    shown = ", ".join(f'"{name}"' if name in present else "NULL" for name in wanted)
    # Names are ours, from the tuples above; nothing of the file is in the statement.
    for row in database.execute(f'SELECT {shown} FROM "{table}" ORDER BY rowid'):  # noqa: S608 - ours
        yield dict(zip(wanted, row, strict=True))


IMPORTER = OpenWebUi()
