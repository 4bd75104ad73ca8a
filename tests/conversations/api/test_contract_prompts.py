"""What LibreChat's clients rely on in ``/api/prompts`` and ``/api/categories``, key by key."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Prompt
from tests.factories.prompts import prompt_make

UNKNOWN = "0" * 24


def test_the_second_page_of_prompts_follows_after(client: APIClient, owner: User) -> None:
    for number in range(3):
        prompt_make(owner, f"Prompt {number}")
    asked = {"limit": "2", "name": "prompt", "category": "", "pageNumber": "1"}
    first = client.get("/api/prompts/groups", asked).json()
    assert list(first) == ["promptGroups", "pageNumber", "pageSize", "pages", "has_more", "after"]
    assert (first["has_more"], len(first["promptGroups"])) == (True, 2)
    rest = client.get("/api/prompts/groups", asked | {"cursor": first["after"]}).json()
    assert (rest["has_more"], rest["after"], len(rest["promptGroups"])) == (False, None, 1)


def test_a_version_that_is_none_is_refused(client: APIClient, owner: User) -> None:
    path = f"/api/prompts/groups/{prompt_make(owner).pk}/prompts"
    for body in ({}, {"prompt": "x"}, {"prompt": {"prompt": ""}}, {"prompt": {"type": "text"}}):
        answer = client.post(path, body, format="json")
        assert (answer.status_code, list(answer.json())) == (400, ["error", "message"])
    assert len(client.get("/api/prompts", {"groupId": path.split("/")[4]}).json()) == 1


def test_unknown_versions_are_a_404_in_both_keys(client: APIClient) -> None:
    answers = [
        client.get(f"/api/prompts/{UNKNOWN}"),
        client.patch(f"/api/prompts/{UNKNOWN}/tags/production", {}, format="json"),
        client.delete(f"/api/prompts/{UNKNOWN}?groupId={UNKNOWN}"),
        client.get("/api/prompts/nope"),
    ]
    assert [(one.status_code, list(one.json())) for one in answers] == [
        (404, ["error", "message"]),
    ] * 4


@pytest.mark.parametrize("path", ["", "/all", "/groups", "/random", f"/groups/{UNKNOWN}"])
@pytest.mark.django_db
def test_without_a_token_no_prompt_is_shown_or_made(path: str) -> None:
    visitor = APIClient()
    made = {"prompt": {"type": "text", "prompt": "x"}, "group": {"name": "x"}}
    answers = [
        visitor.get(f"/api/prompts{path}"),
        visitor.post("/api/prompts", made, format="json"),
        visitor.delete(f"/api/prompts/groups/{UNKNOWN}"),
        visitor.get("/api/categories"),
    ]
    assert {one.status_code for one in answers} == {401}
    assert all("message" in one.json() for one in answers)
    assert not Prompt.objects.exists()
