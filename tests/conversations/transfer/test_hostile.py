"""Damaged and hostile files: a sentence, or a sound import, and nothing in between."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations import tree
from conversations.errors import ImportRefusedError
from conversations.models import Conversation, Message, MoveIn
from conversations.transfer import parsing
from conversations.transfer.arranging import arranged
from conversations.transfer.cleaning import json_of, moment
from conversations.transfer.importer import ImportedConversation, ImportedMessage
from conversations.transfer.importers import IMPORTERS, importer_for
from conversations.transfer.parsing import items_of, parse
from conversations.transfer.reading import Source
from conversations.transfer.reasons import reason_said
from conversations.transfer.surveying import surveyed
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn

NOW = datetime(2026, 1, 1, tzinfo=UTC)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=20)
    | st.sampled_from(["user", "assistant", "text", "2024-01-01", "\x00", "\ud800", "1e300"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=12,
)
# Where a format has something, it has anything.
KEYS = (
    *("conversationId", "messages", "messagesTree", "children", "messageId", "parentMessageId"),
    *("isCreatedByUser", "text", "content", "type", "title", "tags", "options", "files"),
    *("mapping", "message", "author", "role", "parts", "content_type", "metadata", "parent"),
    *("thoughts", "content_references", "create_time", "current_node", "citations", "items"),
    *("chat_messages", "uuid", "sender", "name", "project", "attachments", "prompt_template"),
    *("version", "history", "folders", "prompts", "model", "id", "folderId", "createdAt"),
    *("chat", "currentId", "parentId", "models", "params", "meta", "timestamp", "docs"),
)
SHAPED = st.recursive(
    JSON,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS), inner, min_size=1, max_size=6)
    ),
    max_leaves=30,
)
EXPORTS = (
    [exports.chatgpt()],
    [exports.claude(), exports.claude_project()],
    [exports.open_webui()],
    exports.librechat(),
    exports.chatbot_ui(),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path]
    if isinstance(value, dict | list):
        for key, item in inside:
            found += places(item, (*path, key)) if isinstance(item, dict | list) else [(*path, key)]
    return found


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    copy = json.loads(json.dumps(value))
    if not path:
        return by
    target = copy
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = by
    return copy


def read(tmp: Path, content: bytes) -> None:
    """Read a file as the dry run does; only our refusal may come out."""
    tmp.write_bytes(content)
    try:
        source = Source(tmp)
        list(surveyed(MoveIn(source="chatgpt"), importer_for(source).read(source)))
    except ImportRefusedError:
        pass


@pytest.mark.slow
@pytest.mark.parametrize("importer", [one for one in IMPORTERS.values() if one.is_personal])
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
@given(value=st.lists(SHAPED, max_size=3) | SHAPED)
def test_anything_that_is_json_is_read_or_refused(
    db: None, tmp_path: Path, importer: Any, value: object
) -> None:
    read(tmp_path / "file", json.dumps(value).encode())
    records = getattr(importer, "records", None)
    if records is not None and isinstance(value, dict):
        list(records(parse(json.dumps(value).encode())))


@pytest.mark.slow
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_an_export_with_anything_at_any_place_is_read_or_refused(
    db: None, tmp_path: Path, draw: st.DataObject
) -> None:
    export = draw.draw(st.sampled_from(EXPORTS))
    path = draw.draw(st.sampled_from(places(export)))
    broken = replaced(export, path, draw.draw(JSON))
    read(tmp_path / "file", json.dumps(broken).encode())


@pytest.mark.slow
@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_what_is_read_is_stored_or_counted_as_failed(
    owner: User, moves_in: MovesIn, draw: st.DataObject
) -> None:
    export = draw.draw(st.sampled_from(EXPORTS))
    path = draw.draw(st.sampled_from(places(export)))
    broken = replaced(export, path, draw.draw(JSON))
    try:
        done = moves_in(json.dumps(broken).encode())
    except ImportRefusedError:
        return
    assert done.state == "done", done.failure
    for conversation in Conversation.objects.filter(user=owner):
        rows = conversation.messages.in_order().values_list("message_id", "parent_message_id")
        assert tree.broken_nodes([tree.Node(*row) for row in rows]) == []
    Conversation.objects.all().delete()


@settings(max_examples=200)
@given(
    links=st.lists(
        st.tuples(st.integers(0, 8), st.integers(-1, 9), st.integers(0, 10**9) | st.none()),
        max_size=12,
    ),
)
def test_any_graph_becomes_a_tree_in_which_time_flows_down(
    links: list[tuple[int, int, int | None]],
) -> None:
    conversation = ImportedConversation(source_id="c")
    for own, parent, seconds in links:
        date = moment(1_000_000_000 + seconds) if seconds is not None else None
        conversation.messages.append(
            ImportedMessage(source_id=f"m{own}", parent_source_id=f"m{parent}", created_at=date),
        )
    placed = arranged(conversation, NOW)
    assert {one.message.source_id for one in placed} == {f"m{own}" for own, _p, _s in links}
    dates: dict[str, datetime] = {}
    for one in placed:
        parent_id = one.parent_source_id
        assert parent_id == "" or one.created_at > dates[parent_id]
        dates[one.message.source_id] = one.created_at


@settings(max_examples=300)
@given(value=JSON)
def test_the_patient_reader_agrees_with_the_fast_one(value: object) -> None:
    text = json.dumps(value)
    found = parse(text.encode())
    again = parsing._Patient(text.encode()).value()
    assert repr(again) == repr(found)


@settings(max_examples=300)
@given(values=st.lists(JSON, max_size=6), indent=st.none() | st.integers(0, 3))
def test_items_come_one_by_one_however_they_are_written(
    values: list[object], indent: int | None
) -> None:
    raw = json.dumps(values, indent=indent).encode()
    assert repr(list(items_of(io.BytesIO(raw)))) == repr(parse(raw))


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1709287200, datetime(2024, 3, 1, 10, tzinfo=UTC)),
        (1709287200000, datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ("2024-03-01T11:00:00+01:00", datetime(2024, 3, 1, 10, tzinfo=UTC)),
        ({"$date": "2024-03-01T10:00:00Z"}, datetime(2024, 3, 1, 10, tzinfo=UTC)),
        (float("nan"), None),
        (1e300, None),
        (-5, None),
        (True, None),
        ("yesterday", None),
        ("9999-01-01", None),
        ({"$date": {"$date": 1}}, None),
        ([], None),
        (None, None),
    ],
)
def test_dates_are_true_or_none(value: object, found: datetime | None) -> None:
    assert moment(value) == found


def test_text_that_no_database_keeps_is_cleaned(owner: User, moves_in: MovesIn) -> None:
    export = exports.librechat(title="A\x00B\ud800", messages=[])
    export["messages"] = [exports.librechat_message("q\x00", text="x\x00y\udfff\U0001f600")]
    moves_in(json.dumps(export).encode())
    assert Conversation.objects.get().title == "AB\ufffd"
    assert Message.objects.get().text == "xy\ufffd\U0001f600"


def test_markup_stays_text(owner: User, moves_in: MovesIn) -> None:
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    moves_in(exports.as_json(exports.librechat(title=evil)))
    assert Conversation.objects.get().title == evil


def test_a_very_long_message_is_shortened_and_said_so(owner: User, moves_in: MovesIn) -> None:
    long = exports.librechat_message("q", text="x" * 500_000)
    done = moves_in(exports.as_json(exports.librechat(messages=[long])))
    assert len(Message.objects.get().text) == 400_000
    [problem] = done.problems
    assert reason_said(problem) == "Only the first 400,000 of 500,000 characters are kept."


def test_json_deeper_than_a_column_may_be_is_cut() -> None:
    value: Any = "end"
    for _ in range(10_000):
        value = [value]
    kept = json_of(value)
    for _ in range(60):
        assert isinstance(kept, list)
        [kept] = kept
    assert kept is None


@pytest.mark.parametrize("opening", [b"[", b'[{"a":', b'{"a":[', b'[[{"mapping":'])
def test_bottomless_nesting_is_refused(tmp_path: Path, opening: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(opening * 200_000)
    with pytest.raises(ImportRefusedError):
        importer_for(Source(path))


def test_an_item_too_large_or_too_complicated_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "LARGEST_ITEM", 1_000)
    monkeypatch.setattr(parsing, "CHUNK", 100)
    with pytest.raises(ImportRefusedError, match="more than 32 MB"):
        list(items_of(io.BytesIO(b'["' + b"x" * 5_000 + b'"]')))
    with pytest.raises(ImportRefusedError, match="more than 32 MB"):
        list(items_of(io.BytesIO(b'{"a":"' + b"x" * 5_000 + b'"}')))
    monkeypatch.setattr(parsing, "MOST_PIECES", 50)
    with pytest.raises(ImportRefusedError, match="too complicated"):
        list(items_of(io.BytesIO(b"[[" + b"1," * 100 + b"1]]")))
    with pytest.raises(ImportRefusedError, match="too complicated"):
        list(items_of(io.BytesIO(b"[[" + b"[],[]," * 100 + b"1]]")))
    monkeypatch.setattr(parsing, "MOST_ITEMS", 5)
    with pytest.raises(ImportRefusedError, match="a million"):
        list(items_of(io.BytesIO(b"[1,2,3,4,5,6,7]")))
