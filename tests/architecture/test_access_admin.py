"""The admin is open to administrators only: every page and every action of it."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.admin import site
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import AuditEvent, AuthSession, User
from accounts.services.api_keys import api_key_create
from tests.architecture.admin_policies import ACTIONS, MODEL_PAGES, OWN_PAGES, SITE_PAGES
from tests.architecture.visits import Visitor, is_sent_to_sign_in
from tests.factories.people import PASSWORD, person, role

pytestmark = pytest.mark.django_db

LOGIN_AND_OUT = {"login/", "logout/", "password_change/"}  # the product's own, in POLICIES
VALUES = {
    "kind": "csv",
    "name": "people",
    "object_id": "x",
    "content_type_id": "0",  # none: those of some models take only a UUID
    "view_id": "x",
}
EVERY_ACTION = [
    pytest.param(label, name, id=f"{label} {name}")
    for label, names in ACTIONS.items()
    for name in sorted(names)
]


def _below(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        name = f"{prefix}{entry.pattern}"
        if isinstance(entry, URLPattern):
            yield name
        else:
            yield from _below(entry, name)


def _found() -> set[str]:
    """Return every pattern of the admin but its catch-alls, which depend on the apps there are."""
    [ours] = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "admin/"]
    assert isinstance(ours, URLResolver)
    return {name for name in _below(ours) if not name.startswith(("^", "(?P<url>"))}


def _declared() -> set[str]:
    return {*SITE_PAGES} | {
        f"{label.lower().replace('.', '/')}/{page}"
        for label in ACTIONS
        for page in MODEL_PAGES | OWN_PAGES.get(label, frozenset())
    }


PAGES = sorted(_declared() - LOGIN_AND_OUT)


@pytest.fixture
def nobodies(admin: User, stranger: User, owner: User) -> list[Visitor]:
    """Return who has no business here: anonymous, a stranger, a suspended admin, keys."""
    keeper = person(role=role("keepers", REMOTE_AGENTS={"USE": True}).name)
    keys = [api_key_create(user=one, name="A program")[1] for one in (keeper, admin)]
    suspended = person("suspended@example.org", role="ADMIN")
    visitors = [
        Visitor(),
        Visitor.by_page(stranger),
        Visitor.by_token(admin),
        Visitor.by_page(suspended),
        *(Visitor.bearing(text) for text in keys),
    ]
    User.objects.filter(pk=suspended.pk).update(is_active=False)
    return visitors


def _path(name: str) -> str:
    return "/admin/" + re.sub(r"<\w+:(\w+)>", lambda found: VALUES[found[1]], name)


def _act(visitor: Visitor, label: str, name: str, chosen: User) -> HttpResponseBase:
    body = {
        "action": name,
        "_selected_action": [chosen.pk],
        "confirmed": "yes",
        "post": "yes",  # the confirmation of a deletion
        "reason": "None",
        "role": "ADMIN",
    }
    path = f"/admin/{label.lower().replace('.', '/')}/"
    return visitor.client.post(path, body, headers=visitor.headers)


def _state(person: User) -> tuple[dict[str, object], int]:
    return {**User.objects.values().get(pk=person.pk)}, AuditEvent.objects.count()


def test_every_page_of_the_admin_is_declared() -> None:
    assert _found() == _declared()


def test_every_action_of_the_admin_is_declared(admin: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = admin
    found = {
        model._meta.label: frozenset(desk.get_actions(request))
        for model, desk in site._registry.items()
    }
    assert found == ACTIONS


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_admin_is_open_to_administrators_only(
    name: str,
    nobodies: list[Visitor],
    admin: User,
) -> None:
    path = _path(name)
    before = AuditEvent.objects.count()
    for visitor in nobodies:
        assert is_sent_to_sign_in(visitor.client.get(path, headers=visitor.headers))
        assert is_sent_to_sign_in(visitor.client.post(path, {}, headers=visitor.headers))
    assert AuditEvent.objects.count() == before
    answer: HttpResponseBase = Visitor.by_page(admin).client.get(path)
    assert not is_sent_to_sign_in(answer)
    if isinstance(answer, StreamingHttpResponse):
        list(answer)


@pytest.mark.parametrize(("label", "name"), EVERY_ACTION)
def test_an_action_of_the_admin_is_for_administrators_only(
    label: str,
    name: str,
    nobodies: list[Visitor],
    viewer: User,
    admin: User,
) -> None:
    before = _state(viewer)
    for visitor in nobodies:
        assert is_sent_to_sign_in(_act(visitor, label, name, viewer))
    assert _state(viewer) == before
    assert not is_sent_to_sign_in(_act(Visitor.by_page(admin), label, name, viewer))


def test_who_leaves_by_the_admin_is_signed_out_for_good(admin: User) -> None:
    visitor = Visitor.by_page(admin)
    assert AuthSession.objects.alive().filter(user=admin).count() == 1
    assert is_sent_to_sign_in(visitor.client.post("/admin/logout/"))
    assert not AuthSession.objects.alive().filter(user=admin).exists()


def test_the_admin_changes_no_password_by_itself(admin: User) -> None:
    visitor = Visitor.by_page(admin)
    body = {"old_password": PASSWORD, "new_password1": "x9-horse", "new_password2": "x9-horse"}
    answer = visitor.client.post("/admin/password_change/", body)
    assert answer.headers["Location"] == "/settings/security"
    admin.refresh_from_db()
    assert admin.check_password(PASSWORD)
