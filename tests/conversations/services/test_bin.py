"""The bin itself: putting, taking back, its time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils.module_loading import import_string

from accounts.models import User
from conversations.models import DeletedItem
from conversations.services.bin import RESTORERS, bin_put, bin_restore, rows_kept, rows_put_back
from librechat.kernel.errors import ConflictError, NotFoundError
from tests.factories.threads import bookmark, conversation_make

MOMENT = datetime(2026, 11, 20, 9, 0, 0, 123_456, tzinfo=UTC)


@pytest.mark.parametrize("kind", sorted(RESTORERS))
def test_every_restorer_exists_for_a_kind_there_is(kind: str) -> None:
    assert kind in DeletedItem.Kind.values
    assert callable(import_string(RESTORERS[kind]))


def test_what_has_no_way_back_stays_in_the_bin(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(RESTORERS, "tag", raising=False)
    item = bin_put(user=owner, kind="tag", source_id="x", title="T" * 2_000, content={})
    assert item.title == "T" * 1_024
    with pytest.raises(ConflictError):
        bin_restore(user=owner, item_id=item.id)
    assert DeletedItem.objects.filter(id=item.id).exists()


def test_its_time_is_over_before_the_chore_came(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    item = bin_put(user=owner, kind="tag", source_id="x", title="T", content={})
    clock_at(MOMENT + timedelta(days=30))
    with pytest.raises(NotFoundError):
        bin_restore(user=owner, item_id=item.id)


def test_rows_come_back_to_the_microsecond_with_their_links(
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(MOMENT)
    conversation = bookmark(conversation_make(owner, parameters={"temperature": 0.5}), "Saved")
    before = type(conversation).objects.filter(pk=conversation.pk).values().get()
    item = bin_put(
        user=owner,
        kind="tag",
        source_id="x",
        title="",
        content={"rows": rows_kept([conversation])},
    )
    conversation.delete()
    kept = DeletedItem.objects.get(id=item.id).content["rows"]
    kept[0]["fields"]["a_column_of_an_earlier_version"] = 1
    rows_put_back(kept)
    [after] = type(conversation).objects.all()
    assert type(conversation).objects.values().get() == before
    assert after.created_at == MOMENT
    assert [tag.tag for tag in after.tags.all()] == ["Saved"]
