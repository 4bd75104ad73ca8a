"""The history of settings in the admin: what changed, and the way back."""

import pytest
from django.test import Client

from accounts.models import ConfigOverride, OverrideRevision, PrincipalType, User
from accounts.services.overrides import (
    EVERYBODY,
    For,
    override_activate,
    override_delete,
    override_put,
)
from tests.accounts.admin.settings_visits import browser, of, text_of
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

HISTORY = "/admin/accounts/overriderevision/"


@pytest.fixture
def desk(admin: User) -> Client:
    return of(admin)


def put(admin: User, welcome: str, whose: For = EVERYBODY) -> OverrideRevision:
    overrides = {"interface": {"customWelcome": welcome}}
    override_put(whose=whose, overrides=overrides, actor=admin)
    return newest()


def newest() -> OverrideRevision:
    found = OverrideRevision.objects.order_by("created_at", "id").last()
    assert found is not None
    return found


def way(revision: OverrideRevision, side: str = "before") -> str:
    return f"{HISTORY}{revision.pk}/bring-back/?side={side}"


def confirmed(version: int, side: str = "before") -> dict[str, str]:
    return {"confirmed": "yes", "side": side, "version": str(version)}


def test_the_list_names_receivers_and_who_did_it(desk: Client, admin: User, owner: User) -> None:
    readers = group("Readers")
    put(admin, "All")
    put(admin, "Us", For(PrincipalType.GROUP, readers.pk))
    put(admin, "You", For(PrincipalType.USER, owner.pk))
    page = text_of(desk.get(HISTORY))
    for words in ("everybody", "group Readers", "user owner@example.org", admin.email, "changed"):
        assert words in page
    page = text_of(desk.get(f"{HISTORY}?action=config.deleted"))
    assert "group Readers" not in page


def test_a_change_shows_its_lines_and_the_ways_back(desk: Client, admin: User) -> None:
    put(admin, "First")
    revision = put(admin, "<b>Second</b>")
    page = text_of(desk.get(f"{HISTORY}{revision.pk}/change/"))
    assert "<code>First</code>" in page
    assert "<code>&lt;b&gt;Second&lt;/b&gt;</code>" in page
    assert way(revision) in page
    assert way(revision, "after") in page
    reader = browser("read:configs")
    page = text_of(reader.get(f"{HISTORY}{revision.pk}/change/"))
    assert "<code>First</code>" in page
    assert "bring-back" not in page


def test_a_secret_in_the_history_is_shown_by_its_end(desk: Client, admin: User) -> None:
    block = {"baseURL": "https://a.example.com/v1", "apiKey": "sk-0123456789-wxyz"}
    override_put(whose=EVERYBODY, overrides={"endpoints": {"openAI": block}}, actor=admin)
    page = desk.get(f"{HISTORY}{newest().pk}/change/").content.decode()
    assert "•••• wxyz" in page
    assert "sk-0123456789" not in page
    assert "sealed:" not in page


def test_undo_asks_first_and_is_a_change_of_its_own(desk: Client, admin: User) -> None:
    put(admin, "First")
    revision = put(admin, "Second")
    asked = desk.get(way(revision))
    assert "<code>First</code>" in text_of(asked)
    assert ConfigOverride.objects.get().overrides["interface"] == {"customWelcome": "Second"}
    answer = desk.post(way(revision), confirmed(2), follow=True)
    assert "brought back" in text_of(answer)
    assert ConfigOverride.objects.get().overrides["interface"] == {"customWelcome": "First"}
    assert newest().action == "config.brought_back"
    assert newest().note.startswith("before 20")


def test_a_way_back_that_is_not_open_says_why(desk: Client, admin: User) -> None:
    put(admin, "First")
    revision = put(admin, "Second")
    answer = desk.post(way(revision), confirmed(1), follow=True)
    assert "Somebody else changed these settings in between" in text_of(answer)
    invalid = {**(revision.before or {}), "overrides": {"interface": {"presets": "often"}}}
    OverrideRevision.objects.filter(pk=revision.pk).update(before=invalid)
    answer = desk.post(way(revision), confirmed(2), follow=True)
    assert "is not valid any more" in text_of(answer)
    assert ConfigOverride.objects.get().overrides["interface"] == {"customWelcome": "Second"}
    assert desk.get(way(revision, "sideways")).status_code == 404
    assert desk.get(f"{HISTORY}x/bring-back/").status_code == 404


def test_a_way_back_needs_the_rights_of_what_it_changes(admin: User) -> None:
    put(admin, "First")
    revision = put(admin, "Second")
    assert browser("read:configs").get(way(revision)).status_code == 403
    one = browser("read:configs", "manage:configs:interface")
    assert one.get(way(revision)).status_code == 200
    other = browser("read:configs", "manage:configs:balance")
    assert other.post(way(revision), confirmed(2)).status_code == 403
    override_activate(row=ConfigOverride.objects.get(), is_active=False, actor=admin)
    assert one.post(way(newest()), confirmed(3)).status_code == 403
    override_delete(row=ConfigOverride.objects.get(), actor=admin)
    assert one.post(way(newest()), confirmed(0)).status_code == 403
    assert not ConfigOverride.objects.exists()
