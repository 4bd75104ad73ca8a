"""What the frame around the pages offers, by role; and settings of the chat."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client

from accounts.models import User
from conversations.services.changes import stamp_of
from conversations.services.conversations import conversation_rename
from conversations.web.forms import choices_set
from conversations.web.organise_forms import BookmarksForm
from tests.conversations.web.conftest import SignIn, text_of
from tests.factories.people import role
from tests.factories.threads import conversation_make, turn_make

OFFERED = {
    "BOOKMARKS": ('href="/bookmarks"', 'data-place="bookmarks"', 'data-select="tag"'),
    "PROMPTS": ('href="/library"',),
    "SHARED_LINKS": ('data-place="share"',),
}


@pytest.mark.parametrize("kind", list(OFFERED))
def test_a_role_without_a_right_is_not_offered_its_pages(
    kind: str,
    viewer: User,
    sign_in: SignIn,
) -> None:
    page = text_of(sign_in(viewer).get("/c/new"))
    assert all(part in page for part in OFFERED[kind])
    made = role("all-but-one", **{name: _every(name) for name in OFFERED if name != kind})
    User.objects.filter(pk=viewer.pk).update(role=made.name)
    page = text_of(sign_in(viewer).get("/c/new"))
    assert not any(part in page for part in OFFERED[kind])
    others = [part for name, parts in OFFERED.items() if name != kind for part in parts]
    assert all(part in page for part in others)


def _every(kind: str) -> dict[str, bool]:
    return {"CREATE": True} if kind == "SHARED_LINKS" else {"USE": True}


def test_every_page_says_what_the_list_was_at(
    owner: User,
    sign_in: SignIn,
    django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[object]],
) -> None:
    browser, conversation = sign_in(owner), conversation_make(owner)
    with django_capture_on_commit_callbacks(execute=True):
        conversation_rename(conversation=conversation, title="Primes")
    stamp = stamp_of(owner.pk)
    for address in ("/c/new", f"/c/{conversation.conversation_id}", "/bin"):
        assert f'data-stamp="{stamp}"' in text_of(browser.get(address))
    assert stamp


def test_the_menu_without_a_script_offers_the_same(viewer: User, sign_in: SignIn) -> None:
    chat = conversation_make(viewer)
    page = f"/c/{chat.conversation_id}/options"
    client = sign_in(viewer)
    html = text_of(client.get(page))
    for act in ("bookmarks", "share", "branches"):
        assert f'href="/c/{chat.conversation_id}/{act}"' in html
    User.objects.filter(pk=viewer.pk).update(role=role("guests").name)
    html = text_of(client.get(page))
    assert f'href="/c/{chat.conversation_id}/branches"' in html
    for act in ("bookmarks", "share"):
        assert f'href="/c/{chat.conversation_id}/{act}"' not in html


def test_where_links_are_switched_off_nobody_is_offered_one(
    owner_client: Client,
    settings: object,
) -> None:
    settings.ALLOW_SHARED_LINKS = False  # type: ignore[attr-defined] # pytest-django's fixture
    assert 'data-place="share"' not in text_of(owner_client.get("/c/new"))


def test_enter_while_an_answer_is_written_is_a_setting(owner: User, owner_client: Client) -> None:
    chat = conversation_make(owner)
    turn_make(chat)
    page = f"/c/{chat.conversation_id}"
    assert "data-steers" not in text_of(owner_client.get(page))
    answer = owner_client.post("/settings/chat", {"enter_while_running": "steer"})
    assert answer["Location"] == "/settings/chat"
    html = text_of(owner_client.get(page))
    assert "data-steers" in html
    assert 'data-queue-label="Stop the answer and send"' in html
    assert 'aria-checked="true"' in text_of(owner_client.get("/settings/chat"))
    owner_client.post("/settings/chat", {"enter_while_running": "queue"})
    assert "data-steers" not in text_of(owner_client.get(page))


@pytest.mark.parametrize("chosen", ["", "both"])
def test_a_senseless_choice_changes_nothing(
    owner: User,
    owner_client: Client,
    chosen: str,
) -> None:
    answer = owner_client.post("/settings/chat", {"enter_while_running": chosen})
    assert answer.status_code == 400
    owner.refresh_from_db()
    assert "enter_while_running" not in owner.preferences


def test_the_setting_is_found_by_search(owner_client: Client) -> None:
    html = text_of(owner_client.get("/settings/search", {"q": "steer"}))
    assert "/settings/chat#enter-heading" in html


def test_only_a_field_of_choices_gets_choices(owner: User) -> None:
    form = BookmarksForm(owner)
    with pytest.raises(TypeError, match="name is not a field of choices"):
        choices_set(form, "name", [("a", "A")])
