"""The pages of the prompt library, without JavaScript."""

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Prompt, PromptGroup
from tests.conversations.web.conftest import SignIn, inline_code, text_of
from tests.factories.people import person, role
from tests.factories.prompts import prompt_make, shared, versions_of


def test_an_empty_library_says_what_it_is_for(owner_client: Client) -> None:
    html = text_of(owner_client.get("/library"))
    assert "A prompt is a text you use again" in html
    assert 'href="/library/new"' in html
    assert inline_code(html) == []


def test_the_list_is_searched_filtered_and_paged(
    owner_client: Client,
    owner: User,
    viewer: User,
) -> None:
    for number in range(21):
        prompt_make(owner, f"Mine {number:02}", category="write")
    theirs = prompt_make(viewer, "Theirs & ours", category="code")
    shared(theirs, owner)
    first = text_of(owner_client.get("/library"))
    assert first.count("library-row") == 20
    assert "Theirs &amp; ours" in first
    assert "by Viewer" in first
    more = first.partition('class="library-more"')[2].partition('href="')[2].partition('"')[0]
    second = text_of(owner_client.get(f"/library{more.replace('&amp;', '&')}"))
    assert (second.count("library-row"), "Mine 00" in second) == (2, True)
    found = text_of(owner_client.get("/library", {"q": "theirs"}))
    assert (found.count("library-row"), "Mine 05" in found) == (1, False)
    mine = text_of(owner_client.get("/library", {"show": "sys__my__prompts__sys", "q": "Mine 05"}))
    assert mine.count("library-row") == 1
    code = text_of(owner_client.get("/library", {"category": "code"}))
    assert code.count("library-row") == 1
    nothing = text_of(owner_client.get("/library", {"q": "nothing of the kind"}))
    assert "No prompt matches." in nothing
    odd = owner_client.get("/library", {"category": "unknown", "from": "x", "show": "?"})
    assert text_of(odd).count("library-row") == 20


def test_the_list_links_to_the_library_from_every_page(owner_client: Client) -> None:
    assert 'href="/library"' in text_of(owner_client.get("/c/new"))
    html = text_of(owner_client.get("/library"))
    assert 'aria-current="page"' in html.partition('href="/library"')[2][:120]


def test_a_prompt_is_made_by_a_form(owner_client: Client) -> None:
    fields = {"name": "Letter", "prompt": " Dear {{name}},\n", "command": "/letter"}
    answer = owner_client.post("/library/new", {**fields, "category": "write"}, follow=True)
    group = PromptGroup.objects.get()
    assert answer.redirect_chain == [(f"/library/{group.pk}", 302)]
    html = text_of(answer)
    assert "Prompt saved" in html
    assert '<mark class="library-variable">{{name}}</mark>' in html
    assert (group.command, group.category) == ("letter", "write")
    assert inline_code(html) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "", "prompt": "Text"},
        {"name": "A", "prompt": ""},
        {"name": "A", "prompt": "   "},
        {"name": "A", "prompt": "Text", "command": "No spaces"},
        {"name": "A", "prompt": "Text", "category": "unknown"},
        {"name": "A", "prompt": "x" * 100_001},
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    owner_client: Client,
    fields: dict[str, str],
) -> None:
    answer = owner_client.post("/library/new", fields)
    assert answer.status_code == 422
    html = text_of(answer)
    assert 'role="alert"' in html
    assert f'value="{fields["name"]}"' in html or not fields["name"]
    assert PromptGroup.objects.count() == 0


def test_versions_are_added_and_put_into_production(owner_client: Client, owner: User) -> None:
    group = prompt_make(owner, "Letter", "First text")
    page = f"/library/{group.pk}"
    owner_client.post(f"{page}/versions", {"prompt": "Second text"})
    first, second = versions_of(group)
    group.refresh_from_db()
    assert group.production == first
    html = text_of(owner_client.get(page))
    assert html.count(">Production</span>") == html.count(">Latest</span>") == 1
    owner_client.post(f"{page}/versions/{second.pk}/publish")
    group.refresh_from_db()
    assert group.production == second
    owner_client.post(f"{page}/versions", {"prompt": "Third text", "publish": "1"})
    group.refresh_from_db()
    assert group.production is not None
    assert group.production.prompt == "Third text"
    refused = owner_client.post(f"{page}/versions", {"prompt": ""})
    assert (refused.status_code, Prompt.objects.count()) == (422, 3)


def test_many_versions_come_in_pages(owner_client: Client, owner: User) -> None:
    texts = [f"Text {number:02}" for number in range(1, 12)]
    group = prompt_make(owner, "Letter", "Text 00", *texts)
    html = text_of(owner_client.get(f"/library/{group.pk}"))
    assert html.count("data-version=") == 10
    before = versions_of(group)[2].pk
    assert f'href="?before={before}#versions-heading"' in html
    older = text_of(owner_client.get(f"/library/{group.pk}", {"before": before}))
    assert older.count("data-version=") == 2
    assert ">Latest</span>" not in older
    odd = text_of(owner_client.get(f"/library/{group.pk}", {"before": "x"}))
    assert odd.count("data-version=") == 10


def test_a_deleted_version_is_taken_back(owner_client: Client, owner: User) -> None:
    group = prompt_make(owner, "Letter", "First text", "Second text")
    first, _second = versions_of(group)
    path = f"/library/{group.pk}/versions/{first.pk}/delete"
    html = text_of(owner_client.post(path, follow=True))
    assert "Version deleted" in html
    undo = html.partition('action="/library/restore/')[2].partition('"')[0]
    assert Prompt.objects.count() == 1
    assert owner_client.post(f"/library/restore/{undo}")["Location"] == f"/library/{group.pk}"
    group.refresh_from_db()
    assert group.production_id == first.pk


def test_a_deleted_prompt_is_taken_back(owner_client: Client, owner: User) -> None:
    group = prompt_make(owner, "Short lived")
    answer = owner_client.post(f"/library/{group.pk}/delete", follow=True)
    html = text_of(answer)
    assert answer.redirect_chain == [("/library", 302)]
    assert "Prompt deleted" in html
    assert "Short lived" not in html
    undo = html.partition('action="/library/restore/')[2].partition('"')[0]
    assert owner_client.post(f"/library/restore/{undo}")["Location"] == f"/library/{group.pk}"
    assert "Short lived" in text_of(owner_client.get("/library"))


def test_the_last_version_leads_back_to_the_list(owner_client: Client, owner: User) -> None:
    group = prompt_make(owner)
    [version] = versions_of(group)
    answer = owner_client.post(f"/library/{group.pk}/versions/{version.pk}/delete")
    assert answer["Location"] == "/library"
    assert PromptGroup.objects.count() == 0


def test_name_and_command_are_changed(owner_client: Client, owner: User) -> None:
    group = prompt_make(owner, category="of another client")
    page = f"/library/{group.pk}"
    assert "of another client" in text_of(owner_client.get(page))
    fields = {"name": "New name", "category": "of another client", "command": "new"}
    assert owner_client.post(f"{page}/details", fields)["Location"] == page
    group.refresh_from_db()
    assert (group.name, group.category, group.command) == (
        "New name",
        "of another client",
        "new",
    )
    refused = owner_client.post(f"{page}/details", {"name": "X", "command": "B A D"})
    assert refused.status_code == 422
    assert "Only the letters a to z" in text_of(refused)


def test_a_viewer_uses_a_prompt_and_cannot_change_it(
    owner: User,
    viewer: User,
    sign_in: SignIn,
) -> None:
    group = prompt_make(owner, "Letter", "First text", "Second text")
    shared(group, viewer)
    client, page = sign_in(viewer), f"/library/{group.pk}"
    html = text_of(client.get(page))
    assert "First text" in html
    for label in (
        "Save version",
        "Delete prompt",
        "Delete version",
        "Make production",
        "Name and command",
    ):
        assert label not in html
    assert f"{page}/share" not in html
    second = versions_of(group)[1]
    tries = {
        "details": {"name": "Mine"},
        "delete": {},
        "versions": {"prompt": "Mine"},
        f"versions/{second.pk}/publish": {},
        f"versions/{second.pk}/delete": {},
        "share": {"kind": "user", "id": viewer.pk, "role": "promptGroup_owner", "act": "give"},
    }
    for path, fields in tries.items():
        assert client.post(f"{page}/{path}", fields).status_code == 403, path
    assert client.get(f"{page}/share").status_code == 403
    group.refresh_from_db()
    assert (group.name, group.versions.count()) == ("Letter", 2)
    assert group.production != second


def test_a_version_of_another_prompt_is_not_found(owner_client: Client, owner: User) -> None:
    group, other = prompt_make(owner), prompt_make(owner)
    [version] = versions_of(other)
    path = f"/library/{group.pk}/versions/{version.pk}/delete"
    assert owner_client.post(path).status_code == 404
    assert Prompt.objects.count() == 2


@pytest.mark.django_db
def test_a_role_without_prompts_sees_no_library(sign_in: SignIn) -> None:
    without = role("without", PROMPTS={"USE": False})
    client = sign_in(person(role=without.name))
    for path in ("/library", "/library/new", "/_/prompts"):
        assert client.get(path).status_code == 403


@pytest.mark.django_db
def test_a_role_that_makes_no_prompts_has_no_button(sign_in: SignIn) -> None:
    users = role("users", PROMPTS={"USE": True})
    client = sign_in(person(role=users.name))
    assert "/library/new" not in text_of(client.get("/library"))
    assert client.post("/library/new", {"name": "A", "prompt": "B"}).status_code == 403
    assert PromptGroup.objects.count() == 0
