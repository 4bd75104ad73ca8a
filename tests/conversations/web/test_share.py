"""The page of a shared chat, and what its owner does with links."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, SharedLink
from conversations.services.shares import share_create, share_public_set
from tests.conversations.web.conftest import SignIn
from tests.factories.threads import answer_make, conversation_make, question_make


@pytest.fixture
def chat(owner: User) -> Conversation:
    conversation = conversation_make(owner, "Primes")
    question = question_make(conversation, "<b>Name</b> one.")
    answer_make(question, "**97** <script>alert(1)</script>")
    answer_make(question, "101")
    return conversation


@pytest.fixture
def link(chat: Conversation) -> SharedLink:
    return share_create(conversation=chat)


def page_of(client: Client, link: SharedLink, query: str = "") -> str:
    answer = client.get(f"/share/{link.share_id}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_visitor_reads_the_newest_branch_and_reaches_the_others(
    link: SharedLink,
    settings: Any,
) -> None:
    settings.ALLOW_SHARED_LINKS_PUBLIC = True
    html = page_of(Client(), link)
    assert "&lt;b&gt;Name&lt;/b&gt; one." in html
    assert "101" in html
    assert "2 / 2" in html
    first = link.snapshot[1]["messageId"]
    other = page_of(Client(), link, f"?leaf={first}")
    assert "<strong>97</strong>" in other
    assert "<script>alert" not in other
    assert "1 / 2" in other


def test_the_page_can_be_kept_by_caches_and_says_nothing_of_the_visitor(
    link: SharedLink,
    settings: Any,
) -> None:
    settings.ALLOW_SHARED_LINKS_PUBLIC = True
    answer = Client().get(f"/share/{link.share_id}")
    assert "max-age=60" in answer["Cache-Control"]
    assert not answer.cookies
    assert "csrf" not in answer.content.decode().lower()
    again = Client().get(f"/share/{link.share_id}", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    SharedLink.objects.update(revision=2)
    changed = Client().get(f"/share/{link.share_id}", headers={"If-None-Match": answer["ETag"]})
    assert changed.status_code == 200


def test_signed_out_visitors_are_asked_to_sign_in_where_the_operator_keeps_links_inside(
    link: SharedLink,
) -> None:
    for share_id in (link.share_id, "unknown"):
        answer = Client().get(f"/share/{share_id}")
        assert (answer.status_code, answer["Location"]) == (302, f"/login?next=/share/{share_id}")


def test_a_signed_in_visitor_continues_the_branch_they_saw(
    link: SharedLink, stranger: User, sign_in: SignIn
) -> None:
    client = sign_in(stranger)
    answer = client.post(f"/share/{link.share_id}/fork", {"index": "1"})
    [copy] = Conversation.objects.visible_to(stranger)
    assert answer["Location"] == f"/c/{copy.conversation_id}"
    assert copy.messages.count() == 2


def test_an_owner_makes_updates_and_deletes_the_link(
    owner: User, chat: Conversation, sign_in: SignIn
) -> None:
    client = sign_in(owner)
    path = f"/c/{chat.conversation_id}/share"
    assert "Create a link" in client.get(path).content.decode()
    chosen = {"scope": "tree", "audience": "named", "days": "7"}
    assert client.post(path, chosen).status_code == 302
    link = SharedLink.objects.get()
    assert link.expired_at is not None
    html = client.get(path).content.decode()
    assert f"/share/{link.share_id}" in html
    assert "Only you and people you name" in html
    client.post(path, {**chosen, "audience": "public", "days": "0"})
    assert SharedLink.objects.filter(revision=2, expired_at=None).exists()
    listed = client.get("/shared-links").content.decode()
    assert "Primes" in listed
    gone = client.post(f"/shared-links/{link.share_id}/delete", follow=True)
    assert "Create a link" in gone.content.decode()
    assert not SharedLink.objects.exists()


def test_a_wrong_choice_changes_nothing(owner: User, chat: Conversation, sign_in: SignIn) -> None:
    answer = sign_in(owner).post(
        f"/c/{chat.conversation_id}/share",
        {"scope": "everything", "audience": "public", "days": "3"},
    )
    assert answer.status_code == 400
    assert not SharedLink.objects.exists()


def test_others_reach_neither_the_settings_of_a_link_nor_its_deletion(
    link: SharedLink, chat: Conversation, stranger: User, sign_in: SignIn
) -> None:
    client = sign_in(stranger)
    assert client.get(f"/c/{chat.conversation_id}/share").status_code == 404
    assert client.post(f"/shared-links/{link.share_id}/delete").status_code == 404
    assert SharedLink.objects.filter(pk=link.pk).exists()


def test_a_private_link_is_not_found_by_others(
    link: SharedLink, stranger: User, sign_in: SignIn
) -> None:
    share_public_set(link=link, is_public=False)
    assert sign_in(stranger).get(f"/share/{link.share_id}").status_code == 404
