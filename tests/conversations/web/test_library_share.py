"""Sharing a prompt, and the slash menu."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.limits.counters import limit_check
from accounts.models import AclEntry, PrincipalType, User
from conversations.models import PromptGroup
from tests.conversations.web.conftest import SignIn, inline_code, text_of
from tests.factories.people import role
from tests.factories.prompts import prompt_make, shared
from tests.factories.rights import group as people_group

ALL = {"USE": True, "CREATE": True, "SHARE": True}
PICKER = {"VIEW_USERS": True, "VIEW_GROUPS": True, "VIEW_ROLES": True}


@pytest.fixture
def sharer(owner: User) -> User:
    made = role("sharers", PROMPTS=ALL, PEOPLE_PICKER=PICKER)
    User.objects.filter(pk=owner.pk).update(role=made.name)
    owner.refresh_from_db()
    return owner


@pytest.fixture
def prompt(sharer: User) -> PromptGroup:
    return prompt_make(sharer, "Letter")


@pytest.fixture
def client(sharer: User, sign_in: SignIn) -> Client:
    return sign_in(sharer)


def give(kind: str, receiver: str, level: str = "viewer") -> dict[str, str]:
    return {"kind": kind, "id": receiver, "role": f"promptGroup_{level}", "act": "give"}


def test_people_are_found_and_given_a_prompt(
    client: Client,
    prompt: PromptGroup,
    viewer: User,
) -> None:
    page = f"/library/{prompt.pk}/share"
    html = text_of(client.get(page, {"q": "view"}))
    assert f'data-receiver="user:{viewer.pk}"' in html
    assert inline_code(html) == []
    assert client.post(page, give("user", viewer.pk))["Location"] == page
    html = text_of(client.get(page, {"q": "view"}))
    assert "Nobody else matches." in html
    assert "viewer@example.org" in html
    assert list(PromptGroup.objects.visible_to(viewer)) == [prompt]


def test_a_level_is_changed_and_taken(client: Client, prompt: PromptGroup, viewer: User) -> None:
    page = f"/library/{prompt.pk}/share"
    client.post(page, give("user", viewer.pk))
    client.post(page, give("user", viewer.pk, "editor"))
    assert PromptGroup.objects.visible_to(viewer, "edit").exists()
    client.post(page, {"kind": "user", "id": viewer.pk, "act": "take"})
    assert not PromptGroup.objects.visible_to(viewer).exists()


def test_members_of_a_group_use_what_it_was_given(
    client: Client,
    prompt: PromptGroup,
    viewer: User,
    sign_in: SignIn,
) -> None:
    team = people_group("Team", viewer)
    page = f"/library/{prompt.pk}/share"
    assert f'data-receiver="group:{team.pk}"' in text_of(client.get(page, {"q": "team"}))
    client.post(page, give("group", team.pk))
    member = sign_in(viewer)
    assert "Letter" in text_of(member.get("/library"))
    assert f'data-prompt="{prompt.pk}"' in text_of(member.get("/_/prompts"))
    assert member.get(f"/_/prompts/{prompt.pk}").json()["text"] == "Write a letter."
    assert member.post(f"/library/{prompt.pk}/details", {"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "user", "id": "nobody", "role": "promptGroup_viewer", "act": "give"},
        {"kind": "user", "id": "", "role": "promptGroup_viewer", "act": "give"},
        {"kind": "user", "id": "x", "role": "agent_viewer", "act": "give"},
        {"kind": "planet", "id": "x", "role": "promptGroup_viewer", "act": "give"},
        {"kind": "user", "id": "x", "role": "", "act": "give"},
    ],
)
def test_senseless_sharing_is_refused(
    client: Client,
    prompt: PromptGroup,
    fields: dict[str, str],
) -> None:
    assert client.post(f"/library/{prompt.pk}/share", fields).status_code == 400
    assert AclEntry.objects.count() == 1


def test_the_only_owner_stays(client: Client, prompt: PromptGroup, sharer: User) -> None:
    fields = {"kind": "user", "id": sharer.pk, "act": "take"}
    assert client.post(f"/library/{prompt.pk}/share", fields).status_code == 409
    assert PromptGroup.objects.visible_to(sharer, "share").exists()


def test_who_gives_a_prompt_away_is_led_to_the_list(
    client: Client,
    prompt: PromptGroup,
    sharer: User,
    viewer: User,
) -> None:
    page = f"/library/{prompt.pk}/share"
    client.post(page, give("user", viewer.pk, "owner"))
    answer = client.post(page, {"kind": "user", "id": sharer.pk, "act": "take"})
    assert answer["Location"] == "/library"
    assert client.get(f"/library/{prompt.pk}").status_code == 404


def test_everybody_needs_a_permission_of_its_own(
    client: Client,
    prompt: PromptGroup,
    sharer: User,
    stranger: User,
) -> None:
    page = f"/library/{prompt.pk}/share"
    everybody = {"kind": "public", "role": "promptGroup_viewer", "act": "give"}
    assert "Let everybody use it" not in text_of(client.get(page))
    assert client.post(page, everybody).status_code == 403
    assert not PromptGroup.objects.visible_to(stranger).exists()
    made = role("publishers", PROMPTS={**ALL, "SHARE_PUBLIC": True}, PEOPLE_PICKER=PICKER)
    User.objects.filter(pk=sharer.pk).update(role=made.name)
    assert "Let everybody use it" in text_of(client.get(page))
    client.post(page, everybody)
    entry = AclEntry.objects.get(principal_type=PrincipalType.PUBLIC)
    assert (entry.principal_id, entry.bits) == ("", 1)
    assert PromptGroup.objects.visible_to(stranger).exists()
    client.post(page, {"kind": "public", "act": "take"})
    assert not PromptGroup.objects.visible_to(stranger).exists()


def test_an_owner_whose_role_does_not_share_has_no_button(
    owner_client: Client,
    owner: User,
) -> None:
    prompt = prompt_make(owner)
    assert "/share" not in text_of(owner_client.get(f"/library/{prompt.pk}"))
    assert owner_client.get(f"/library/{prompt.pk}/share").status_code == 403


def test_the_search_finds_only_what_the_role_may_see(
    client: Client,
    prompt: PromptGroup,
    sharer: User,
    viewer: User,
) -> None:
    people_group("Viewers")
    made = role("blind", PROMPTS=ALL, PEOPLE_PICKER={"VIEW_GROUPS": True})
    User.objects.filter(pk=sharer.pk).update(role=made.name)
    html = text_of(client.get(f"/library/{prompt.pk}/share", {"q": "view"}))
    assert "Viewers" in html
    assert viewer.email not in html
    made.permissions["PEOPLE_PICKER"] = {}
    made.save()
    html = text_of(client.get(f"/library/{prompt.pk}/share", {"q": "view"}))
    assert "Your role may not search for people." in html
    assert "Viewers" not in html


def test_the_menu_lists_commands_first(client: Client, sharer: User, viewer: User) -> None:
    prompt_make(sharer, "Plain")
    prompt_make(sharer, "Quick", command="quick")
    prompt_make(viewer, "Private")
    html = text_of(client.get("/_/prompts"))
    assert html.index("Quick") < html.index("Plain")
    assert "Private" not in html
    assert inline_code(html) == []


def test_special_variables_are_filled_in_and_others_are_left(
    client: Client,
    sharer: User,
    clock_at: Callable[[datetime], None],
) -> None:
    text = "\n{{current_date}} {{current_user}} {{name}}"
    prompt = prompt_make(sharer, "Daily", text)
    clock_at(datetime(2026, 11, 20, 23, 30, tzinfo=UTC))
    client.cookies["tz"] = "Europe/Berlin"
    answer = client.get(f"/_/prompts/{prompt.pk}").json()
    assert answer == {"name": "Daily", "text": "\n2026-11-21 (Saturday) Owner {{name}}"}


def test_uses_are_counted_and_limited(client: Client, prompt: PromptGroup) -> None:
    for _ in range(2):
        assert client.post(f"/_/prompts/{prompt.pk}/used").status_code == 204
    for _ in range(28):  # of other prompts
        limit_check("prompt_usage", user=prompt.author)
    assert client.post(f"/_/prompts/{prompt.pk}/used").status_code == 429
    prompt.refresh_from_db()
    assert prompt.number_of_generations == 2


def test_a_stranger_gets_no_text(prompt: PromptGroup, stranger: User, sign_in: SignIn) -> None:
    client = sign_in(stranger)
    assert client.get(f"/_/prompts/{prompt.pk}").status_code == 404
    assert client.post(f"/_/prompts/{prompt.pk}/used").status_code == 404
    shared(prompt, stranger)
    assert client.get(f"/_/prompts/{prompt.pk}").status_code == 200
