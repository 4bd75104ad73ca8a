"""Naming who may open a share link."""

import pytest
from django.test import Client

from accounts.models import AclEntry, PrincipalType, User
from conversations.models import Conversation, SharedLink
from conversations.services.shares import share_create, share_public_set
from tests.conversations.web.conftest import SignIn, inline_code, text_of
from tests.factories.people import role
from tests.factories.rights import group as people_group
from tests.factories.threads import conversation_make, turn_make

LINKS = {"CREATE": True, "SHARE": True}
PICKER = {"VIEW_USERS": True, "VIEW_GROUPS": True, "VIEW_ROLES": True}


@pytest.fixture
def link(owner: User) -> SharedLink:
    """A link that only its owner can open."""
    made = role("sharers", SHARED_LINKS=LINKS, PEOPLE_PICKER=PICKER)
    User.objects.filter(pk=owner.pk).update(role=made.name)
    owner.refresh_from_db()
    chat = conversation_make(owner)
    turn_make(chat)
    return share_create(conversation=chat)


@pytest.fixture
def path(link: SharedLink) -> str:
    return f"/c/{link.conversation.conversation_id}/share"


@pytest.fixture
def client(link: SharedLink, sign_in: SignIn) -> Client:
    return sign_in(link.user)


def give(kind: str, receiver: str, **fields: str) -> dict[str, str]:
    return {"kind": kind, "id": receiver, "role": "sharedLink_viewer", "act": "give", **fields}


def test_a_person_is_found_named_and_removed(
    client: Client,
    path: str,
    link: SharedLink,
    viewer: User,
    sign_in: SignIn,
) -> None:
    visitor = sign_in(viewer)
    assert visitor.get(f"/share/{link.share_id}").status_code == 404
    html = text_of(client.get(path, {"q": "viewer@"}))
    assert f'data-receiver="user:{viewer.pk}"' in html
    assert f'action="{path}/people"' in html
    assert inline_code(html) == []
    assert client.post(f"{path}/people", give("user", viewer.pk))["Location"] == path
    assert visitor.get(f"/share/{link.share_id}").status_code == 200
    assert "viewer@example.org" in text_of(client.get(path))
    client.post(f"{path}/people", give("user", viewer.pk, act="take"))
    assert visitor.get(f"/share/{link.share_id}").status_code == 404


def test_groups_and_roles_are_named(
    client: Client,
    path: str,
    viewer: User,
    stranger: User,
) -> None:
    team = people_group("Team", viewer)
    assert f'data-receiver="group:{team.pk}"' in text_of(client.get(path, {"q": "team"}))
    client.post(f"{path}/people", give("group", team.pk))
    assert SharedLink.objects.visible_to(viewer).exists()
    assert not SharedLink.objects.visible_to(stranger).exists()
    client.post(f"{path}/people", give("role", stranger.role))
    assert SharedLink.objects.visible_to(stranger).exists()


def test_the_owner_is_shown_and_cannot_be_changed(
    client: Client,
    path: str,
    link: SharedLink,
) -> None:
    html = text_of(client.get(path))
    part = html.partition(f'data-receiver="user:{link.user.pk}"')[2].partition("</form>")[0]
    assert "Owner" in part
    assert "<button" not in part
    answer = client.post(f"{path}/people", give("user", link.user.pk, act="take"))
    assert answer.status_code == 403
    assert SharedLink.objects.visible_to(link.user).exists()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        give("user", "nobody"),
        give("planet", "x"),
        give("user", "x", role="sharedLink_owner"),
        give("user", "x", role="promptGroup_viewer"),
    ],
)
def test_senseless_naming_is_refused(client: Client, path: str, fields: dict[str, str]) -> None:
    before = AclEntry.objects.count()
    assert client.post(f"{path}/people", fields).status_code == 400
    assert AclEntry.objects.count() == before


def test_a_role_that_may_not_share_names_nobody(
    client: Client,
    path: str,
    link: SharedLink,
    viewer: User,
) -> None:
    made = role("makers", SHARED_LINKS={"CREATE": True}, PEOPLE_PICKER=PICKER)
    User.objects.filter(pk=link.user.pk).update(role=made.name)
    assert "Add people, groups or roles" not in text_of(client.get(path))
    assert client.post(f"{path}/people", give("user", viewer.pk)).status_code == 403
    assert not SharedLink.objects.visible_to(viewer).exists()


def test_who_may_not_search_sees_who_has_access_only(
    client: Client,
    path: str,
    link: SharedLink,
    viewer: User,
) -> None:
    made = role("blind", SHARED_LINKS=LINKS)
    User.objects.filter(pk=link.user.pk).update(role=made.name)
    html = text_of(client.get(path, {"q": "viewer"}))
    assert "Your role may not search for people." in html
    assert viewer.email not in html
    assert "Who has access" in html


def test_a_link_for_everybody_says_that_names_do_not_matter_yet(
    client: Client,
    path: str,
    link: SharedLink,
) -> None:
    words = "Everybody can open the link now."
    assert words not in text_of(client.get(path))
    made = role("publishers", SHARED_LINKS={**LINKS, "SHARE_PUBLIC": True})
    User.objects.filter(pk=link.user.pk).update(role=made.name)
    link.user.refresh_from_db()
    share_public_set(link=link, is_public=True)
    assert words in text_of(client.get(path))
    assert AclEntry.objects.filter(principal_type=PrincipalType.PUBLIC).count() == 1


def test_a_chat_without_a_link_names_nobody(client: Client, link: SharedLink, viewer: User) -> None:
    chat: Conversation = conversation_make(link.user)
    path = f"/c/{chat.conversation_id}/share"
    assert "Add people, groups or roles" not in text_of(client.get(path))
    assert client.post(f"{path}/people", give("user", viewer.pk)).status_code == 404
    assert not AclEntry.objects.filter(principal_id=viewer.pk).exists()


def test_a_stranger_names_nobody(path: str, stranger: User, sign_in: SignIn) -> None:
    answer = sign_in(stranger).post(f"{path}/people", give("user", stranger.pk))
    assert answer.status_code == 404
    assert not AclEntry.objects.filter(principal_id=stranger.pk).exists()
