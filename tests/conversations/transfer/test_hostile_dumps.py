"""Dumps whose documents hold anything anywhere."""

from pathlib import Path
from typing import Any

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from conversations.errors import ImportRefusedError
from conversations.models import Conversation, MoveIn, MoveInState, PromptGroup
from conversations.transfer.moving import move_in_start, move_in_survey
from conversations.transfer.running import move_in_run
from tests.conversations.transfer import dump_builder

pytestmark = pytest.mark.slow
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
    | st.binary(max_size=5)
    | st.sampled_from([dump_builder.DATE, dump_builder.OWNER, bson.Regex("x"), bson.MinKey()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("$date"), inner),
    max_leaves=6,
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_any_value_in_any_field_is_taken_or_counted(
    db: None, tmp_path: Path, draw: st.DataObject
) -> None:
    rows: dict[str, list[dict[str, Any]]] = dump_builder.collections()
    name = draw.draw(st.sampled_from([name for name, documents in rows.items() if documents]))
    row = draw.draw(st.sampled_from(rows[name]))
    row[draw.draw(st.sampled_from(list(row)))] = draw.draw(VALUES)
    path = dump_builder.archive(tmp_path / "dump", rows)
    move_in = move_in_survey(path=path, user=None, filename="dump")
    done = move_in_run(move_in=move_in_start(move_in=move_in), path=path)
    assert done.state == MoveInState.DONE, done.failure
    for kind, outcomes in done.counts.items():
        assert min(outcomes.values()) >= 0, kind
    assert Conversation.objects.count() == done.counts.get("conversation", {}).get("created", 0)
    for model in (MoveIn, Conversation, PromptGroup, User):
        model.objects.all().delete()


@settings(max_examples=100, suppress_health_check=list(HealthCheck))
@given(draw=st.data())
def test_an_archive_with_broken_bytes_is_read_or_refused(
    db: None, tmp_path: Path, draw: st.DataObject
) -> None:
    content = bytearray(
        dump_builder.archive(tmp_path / "dump", dump_builder.collections()).read_bytes()
    )
    for _ in range(draw.draw(st.integers(1, 4))):
        content[draw.draw(st.integers(0, len(content) - 1))] = draw.draw(st.integers(0, 255))
    path = tmp_path / "broken"
    path.write_bytes(content[: draw.draw(st.integers(1, len(content)))])
    try:
        move_in_survey(path=path, user=None, filename="dump")
    except ImportRefusedError:
        assert not MoveIn.objects.exists()
    MoveIn.objects.all().delete()
