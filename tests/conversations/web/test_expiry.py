"""What the pages say about the end of a chat, and the form that changes it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation
from librechat.kernel import yaml_config
from tests.conversations.web.conftest import text_of
from tests.factories.threads import conversation_make, turn_make

MOMENT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
FOR_ALL = {"interface": {"retentionMode": "all", "generalChatRetention": 48}}


@pytest.fixture(autouse=True)
def _at_the_moment(clock_at: Callable[[datetime], None]) -> None:
    clock_at(MOMENT)


def chat(owner: User, **fields: Any) -> str:
    conversation = conversation_make(owner, **fields)
    turn_make(conversation)
    return f"/c/{conversation.conversation_id}"


def test_the_head_says_until_when_in_the_zone_of_the_browser(
    owner: User,
    owner_client: Client,
) -> None:
    address = chat(owner, is_temporary=True, expired_at=MOMENT + timedelta(days=3))
    assert "Temporary until 23 November" in text_of(owner_client.get(address))
    owner_client.cookies["tz"] = "Europe/Berlin"
    assert "Temporary until 24 November" in text_of(owner_client.get(address))


def test_a_chat_that_stays_says_nothing(owner: User, owner_client: Client) -> None:
    assert "data-expires" not in text_of(owner_client.get(chat(owner)))


def test_where_every_chat_ends_the_start_and_the_chat_say_so(
    owner: User,
    owner_client: Client,
) -> None:
    with yaml_config.override(FOR_ALL):
        assert "Kept until 22 November" in text_of(owner_client.get("/c/new"))
        address = chat(owner, expired_at=MOMENT + timedelta(hours=20))
        assert "Kept until tomorrow, 19:30" in text_of(owner_client.get(address))
        page = text_of(owner_client.get(f"{address}/options"))
    assert "In an hour" in page
    assert "In a day" not in page
    assert "Never" not in page


def test_the_form_sets_an_end_and_takes_it_off(owner: User, owner_client: Client) -> None:
    address = chat(owner)
    answer = owner_client.post(f"{address}/expiry", {"until": "168"})
    assert (answer.status_code, answer.headers["Location"]) == (302, address)
    assert Conversation.objects.get().expired_at == MOMENT + timedelta(days=7)
    owner_client.post(f"{address}/expiry", {"until": "keep"})
    assert Conversation.objects.get().expired_at is None


@pytest.mark.parametrize("until", ["", "3", "keep", "8760"])
def test_what_is_not_offered_changes_nothing(
    owner: User,
    owner_client: Client,
    until: str,
) -> None:
    end = MOMENT + timedelta(hours=20)
    with yaml_config.override(FOR_ALL):
        address = chat(owner, expired_at=end)
        assert owner_client.post(f"{address}/expiry", {"until": until}).status_code == 400
    assert Conversation.objects.get().expired_at == end


def test_a_temporary_chat_offers_no_bookmarks_projects_or_link(
    owner: User,
    owner_client: Client,
) -> None:
    end = MOMENT + timedelta(days=30)
    address = chat(owner, is_temporary=True, expired_at=end)
    page = text_of(owner_client.get(f"{address}/options"))
    for place in ("move", "bookmarks", "share"):
        assert f'href="{address}/{place}"' not in page
    assert "Each message you send starts the time anew." in page


def test_a_stranger_changes_nothing(owner: User, stranger: User) -> None:
    address = chat(owner)
    client = Client()
    client.force_login(stranger)
    assert client.post(f"{address}/expiry", {"until": "24"}).status_code == 404
    assert Conversation.objects.get().expired_at is None
