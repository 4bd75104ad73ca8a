"""The page on which people see who read their conversations."""

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation
from conversations.services.reading import reading_open
from librechat.kernel import clock
from tests.factories.rights import grant
from tests.factories.threads import conversation_make

pytestmark = pytest.mark.django_db

PAGE = "/settings/privacy"
REASON = "Asked by the owner to look into a fault."


@pytest.fixture
def reader(admin: User) -> User:
    """Return an administrator who was given the capability."""
    grant(admin, "read:conversation_content")
    return admin


@pytest.fixture
def mine(client: Client, owner: User) -> Client:
    """Return a browser in which ``owner`` is signed in."""
    client.force_login(owner)
    return client


def shown(client: Client, query: str = "") -> str:
    answer = client.get(f"{PAGE}{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_people_see_who_read_which_conversation_when_and_why(
    mine: Client,
    reader: User,
    owner: User,
) -> None:
    conversation = conversation_make(owner, title="About my illness")
    reading_open(actor=reader, conversation=conversation, reason=REASON)
    html = shown(mine)
    assert reader.email in html
    assert REASON in html
    assert "About my illness" in html
    assert f"/c/{conversation.conversation_id}" in html


def test_a_conversation_that_is_gone_is_still_told_about(
    mine: Client,
    reader: User,
    owner: User,
) -> None:
    conversation = conversation_make(owner, title="About my illness")
    reading_open(actor=reader, conversation=conversation, reason=REASON)
    Conversation.objects.filter(pk=conversation.pk).update(deleted_at=clock.now())
    html = shown(mine)
    assert "A conversation that is no longer there" in html
    assert "About my illness" not in html
    assert REASON in html


def test_nobody_sees_the_readings_of_others(
    client: Client,
    reader: User,
    owner: User,
    viewer: User,
) -> None:
    reading_open(actor=reader, conversation=conversation_make(owner), reason=REASON)
    client.force_login(viewer)
    html = shown(client)
    assert REASON not in html
    assert "Nobody has read any of your conversations." in html


def test_what_the_reason_says_stays_inert(mine: Client, reader: User, owner: User) -> None:
    hostile = "<script>alert(1)</script>"
    reading_open(actor=reader, conversation=conversation_make(owner), reason=hostile)
    assert hostile not in shown(mine)


def test_a_long_list_is_paged(mine: Client, reader: User, owner: User) -> None:
    conversation = conversation_make(owner)
    for _ in range(51):
        reading_open(actor=reader, conversation=conversation, reason=REASON)
    assert "?page=2" in shown(mine)
    assert shown(mine, "?page=2").count(REASON) == 1
    assert shown(mine, "?page=x").count(REASON) == 50


def test_who_is_signed_out_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(PAGE).headers["Location"].startswith("/login")
