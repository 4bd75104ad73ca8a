"""Who may do what with a prompt: owner, editor, viewer, stranger, administrator, roles."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import AclEntry, PrincipalType, User
from conversations.models import Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from tests.conversations.api.test_prompts import NEW, signed_in
from tests.factories.people import person, role
from tests.factories.prompts import prompt_make, shared, versions_of
from tests.factories.rights import entry, grant
from tests.factories.rights import group as people_group

VERSION = {"prompt": {"type": "text", "prompt": "Changed"}}
# method, path, body, the right it needs, the role permission besides USE
ACTS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("get", "groups/{group}", {}, "view", ""),
    ("post", "groups/{group}/use", {}, "view", ""),
    ("get", "?groupId={group}", {}, "view", ""),
    ("post", "groups/{group}/prompts", VERSION, "edit", ""),
    ("patch", "groups/{group}", {"name": "Changed"}, "edit", "CREATE"),
    ("delete", "groups/{group}", {}, "delete", "CREATE"),
    ("get", "{prompt}", {}, "view", ""),
    ("patch", "{prompt}/tags/production", {}, "edit", "CREATE"),
    ("patch", "{prompt}/labels", {"labels": ["Changed"]}, "edit", "CREATE"),
    ("delete", "{prompt}", {}, "delete", "CREATE"),
]
RIGHTS = {
    "viewer": {"view"},
    "editor": {"view", "edit"},
    "owner": {"view", "edit", "delete"},
}


def act(client: APIClient, group: PromptGroup, prompt_id: str, number: int) -> Any:
    method, path, body, _right, _permission = ACTS[number]
    url = "/api/prompts/" + path.format(group=group.pk, prompt=prompt_id)
    return getattr(client, method)(url.replace("/?", "?"), body or None)


def state() -> list[Any]:
    groups = PromptGroup.objects.values_list("name", "number_of_generations", "production")
    return [*groups, *Prompt.objects.values_list("prompt", "labels")]


@pytest.fixture
def group(owner: User) -> PromptGroup:
    return prompt_make(owner, "A", "One", "Two")


@pytest.mark.parametrize("number", range(len(ACTS)))
@pytest.mark.parametrize("level", list(RIGHTS))
def test_a_level_allows_what_it_names(
    group: PromptGroup,
    viewer: User,
    number: int,
    level: str,
) -> None:
    shared(group, viewer, level)
    latest = versions_of(group)[1].pk
    before = state()
    answer = act(signed_in(viewer), group, latest, number)
    if ACTS[number][3] in RIGHTS[level]:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, list(answer.json())) == (403, ["error", "message"])
        assert state() == before


@pytest.mark.parametrize("number", range(len(ACTS)))
def test_a_stranger_learns_and_changes_nothing(
    group: PromptGroup,
    stranger: User,
    number: int,
) -> None:
    client, before = signed_in(stranger), state()
    there = act(client, group, versions_of(group)[1].pk, number)
    unknown = act(client, PromptGroup(pk="0" * 24), "0" * 24, number)
    by_group = "group" in ACTS[number][1]
    assert there.status_code == unknown.status_code == (403 if by_group else 404)
    assert there.json() == unknown.json()
    assert list(there.json()) == ["error", "message"]
    assert state() == before


def test_a_stranger_lists_nothing(group: PromptGroup, stranger: User) -> None:
    client = signed_in(stranger)
    assert client.get("/api/prompts/groups").json()["promptGroups"] == []
    assert client.get("/api/prompts/all").json() == []
    assert client.get("/api/prompts/random").json() == {"prompts": []}
    assert client.get("/api/prompts").json() == []


def test_members_of_a_group_use_a_prompt_and_change_nothing(
    group: PromptGroup,
    viewer: User,
) -> None:
    team = people_group("Team", viewer)
    entry(RESOURCE, group.pk, PrincipalType.GROUP, team.pk)
    client = signed_in(viewer)
    [row] = client.get("/api/prompts/groups").json()["promptGroups"]
    assert row["_id"] == group.pk
    assert client.post(f"/api/prompts/groups/{group.pk}/use").status_code == 200
    assert client.patch(f"/api/prompts/groups/{group.pk}", {"name": "X"}).status_code == 403
    team.memberships.all().delete()
    assert client.get("/api/prompts/groups").json()["promptGroups"] == []
    assert client.get(f"/api/prompts/groups/{group.pk}").status_code == 403


def test_who_manages_prompts_opens_every_one_but_lists_their_own(
    group: PromptGroup,
    stranger: User,
) -> None:
    grant(stranger, "manage:prompts")
    client = signed_in(stranger)
    assert client.get(f"/api/prompts/groups/{group.pk}").status_code == 200
    assert client.patch(f"/api/prompts/groups/{group.pk}", {"name": "Calm"}).status_code == 200
    assert client.get(f"/api/prompts/groups/{'0' * 24}").status_code == 404
    assert client.get("/api/prompts/groups").json()["promptGroups"] == []


LISTS = ["", "/groups", "/all", "/random"]


def test_a_role_that_may_not_use_prompts_reaches_none(group: PromptGroup) -> None:
    without = role("without", PROMPTS={"USE": False, "CREATE": True})
    somebody = person(role=without.name)
    shared(group, somebody, "owner")
    client, before = signed_in(somebody), state()
    for path in LISTS:
        answer = client.get(f"/api/prompts{path}")
        assert (answer.status_code, answer.json()["message"]) == (
            403,
            "Forbidden: Insufficient permissions",
        )
    for number in range(len(ACTS)):
        assert act(client, group, versions_of(group)[1].pk, number).status_code == 403
    assert client.post("/api/prompts", NEW).status_code == 403
    assert state() == before


def test_a_role_that_only_uses_prompts_makes_none(group: PromptGroup) -> None:
    users = role("users", PROMPTS={"USE": True})
    somebody = person(role=users.name)
    shared(group, somebody, "owner")
    client = signed_in(somebody)
    assert client.post("/api/prompts", NEW).status_code == 403
    latest = versions_of(group)[1].pk
    for number, (_method, _path, _body, _right, permission) in enumerate(ACTS):
        expected = 403 if permission else 200
        assert act(client, group, latest, number).status_code == expected
    assert PromptGroup.objects.count() == 1


def test_sharing_goes_through_the_permissions_routes(
    group: PromptGroup,
    owner: User,
    viewer: User,
) -> None:
    sharers = role("sharers", PROMPTS={"USE": True, "CREATE": True, "SHARE": True})
    User.objects.filter(pk=owner.pk).update(role=sharers.name)
    owner.refresh_from_db()
    path = f"/api/permissions/promptGroup/{group.pk}"
    body = {"updated": [{"type": "user", "id": viewer.pk, "accessRoleId": "promptGroup_viewer"}]}
    assert signed_in(owner).put(path, body).status_code == 200
    assert signed_in(viewer).get(f"/api/prompts/groups/{group.pk}").status_code == 200
    assert signed_in(viewer).put(path, body).status_code == 403
    public = {"public": True, "publicAccessRoleId": "promptGroup_viewer"}
    assert signed_in(owner).put(path, public).status_code == 403
    assert not AclEntry.objects.filter(principal_type=PrincipalType.PUBLIC).exists()
