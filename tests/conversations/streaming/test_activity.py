"""Rows that other tabs are sent speak the language of their person."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import User
from accounts.services.profile import preference_set
from conversations.services import changes
from conversations.services.changes import Change
from conversations.services.purging import conversations_purge
from conversations.streaming import activity
from tests.factories.threads import conversation_make, generation_make, turn_make

MOMENT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """The languages in which rows are rendered."""
    heard: list[str | None] = []

    def listen(template: str, context: dict[str, object]) -> str:
        heard.append(translation.get_language())
        return render_to_string(template, context)

    monkeypatch.setattr("conversations.streaming.activity.render_to_string", listen)
    return heard


@pytest.mark.parametrize(
    ("chosen", "asked", "expected"),
    [("de", "fr", "de"), ("", "fr", "fr"), ("", "", "en")],
)
def test_a_row_speaks_as_its_person_chose_else_as_the_chat_was_asked(
    owner: User,
    spoken: list[str | None],
    chosen: str,
    asked: str,
    expected: str,
) -> None:
    preference_set(user=owner, name="language", value=chosen)
    conversation = conversation_make(owner, "Primes", is_unread=True)
    generation_make(turn_make(conversation)[1], "done", request={"language": asked})
    change = Change(owner.id, conversation.conversation_id, "upsert")
    with translation.override("en"):
        frame = activity.frame_of(change)
        assert translation.get_language() == "en"
    assert spoken == [expected]
    assert "data-unread" in frame["html"]


def test_the_follow_ups_speak_it_too(owner: User, spoken: list[str | None]) -> None:
    preference_set(user=owner, name="language", value="de")
    conversation = conversation_make(owner)
    activity.frame_of(Change(owner.id, conversation.conversation_id, "queue"))
    assert spoken == ["de"]


def test_a_chat_that_is_purged_leaves_the_lists_that_are_open(
    owner: User,
    clock_at: Callable[[datetime], None],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    clock_at(MOMENT)
    heard: list[Change] = []
    monkeypatch.setattr(changes, "_listeners", [heard.append])
    conversation = conversation_make(owner, expired_at=MOMENT)
    with django_capture_on_commit_callbacks(execute=True):
        conversations_purge()
    assert heard == [Change(owner.id, conversation.conversation_id, "remove")]
