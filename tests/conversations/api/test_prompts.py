"""The prompt routes of api.md, as their owner and whoever lists them see them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.limits.counters import limit_check
from accounts.models import AclEntry, PrincipalType, User
from conversations.models import DeletedItem, Prompt, PromptGroup
from conversations.models.prompt import RESOURCE
from tests.factories.people import sign_in
from tests.factories.prompts import prompt_make, shared, versions_of
from tests.factories.rights import entry

GROUP_FIELDS = [
    "_id",
    "name",
    "numberOfGenerations",
    "oneliner",
    "category",
    "command",
    "productionId",
    "productionPrompt",
    "author",
    "authorName",
    "isPublic",
    "createdAt",
    "updatedAt",
]
PROMPT_FIELDS = [
    "_id",
    "groupId",
    "author",
    "prompt",
    "type",
    "labels",
    "createdAt",
    "updatedAt",
]
NEW = {
    "prompt": {"type": "text", "prompt": "Write a {{tone:kind|firm}} letter."},
    "group": {"name": "Letter", "category": "write", "oneliner": "For mail", "command": "letter"},
}


def signed_in(user: User) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(user).access_token}")
    return client


@pytest.fixture
def client(owner: User) -> APIClient:
    return signed_in(owner)


def test_a_prompt_is_made_with_its_first_version_in_production(
    client: APIClient,
    owner: User,
) -> None:
    answer = client.post("/api/prompts", NEW)
    assert answer.status_code == 200
    body = answer.json()
    assert list(body) == ["prompt", "group"]
    assert list(body["prompt"]) == PROMPT_FIELDS
    assert list(body["group"]) == GROUP_FIELDS
    group, version = body["group"], body["prompt"]
    assert (version["groupId"], version["type"]) == (group["_id"], "text")
    assert (group["productionId"], group["author"]) == (version["_id"], owner.pk)
    assert group["productionPrompt"] == {"prompt": NEW["prompt"]["prompt"]}
    assert (group["authorName"], group["numberOfGenerations"]) == ("Owner", 0)
    assert client.get(f"/api/prompts/groups/{group['_id']}").json() == group


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prompt": NEW["prompt"]},
        {"group": NEW["group"]},
        {**NEW, "prompt": {"type": "text", "prompt": ""}},
        {**NEW, "prompt": {"type": "text", "prompt": 5}},
        {**NEW, "prompt": {"type": "song", "prompt": "La"}},
        {**NEW, "prompt": "Text"},
        {**NEW, "group": {"name": ""}},
        {**NEW, "group": {"name": " "}},
        {**NEW, "group": {"name": "A", "command": "No Spaces"}},
        {**NEW, "group": {"name": "A", "oneliner": "x" * 257}},
        {**NEW, "group": ["A"]},
    ],
)
def test_a_senseless_prompt_is_refused(client: APIClient, body: dict[str, Any]) -> None:
    answer = client.post("/api/prompts", body)
    assert (answer.status_code, list(answer.json())) == (400, ["error", "message"])
    assert PromptGroup.objects.count() == Prompt.objects.count() == 0


def test_the_list_has_librechats_shape(client: APIClient, owner: User) -> None:
    group = prompt_make(owner)
    answer = client.get("/api/prompts/groups", {"limit": "10"}).json()
    assert {name: value for name, value in answer.items() if name != "promptGroups"} == {
        "pageNumber": "1",
        "pageSize": "10",
        "pages": "1",
        "has_more": False,
        "after": None,
    }
    [row] = answer["promptGroups"]
    assert (list(row), row["_id"]) == (GROUP_FIELDS, group.pk)


def test_without_a_limit_the_list_has_ten(client: APIClient, owner: User) -> None:
    for number in range(11):
        prompt_make(owner, f"Prompt {number}")
    answer = client.get("/api/prompts/groups").json()
    assert (len(answer["promptGroups"]), answer["has_more"]) == (10, True)
    assert client.get("/api/prompts/groups", {"pageSize": "3"}).json()["pageSize"] == "3"


def test_pages_follow_the_cursor_the_most_used_first(client: APIClient, owner: User) -> None:
    for number in range(5):
        prompt_make(owner, f"Prompt {number}")
    PromptGroup.objects.filter(name="Prompt 1").update(number_of_generations=7)
    names: list[str] = []
    after: str | None = ""
    while after is not None:
        asked = {"limit": "2", "cursor": after}
        page = client.get("/api/prompts/groups", asked).json()
        names += [row["name"] for row in page["promptGroups"]]
        after = page["after"]
    assert names == ["Prompt 1", "Prompt 4", "Prompt 3", "Prompt 2", "Prompt 0"]


@pytest.mark.parametrize("cursor", ["nonsense", "e30=", "eyJ1c2VzIjoiLTEifQ=="])
def test_an_unreadable_cursor_is_the_first_page(
    client: APIClient,
    owner: User,
    cursor: str,
) -> None:
    prompt_make(owner)
    answer = client.get("/api/prompts/groups", {"cursor": cursor})
    assert (answer.status_code, len(answer.json()["promptGroups"])) == (200, 1)


def test_the_list_is_filtered(client: APIClient, owner: User, viewer: User) -> None:
    prompt_make(owner, "Letter", category="write")
    prompt_make(owner, "Bug report", category="code", command="bug")
    prompt_make(owner, "Loose")
    theirs = prompt_make(viewer, "Shared letter")
    shared(theirs, owner)
    prompt_make(viewer, "Private letter")

    def names(**asked: str) -> list[str]:
        rows = client.get("/api/prompts/groups", {"limit": "10", **asked}).json()["promptGroups"]
        return sorted(row["name"] for row in rows)

    assert names() == ["Bug report", "Letter", "Loose", "Shared letter"]
    assert names(category="sys__all__sys") == names()
    assert names(name="LETTER") == ["Letter", "Shared letter"]
    assert names(category="code") == ["Bug report"]
    assert names(category="sys__my__prompts__sys") == ["Bug report", "Letter", "Loose"]
    assert names(category="sys__shared__prompts__sys") == ["Shared letter"]
    assert names(category="sys__no__category__sys") == ["Loose", "Shared letter"]
    assert names(category="sys__no__category__sys", name="loo") == ["Loose"]
    assert names(category="nothing") == []


def test_the_list_costs_the_same_queries_however_long(
    client: APIClient,
    owner: User,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(12):
        prompt_make(owner, f"Prompt {number}")
    client.get("/api/prompts/groups")
    with django_assert_max_num_queries(3):  # who asks, their role, and the page
        assert len(client.get("/api/prompts/groups").json()["promptGroups"]) == 10
    with django_assert_max_num_queries(3):
        assert len(client.get("/api/prompts/all").json()) == 12


def test_what_everybody_sees_is_flagged(client: APIClient, owner: User) -> None:
    group = prompt_make(owner)
    assert client.get("/api/prompts/all").json()[0]["isPublic"] is False
    entry(RESOURCE, group.pk, PrincipalType.PUBLIC, "")
    [row] = client.get("/api/prompts/all", {"name": "letter"}).json()
    assert row["isPublic"] is True


def test_random_prompts_are_some_of_mine(client: APIClient, owner: User, viewer: User) -> None:
    mine = {prompt_make(owner, f"Prompt {number}").pk for number in range(4)}
    prompt_make(viewer)
    rows = client.get("/api/prompts/random", {"limit": "3", "skip": "0"}).json()["prompts"]
    assert len({row["_id"] for row in rows} & mine) == 3
    assert client.get("/api/prompts/random", {"skip": "4"}).json() == {"prompts": []}
    assert len(client.get("/api/prompts/random", {"skip": "-1"}).json()["prompts"]) == 4


def test_categories_carry_keys_to_translate(client: APIClient) -> None:
    answer = client.get("/api/categories").json()
    assert answer[2] == {"label": "com_ui_teach_or_explain", "value": "teach_or_explain"}
    assert len(answer) == 9


def test_a_prompt_is_described_anew(client: APIClient, owner: User) -> None:
    group = prompt_make(owner, command="old", category="code")
    path = f"/api/prompts/groups/{group.pk}"
    body = {"name": "New", "command": None, "category": "", "numberOfGenerations": 99}
    answer = client.patch(path, body)
    shown = answer.json()
    assert (answer.status_code, list(shown)) == (200, GROUP_FIELDS)
    assert (shown["name"], shown["command"], shown["category"]) == ("New", "old", "")
    assert shown["numberOfGenerations"] == 0
    assert client.patch(path, {"name": ""}).status_code == 400
    assert client.patch(path, {"command": "No!"}).status_code == 400
    group.refresh_from_db()
    assert (group.name, group.command) == ("New", "old")


def test_versions_are_added_listed_and_put_into_production(
    client: APIClient,
    owner: User,
) -> None:
    group = prompt_make(owner, "A", "First")
    path = f"/api/prompts/groups/{group.pk}/prompts"
    answer = client.post(path, {"prompt": {"type": "chat", "prompt": "Second"}})
    assert (answer.status_code, list(answer.json())) == (200, ["prompt"])
    second = answer.json()["prompt"]
    assert (second["prompt"], second["type"], list(second)) == ("Second", "chat", PROMPT_FIELDS)
    rows = client.get("/api/prompts", {"groupId": group.pk}).json()
    assert [row["prompt"] for row in rows] == ["Second", "First"]
    assert client.get(f"/api/prompts/{second['_id']}").json() == {"prompt": second}
    made = client.patch(f"/api/prompts/{second['_id']}/tags/production")
    assert made.json() == {"message": "Prompt production made successfully"}
    shown = client.get(f"/api/prompts/groups/{group.pk}").json()
    assert shown["productionPrompt"] == {"prompt": "Second"}


def test_without_a_group_the_versions_are_my_own(
    client: APIClient,
    owner: User,
    viewer: User,
) -> None:
    prompt_make(owner, "A", "One", "Two")
    shared(prompt_make(viewer), owner)
    assert [row["prompt"] for row in client.get("/api/prompts").json()] == ["Two", "One"]


def test_labels_are_replaced(client: APIClient, owner: User) -> None:
    [version] = versions_of(prompt_make(owner))
    path = f"/api/prompts/{version.pk}/labels"
    answer = client.patch(path, {"labels": ["good"]})
    assert answer.json() == {"message": "Prompt labels updated successfully"}
    for wrong in ({}, {"labels": "good"}, {"labels": [""]}, {"labels": ["x" * 65]}):
        assert client.patch(path, wrong).status_code == 400
    version.refresh_from_db()
    assert version.labels == ["good"]


def test_uses_are_counted_up_to_the_limit(client: APIClient, owner: User) -> None:
    group = prompt_make(owner)
    path = f"/api/prompts/groups/{group.pk}/use"
    assert client.post(path).json() == {"numberOfGenerations": 1}
    assert client.post(path).json() == {"numberOfGenerations": 2}
    for _ in range(28):  # of other prompts
        limit_check("prompt_usage", user=owner)
    answer = client.post(path)
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    group.refresh_from_db()
    assert group.number_of_generations == 2


def test_deleting_the_last_version_names_the_group(client: APIClient, owner: User) -> None:
    group = prompt_make(owner, "A", "One", "Two")
    one, two = versions_of(group)
    answer = client.delete(f"/api/prompts/{one.pk}?groupId={group.pk}")
    assert answer.json() == {"prompt": "Prompt deleted successfully"}
    assert client.get(f"/api/prompts/groups/{group.pk}").json()["productionId"] == two.pk
    answer = client.delete(f"/api/prompts/{two.pk}?groupId={group.pk}")
    assert answer.json() == {
        "prompt": "Prompt deleted successfully",
        "promptGroup": {"message": "Prompt group deleted successfully", "id": group.pk},
    }
    assert PromptGroup.objects.count() == AclEntry.objects.count() == 0


def test_a_deleted_prompt_is_in_the_bin(client: APIClient, owner: User) -> None:
    group = prompt_make(owner)
    answer = client.delete(f"/api/prompts/groups/{group.pk}")
    assert answer.json() == {"message": "Prompt group deleted successfully"}
    assert DeletedItem.objects.get().source_id == group.pk
    assert client.get(f"/api/prompts/groups/{group.pk}").status_code == 403
