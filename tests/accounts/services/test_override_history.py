"""The history of overrides: every way to change them is in it, and leads back."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from accounts.access.override_secrets import opened
from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.errors import InvalidOverrideError
from accounts.models import AuditEvent, ConfigOverride, OverrideRevision, PrincipalType, User
from accounts.services.override_undo import override_bring_back
from accounts.services.overrides import (
    For,
    Proposal,
    override_activate,
    override_bury,
    override_delete,
    override_patch,
    override_put,
    override_replace,
    override_unset,
    overrides_reseal,
)
from librechat.kernel.errors import ConflictError, NotFoundError
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

USERS = For(PrincipalType.ROLE, "USER")
HELLO = {"interface": {"customWelcome": "Hello"}}
KEYED = {"endpoints": {"openAI": {"baseURL": "https://a.example.com/v1", "apiKey": "sk-secret-1"}}}
Act = Callable[[ConfigOverride, User], object]


def put(admin: User, overrides: object) -> ConfigOverride:
    return override_put(whose=USERS, overrides=overrides, actor=admin)[0]


def newest() -> OverrideRevision:
    found = OverrideRevision.objects.order_by("created_at", "id").last()
    assert found is not None
    return found


def version() -> int:
    return ConfigOverride.objects.values_list("version", flat=True).first() or 0


@pytest.mark.parametrize(
    ("act", "action", "sections"),
    [
        (lambda _row, by: put(by, {"balance": {"enabled": True}}), "config.replaced",
         ["balance", "interface"]),
        (lambda _row, by: override_replace(
            whose=USERS, proposal=Proposal({}, ["interface.presets"], 1), actor=by, note="Why"),
         "config.replaced", ["interface"]),
        (lambda _row, by: override_patch(
            whose=USERS, entries={"interface.presets": False}, actor=by),
         "config.fields_set", ["interface"]),
        (lambda _row, by: override_bury(whose=USERS, path="balance.enabled", actor=by),
         "config.field_buried", ["balance"]),
        (lambda row, by: override_unset(row=row, path="interface.customWelcome", actor=by),
         "config.field_unset", ["interface"]),
        (lambda row, by: override_activate(row=row, is_active=False, actor=by),
         "config.switched", []),
        (lambda row, by: override_delete(row=row, actor=by), "config.deleted", ["interface"]),
    ],
)  # fmt: skip
def test_every_change_is_kept_with_before_and_after(
    act: Act,
    action: str,
    sections: list[str],
    admin: User,
) -> None:
    row = put(admin, HELLO)
    before = {"overrides": HELLO, "tombstones": [], "priority": 10, "is_active": True}
    assert (newest().before, newest().after) == (None, before)
    act(row, admin)
    found = newest()
    left = ConfigOverride.objects.first()
    assert OverrideRevision.objects.count() == 2
    assert (found.action, found.sections, found.before) == (action, sections, before)
    assert (found.actor, found.actor_name) == (admin, admin.email)
    assert (found.principal_type, found.principal_id) == ("role", "USER")
    assert (found.after or {}).get("overrides") == (left.overrides if left else None)


def test_a_refused_change_leaves_no_trace(admin: User) -> None:
    with pytest.raises(InvalidOverrideError):
        put(admin, {"interface": {"presets": "often"}})
    assert not OverrideRevision.objects.exists()


def test_a_proposal_for_an_older_version_is_refused(admin: User) -> None:
    put(admin, HELLO)
    put(admin, {"interface": {"customWelcome": "Second"}})
    proposal = Proposal({"interface": {"customWelcome": "Mine"}}, [], 1)
    with pytest.raises(ConflictError, match="Nothing was changed"):
        override_replace(whose=USERS, proposal=proposal, actor=admin)
    assert ConfigOverride.objects.get().overrides == {"interface": {"customWelcome": "Second"}}
    assert OverrideRevision.objects.count() == 2


def test_a_change_is_undone_and_the_undo_too(admin: User, owner: User) -> None:
    put(admin, HELLO)
    put(admin, {"interface": {"customWelcome": "Second"}})
    override_bring_back(revision=newest(), side="before", version=2, actor=admin)
    assert effective("interface", InterfaceConfig, owner).custom_welcome == "Hello"
    back = newest()
    assert (back.action, back.sections) == ("config.brought_back", ["interface"])
    assert AuditEvent.objects.latest("sequence").action == "config.brought_back"
    override_bring_back(revision=back, side="before", version=3, actor=admin)
    assert effective("interface", InterfaceConfig, owner).custom_welcome == "Second"


def test_what_was_deleted_comes_back_with_its_secret_priority_and_switch(admin: User) -> None:
    row, _ = override_put(whose=USERS, overrides=KEYED, priority=7, actor=admin)
    override_activate(row=row, is_active=False, actor=admin)
    override_delete(row=row, actor=admin)
    assert "sk-secret-1" not in str(newest().before)
    override_bring_back(revision=newest(), side="before", version=0, actor=admin)
    row = ConfigOverride.objects.get()
    assert opened(row.overrides) == KEYED
    assert (row.priority, row.is_active) == (7, False)


def test_undoing_the_first_change_removes_the_overrides(admin: User) -> None:
    put(admin, HELLO)
    first = newest()
    assert override_bring_back(revision=first, side="before", version=1, actor=admin) is None
    assert not ConfigOverride.objects.exists()
    with pytest.raises(ConflictError, match="no overrides already"):
        override_bring_back(revision=first, side="before", version=0, actor=admin)
    assert OverrideRevision.objects.count() == 2


def test_what_is_not_valid_any_more_is_not_brought_back(admin: User) -> None:
    put(admin, HELLO)
    put(admin, {})
    revision = newest()
    OverrideRevision.objects.filter(pk=revision.pk).update(
        before={**(revision.before or {}), "overrides": {"interface": {"presets": "often"}}},
    )
    revision.refresh_from_db()
    with pytest.raises(InvalidOverrideError, match="not valid any more") as refused:
        override_bring_back(revision=revision, side="before", version=2, actor=admin)
    assert "interface.presets" in refused.value.message
    assert ConfigOverride.objects.get().overrides == {}
    assert OverrideRevision.objects.count() == 2


def test_nothing_is_brought_back_over_somebody_elses_change_or_for_nobody(admin: User) -> None:
    readers = group("Readers")
    whose = For(PrincipalType.GROUP, readers.pk)
    override_put(whose=whose, overrides=HELLO, actor=admin)
    with pytest.raises(ConflictError, match="in between"):
        override_bring_back(revision=newest(), side="after", version=0, actor=admin)
    ConfigOverride.objects.all().delete()
    readers.delete()
    with pytest.raises(NotFoundError):
        override_bring_back(revision=newest(), side="after", version=0, actor=admin)
    assert OverrideRevision.objects.count() == 1


def test_a_change_of_keys_takes_the_history_along(admin: User, settings: Settings) -> None:
    put(admin, KEYED)
    put(admin, {})
    old = settings.CREDS_KEYS
    settings.CREDS_KEYS = ["another key of 32 characters, yes", *old]
    assert overrides_reseal() == 0
    settings.CREDS_KEYS = settings.CREDS_KEYS[:1]
    override_bring_back(revision=newest(), side="before", version=version(), actor=admin)
    assert opened(ConfigOverride.objects.get().overrides) == KEYED


def test_history_that_no_key_opens_does_not_stop_a_change_of_keys(
    admin: User, settings: Settings
) -> None:
    put(admin, KEYED)
    put(admin, {})
    kept = newest().before
    settings.CREDS_KEYS = ["another key of 32 characters, yes"]
    assert overrides_reseal() == 0
    assert newest().before == kept


def test_the_history_outlives_who_made_it(admin: User, owner: User) -> None:
    override_put(whose=USERS, overrides=HELLO, actor=owner)
    owner.delete()
    assert (newest().actor, newest().actor_name) == (None, "owner@example.org")
