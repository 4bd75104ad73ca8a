"""Every page of the admin opens with its capability and with no other."""

import re

import pytest
from django.apps import apps
from django.contrib.admin import site
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.access.capabilities import ACCESS_ADMIN, BASE, implying
from accounts.admin.rights import GovernedAdmin
from accounts.models import User
from librechat.dashboard.navigation import sidebar
from tests.architecture.admin_policies import NOT_LISTED, OWN_PAGES, SITE_CAPABILITIES
from tests.factories.people import person
from tests.factories.rights import grant
from tests.factories.rows import row_make

pytestmark = pytest.mark.django_db

OURS = ("accounts", "agents", "billing", "conversations", "files")
MOST_QUERIES = 12
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
DESKS = {model._meta.label: desk for model, desk in site._registry.items()}
every_desk = pytest.mark.parametrize("label", sorted(DESKS))
# The page shows something of its own instead of rows, which its own tests look at.
NO_ROWS = {"billing.UsageHour"}
REFUSED = {403, 404, 405}


def desk_of(label: str) -> GovernedAdmin:
    desk = DESKS[label]
    assert isinstance(desk, GovernedAdmin), f"{label} is open to every administrator"
    return desk


def signed_in(*capabilities: str) -> Client:
    somebody = person()
    grant(somebody, ACCESS_ADMIN, *capabilities)
    client = Client()
    client.force_login(somebody)
    return client


def all_but(capability: str) -> list[str]:
    """Return every capability that does not include this one."""
    return sorted({*BASE} - implying(capability) - {ACCESS_ADMIN})


def address(label: str, page: str = "") -> str:
    whole = f"/admin/{label.lower().replace('.', '/')}/{page}"
    return re.sub(r"<\w+:\w+>", "x", whole)


def test_every_model_has_a_page_or_a_reason_why_not() -> None:
    ours = {model._meta.label for model in apps.get_models() if model._meta.app_label in OURS}
    assert ours - set(DESKS) == set(NOT_LISTED)


@every_desk
def test_a_desk_has_a_capability_of_its_own_search_and_filters(label: str) -> None:
    desk = desk_of(label)
    for capability in (desk.read_capability, desk.manage_capability):
        assert capability in BASE
        assert capability != ACCESS_ADMIN
    assert desk.show_full_result_count is False
    if label not in NO_ROWS:
        assert desk.search_fields, label
        assert desk.list_filter or label == "accounts.Role", label


@every_desk
def test_a_list_opens_with_its_capability_and_is_in_the_sidebar(label: str) -> None:
    desk = desk_of(label)
    client = signed_in(desk.read_capability)
    answer = client.get(address(label))
    assert answer.status_code == 200
    assert f'href="{address(label)}"' in answer.content.decode()


@every_desk
def test_a_list_is_closed_and_hidden_without_it(label: str) -> None:
    desk = desk_of(label)
    client = signed_in(*all_but(desk.read_capability))
    for page in ("", "add/", "x/change/", "x/delete/"):
        assert client.get(address(label, page)).status_code == 403, page
        assert client.post(address(label, page), {}).status_code == 403, page
    for page in OWN_PAGES.get(label, ()):
        codes = [client.get(address(label, page)).status_code]
        codes.append(client.post(address(label, page), {}).status_code)
        assert set(codes) <= REFUSED, page
        assert set(codes) != {405}, page
    assert f'href="{address(label)}"' not in client.get("/admin/").content.decode()


@every_desk
def test_who_may_only_look_gets_no_action_that_changes_something(label: str) -> None:
    desk = desk_of(label)
    looker = person()
    grant(looker, ACCESS_ADMIN, desk.read_capability)
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=looker.pk)
    allowed = desk.get_actions(request)
    if desk.manage_capability != desk.read_capability:
        assert set(allowed) <= {"export"}
        assert not desk.has_add_permission(request)
        assert not desk.has_change_permission(request)
        assert not desk.has_delete_permission(request)


@pytest.mark.parametrize("page", sorted(SITE_CAPABILITIES))
def test_a_page_of_the_site_is_closed_without_its_capability(page: str) -> None:
    capability = SITE_CAPABILITIES[page]
    client = signed_in(*all_but(capability))
    codes = {client.get(f"/admin/{page}").status_code, client.post(f"/admin/{page}").status_code}
    assert codes <= REFUSED
    assert 403 in codes
    assert f'href="/admin/{page}"' not in client.get("/admin/").content.decode()


def test_without_the_capability_to_come_in_the_others_open_nothing() -> None:
    somebody = person()
    grant(somebody, *(name for name in BASE if name != ACCESS_ADMIN))
    client = Client()
    client.force_login(somebody)
    for label in DESKS:
        answer = client.get(address(label))
        assert (answer.status_code, answer.headers["Location"][:13]) == (302, "/admin/login/")


def test_people_are_not_found_for_who_may_not_see_them() -> None:
    query = "?app_label=accounts&model_name=groupmember&field_name=user&term=a"
    assert signed_in("manage:groups").get(f"/admin/autocomplete/{query}").status_code == 403
    assert signed_in("read:users").get(f"/admin/autocomplete/{query}").status_code == 200


@pytest.mark.parametrize("label", sorted(set(DESKS) - NO_ROWS))
def test_a_list_shows_hostile_texts_inert_and_in_few_queries(label: str, admin: User) -> None:
    desk = desk_of(label)
    client = Client()
    client.force_login(admin)
    row_make(desk.model, HOSTILE)
    row = row_make(desk.model, HOSTILE)
    with CaptureQueriesContext(connection) as few:
        answer = client.get(address(label))
    assert answer.status_code == 200
    for _ in range(4):
        row_make(desk.model, HOSTILE)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(address(label))
    for page in (answer, client.get(address(label, f"{row.pk}/change/"))):
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert len(many) <= min(MOST_QUERIES, len(few) + 1), [one["sql"][:150] for one in many]


def test_the_sidebar_costs_one_query_and_knows_every_desk(admin: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = admin
    with CaptureQueriesContext(connection) as queries:
        groups = sidebar(request)
    assert len(queries) == 1
    links = {item["link"] for group in groups for item in group["items"]}
    assert {address(label) for label in DESKS} <= links
    titles = [str(group["title"]) for group in groups]
    assert titles == ["", "People", "Money", "Conversations", "Models", "Trust", "System"]
