"""The admin's pages about conversations."""

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.threads import conversation_make, generation_make, turn_make

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
