"""The admin's pages about conversations."""

import pytest
from django.apps import apps
from django.test import Client

from accounts.models import AuditEvent, User
from conversations.models import DeletedItem, SharedLink
from tests.factories.rows import row_make
from tests.factories.threads import conversation_make, generation_make, turn_make

NAMES = {
    "project": "name",
    "preset": "title",
    "tag": "tag",
    "sharedlink": "title",
    "deleteditem": "title",
}
SECRET = "Name one prime above 90."


@pytest.mark.parametrize("model", ["conversation", "message", "generation"])
def test_lists_and_rows_show_no_text_and_cannot_be_changed(
    client: Client,
    admin: User,
    owner: User,
    model: str,
) -> None:
    conversation = conversation_make(owner, title="About my illness")
    question, reply = turn_make(conversation)
    rows = {
        "conversation": conversation.pk,
        "message": question.pk,
        "generation": generation_make(reply).pk,
    }
    client.force_login(admin)
    listed = client.get(f"/admin/conversations/{model}/?q={owner.email}")
    shown = client.get(f"/admin/conversations/{model}/{rows[model]}/change/")
    assert (listed.status_code, shown.status_code) == (200, 200)
    assert "About my illness" not in listed.content.decode()
    for page in (listed, shown):
        assert SECRET not in page.content.decode()
    added = client.get(f"/admin/conversations/{model}/add/")
    deleted = client.post(f"/admin/conversations/{model}/{rows[model]}/delete/")
    assert (added.status_code, deleted.status_code) == (403, 403)


def test_who_is_no_admin_is_sent_to_sign_in(client: Client, owner: User) -> None:
    client.force_login(owner)
    response = client.get("/admin/conversations/conversation/")
    assert response.status_code == 302


def test_share_links_are_revoked_in_bulk_and_on_record(
    client: Client,
    admin: User,
    owner: User,
) -> None:
    links = [
        SharedLink.objects.create(user=owner, conversation=conversation_make(owner), title="T")
        for _ in range(2)
    ]
    client.force_login(admin)
    address = "/admin/conversations/sharedlink/"
    body = {"action": "revoke", "_selected_action": [link.pk for link in links]}
    asked = client.post(address, body)
    assert b'name="confirmed"' in asked.content
    assert SharedLink.objects.count() == 2
    client.post(address, {**body, "confirmed": "yes"})
    assert SharedLink.objects.count() == 0
    assert DeletedItem.objects.filter(user=owner, kind="shared_link").count() == 2
    revoked = AuditEvent.objects.filter(action="share.revoked")
    assert {event.target_id for event in revoked} == {link.share_id for link in links}


@pytest.mark.parametrize("model", sorted(NAMES))
def test_names_that_people_gave_are_not_shown(
    client: Client,
    admin: User,
    owner: User,
    model: str,
) -> None:
    row = row_make(
        apps.get_model("conversations", model), "", user=owner, **{NAMES[model]: "my illness"}
    )
    client.force_login(admin)
    for page in ("", f"{row.pk}/change/"):
        answer = client.get(f"/admin/conversations/{model}/{page}")
        assert answer.status_code == 200
        assert "my illness" not in answer.content.decode()
