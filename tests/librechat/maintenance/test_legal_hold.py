"""A canary under a legal hold: every purge there is runs, and all of it is still there."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils.module_loading import import_string

from accounts.models import LegalHold, User
from accounts.services.legal_holds import legal_hold_lift, legal_hold_place
from conversations.transfer.moving import move_ins_continue
from librechat.kernel import clock
from librechat.kernel.jobs.periodic import SCHEDULES
from librechat.maintenance import pruning
from librechat.maintenance.pruning import prune
from tests.factories.people import PASSWORD
from tests.librechat.maintenance.belongings import TABLES, everything_over, left_of

pytestmark = pytest.mark.django_db

WHY = "A case before the court"
# The last change of each receiver stays in any case.
AFTERWARDS = {"settings": 1}


def purge_everything() -> None:
    """Run the command, and every schedule that removes something."""
    call_command("prune")
    purges = [one for one in SCHEDULES.values() if "purge" in one.work]
    assert len(purges) >= 7
    for one in purges:
        import_string(one.work)()
    move_ins_continue()


def held(user: User) -> LegalHold:
    return legal_hold_place(user=user, reason=WHY)


def test_a_canary_under_a_hold_outlives_every_purge(owner: User, viewer: User) -> None:
    for user in (owner, viewer):
        everything_over(user)
    hold = held(owner)
    before = left_of(owner)
    assert before.keys() == TABLES.keys()
    purge_everything()
    assert left_of(owner) == before
    assert left_of(viewer) == AFTERWARDS

    legal_hold_lift(hold=hold, reason="The case is over")
    purge_everything()
    assert left_of(owner) == AFTERWARDS


def test_an_account_that_was_closed_outlives_its_grace(
    owner: User, viewer: User, clock_at: Callable[[datetime], None]
) -> None:
    start = clock.now()
    hold = held(owner)
    for user in (owner, viewer):
        everything_over(user)
        User.objects.filter(pk=user.pk).update(delete_after=start - timedelta(hours=1))
    before = left_of(owner)
    purge_everything()
    assert list(User.objects.all()) == [owner]
    assert left_of(owner) == before

    legal_hold_lift(hold=hold, reason="The case is over")
    purge_everything()
    assert not User.objects.exists()
    assert left_of(owner) == AFTERWARDS


def test_a_hold_that_ends_by_itself_lets_go(
    owner: User, clock_at: Callable[[datetime], None]
) -> None:
    start = clock.now()
    everything_over(owner)
    legal_hold_place(user=owner, reason=WHY, ends_at=start + timedelta(days=30))
    before = left_of(owner)
    clock_at(start + timedelta(days=29))
    prune()
    assert left_of(owner) == before
    clock_at(start + timedelta(days=30))
    purge_everything()
    assert left_of(owner) == AFTERWARDS


def test_of_two_holds_the_last_one_lets_go(owner: User) -> None:
    everything_over(owner)
    first, second = held(owner), held(owner)
    before = left_of(owner)
    legal_hold_lift(hold=first, reason="The first case is over")
    purge_everything()
    assert left_of(owner) == before
    legal_hold_lift(hold=second, reason="The second case is over")
    purge_everything()
    assert left_of(owner) == AFTERWARDS


def test_the_preview_tells_what_is_kept_apart_from_what_goes(owner: User, viewer: User) -> None:
    for user in (owner, viewer):
        everything_over(user)
    held(owner)
    found = prune(is_dry_run=True)
    of_people = {kind.name for kind in pruning.KINDS if kind.rows()}
    accounts = "closed accounts"
    assert {name for name, count in found.held.items() if count} == of_people - {accounts}
    for name in of_people:
        assert found.counts[name] == found.held[name], name
    assert "expired chats: 1 would be removed, 1 kept by legal holds" in found.text()
    assert found.as_json()["held"] == found.held


def test_what_names_a_person_is_counted_as_such() -> None:
    others = {kind.name for kind in pruning.KINDS if not kind.rows()}
    assert others == {"finished jobs", "uploads nobody imported", "halves of backups and restores"}


def test_the_page_shows_what_is_kept(client: Client, admin: User, owner: User) -> None:
    everything_over(owner)
    held(owner)
    client.post("/login", {"email": admin.email, "password": PASSWORD})
    page = client.get("/admin/retention/")
    preview = {str(name): (count, kept) for name, count, kept in page.context["preview"]}
    assert preview["Chats whose time is over"] == (0, 1)
    assert "1 person is under a legal hold" in page.content.decode()
    assert 'href="/admin/accounts/legalhold/?state=in_force"' in page.content.decode()
