import json

from django.test import Client

from accounts.models import User
from conversations.models import Conversation
from tests.conversations.web.conftest import text_of
from tests.factories.threads import conversation_make

SCRIPT = {"HX-Request": "true"}


def test_rename_leads_back_to_the_chat(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    path = f"/c/{conversation.conversation_id}"
    assert owner_client.post(f"{path}/rename", {"title": "Decay <fit>"})["Location"] == path
    conversation.refresh_from_db()
    assert conversation.title == "Decay <fit>"


def test_rename_by_script_answers_with_the_row(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    path = f"/c/{conversation.conversation_id}/rename"
    html = text_of(owner_client.post(path, {"title": "Decay <fit>"}, headers=SCRIPT))
    assert html.strip().startswith("<li")
    assert "Decay &lt;fit&gt;</span>" in html


def test_an_empty_title_is_refused(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner, title="Before")
    path = f"/c/{conversation.conversation_id}/rename"
    assert owner_client.post(path, {"title": "  "}).status_code == 400
    answer = owner_client.post(path, {"title": ""}, headers=SCRIPT)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    conversation.refresh_from_db()
    assert conversation.title == "Before"


def test_a_deleted_chat_is_gone_and_can_be_taken_back(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner, title="Short lived")
    path = f"/c/{conversation.conversation_id}"
    response = owner_client.post(f"{path}/delete", follow=True)
    html = text_of(response)
    assert response.redirect_chain == [("/c/new", 302)]
    assert "Chat deleted" in html
    assert f'action="{path}/restore"' in html
    assert "Short lived" not in html
    assert owner_client.get(path).status_code == 404
    assert owner_client.post(f"{path}/restore")["Location"] == path
    assert "Short lived" in text_of(owner_client.get(path))


def test_a_script_is_told_how_to_undo(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    path = f"/c/{conversation.conversation_id}"
    response = owner_client.post(f"{path}/delete", headers=SCRIPT)
    assert response.status_code == 204
    assert json.loads(response["HX-Trigger"]) == {
        "lc:toast": {"text": "Chat deleted", "undo": f"{path}/restore"},
    }
    row = text_of(owner_client.post(f"{path}/restore", headers=SCRIPT))
    assert f'data-conversation-id="{conversation.conversation_id}"' in row


def test_an_archived_chat_leaves_the_list_but_opens(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner, title="Put away")
    path = f"/c/{conversation.conversation_id}"
    owner_client.post(f"{path}/archive")
    assert Conversation.objects.get().is_archived
    assert "Put away" not in text_of(owner_client.get("/models"))
    assert owner_client.get(path).status_code == 200
    assert "unarchive" in text_of(owner_client.get(f"{path}/options"))
    owner_client.post(f"{path}/unarchive")
    assert not Conversation.objects.get().is_archived


def test_actions_are_never_a_link(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    path = f"/c/{conversation.conversation_id}"
    for action in ("rename", "archive", "unarchive", "delete", "restore", "stop"):
        assert owner_client.get(f"{path}/{action}").status_code == 405


def test_a_form_from_elsewhere_is_refused(owner: User) -> None:
    conversation = conversation_make(owner)
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    path = f"/c/{conversation.conversation_id}"
    assert client.post(f"{path}/delete").status_code == 403
    assert client.post("/c/new", {"text": "x"}).status_code == 403
    conversation.refresh_from_db()
    assert conversation.deleted_at is None


def test_an_answer_that_was_watched_is_not_unread(
    owner_client: Client,
    owner: User,
    stranger: User,
) -> None:
    conversation = conversation_make(owner, is_unread=True)
    path = f"/c/{conversation.conversation_id}/seen"
    other = Client()
    other.force_login(stranger)
    assert other.post(path).status_code == 404
    assert Conversation.objects.get().is_unread
    assert owner_client.post(path).status_code == 204
    assert not Conversation.objects.get().is_unread
