"""Bringing every account of a directory up to date at once."""

from dataclasses import replace

import pytest

from accounts.errors import DirectorySyncRefusedError
from accounts.models import ADMIN, USER, AuditEvent, AuthSession, Group, User
from accounts.services.directory import DirectoryGroup, directory_user
from accounts.services.directory_sync import SyncReport, directory_sync
from accounts.services.people import user_disable, user_enable
from librechat.kernel import yaml_config
from tests.accounts.conftest import Together
from tests.accounts.services.directory_people import came, known
from tests.factories.people import CALLER, person, sign_in

pytestmark = pytest.mark.django_db
CARDS = DirectoryGroup("cn=cards,dc=example,dc=org", "Cards")
TEA = DirectoryGroup("cn=tea,dc=example,dc=org", "Tea party")


def test_accounts_follow_the_directory_and_nobody_is_added() -> None:
    alice, bob = known("alice", groups=(CARDS,)), known("bob", groups=())
    came(alice, bob)
    report = directory_sync(
        [
            replace(alice, name="Alice Liddell", email="al@example.org", groups=(TEA,)),
            bob,
            known("carol"),
        ],
    )
    assert report == SyncReport(found=3, newcomers=1, unchanged=1, updated=["al@example.org"])
    user = User.objects.get(external_id="alice")
    assert (user.name, user.email) == ("Alice Liddell", "al@example.org")
    assert list(user.member_groups.values_list("name", flat=True)) == ["Tea party"]
    assert User.objects.count() == 2
    event = AuditEvent.objects.get(action="directory.synced")
    assert event.metadata["updated"] == 1


def test_accounts_that_are_gone_are_disabled_and_signed_out() -> None:
    alice, bob = known("alice"), known("bob")
    _first, second = came(alice, bob)
    local = person()
    session = sign_in(second).session
    report = directory_sync([alice])
    assert report.disabled == ["bob@example.org"]
    assert set(User.objects.filter(is_active=True).values_list("email", flat=True)) == {
        "alice@example.org",
        local.email,
    }
    assert not AuthSession.objects.alive().filter(pk=session.pk).exists()
    events = AuditEvent.objects.filter(target_id=second.pk).values_list("action", flat=True)
    assert {"account.disabled", "account.left_directory"} <= set(events)
    again = directory_sync([alice])
    assert (again.disabled, again.unchanged) == ([], 1)


def test_an_account_that_a_sync_disabled_comes_back_with_its_person() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    came(alice, bob, carol)
    directory_sync([alice, carol])
    assert directory_sync([alice, bob, carol], dry_run=True).enabled == ["bob@example.org"]
    assert not User.objects.get(external_id="bob").is_active
    assert directory_sync([alice, bob, carol]).enabled == ["bob@example.org"]
    assert User.objects.get(external_id="bob").is_active


def test_an_account_that_somebody_disabled_stays_disabled() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    _alice, by_hand, after_sync = came(alice, bob, carol)
    user_disable(user=by_hand)
    directory_sync([alice, bob])
    user_enable(user=after_sync)
    user_disable(user=after_sync)
    report = directory_sync([alice, bob, carol])
    assert report.enabled == []
    assert User.objects.filter(is_active=True).count() == 1


def test_more_than_half_is_refused_before_anything_changes() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    came(alice, bob, carol)
    with pytest.raises(DirectorySyncRefusedError) as refused:
        directory_sync([replace(alice, name="Renamed")])
    assert refused.value.data == {"gone": 2, "active": 3}
    assert User.objects.filter(is_active=True).count() == 3
    assert not User.objects.filter(name="Renamed").exists()
    report = directory_sync([replace(alice, name="Renamed")], force=True)
    assert report.disabled == ["bob@example.org", "carol@example.org"]


def test_exactly_half_is_not_refused() -> None:
    alice, bob = known("alice"), known("bob")
    came(alice, bob)
    assert directory_sync([alice]).disabled == ["bob@example.org"]


def test_a_dry_run_says_the_same_and_changes_nothing() -> None:
    alice = known("alice", groups=(CARDS,), is_admin=True)
    bob, carol = known("bob", groups=(CARDS,)), known("carol", is_admin=False)
    dave, erin = known("dave"), known("erin", groups=())
    came(alice, bob, carol, dave, erin)
    before = list(User.objects.order_by("pk").values()), AuditEvent.objects.count()
    people = [
        replace(alice, is_admin=False),
        replace(bob, groups=(TEA,)),
        replace(carol, name="Caroline"),
        erin,
    ]
    User.objects.create_user("spare@example.org", role=ADMIN)
    before = list(User.objects.order_by("pk").values()), AuditEvent.objects.count()
    planned = directory_sync(people, dry_run=True)
    assert (list(User.objects.order_by("pk").values()), AuditEvent.objects.count()) == before
    assert Group.objects.count() == 1
    done = directory_sync(people)
    assert replace(planned, dry_run=False) == done
    assert done.updated == [f"{name}@example.org" for name in ("alice", "bob", "carol")]
    assert (done.disabled, done.unchanged) == (["dave@example.org"], 1)
    assert User.objects.get(external_id="alice").role == USER


def test_somebody_whose_new_address_is_taken_is_kept_as_they_are() -> None:
    alice, bob = known("alice"), known("bob")
    came(alice, bob)
    person("taken@example.org")
    report = directory_sync([replace(alice, email="taken@example.org", name="Changed"), bob])
    assert list(report.kept) == ["taken@example.org"]
    assert report.disabled == []
    assert User.objects.get(external_id="alice").name == "Alice"


def test_of_two_people_with_one_new_address_one_keeps_the_old() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    came(alice, bob, carol)
    both = [replace(one, email="shared@example.org") for one in (alice, bob)]
    report = directory_sync([*both, replace(carol, name="Caroline")])
    assert report.updated == ["shared@example.org", "carol@example.org"]
    assert report.kept == {
        "bob@example.org": "Somebody else has the address shared@example.org already.",
    }
    assert User.objects.get(external_id="bob").email == "bob@example.org"


def test_somebody_who_may_no_longer_come_in_counts_as_gone() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol", email="carol@example.com")
    came(alice, bob, carol)
    person("taken@example.org")
    kept_out = replace(bob, is_allowed=False, email="taken@example.org")
    with yaml_config.override({"registration": {"allowedDomains": ["example.org"]}}):
        report = directory_sync([alice, kept_out, carol], force=True)
    assert report.disabled == ["bob@example.org", "carol@example.com"]


def test_accounts_find_their_people_again_after_the_id_was_changed() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    came(alice, bob, carol)
    shared = replace(carol, id="4", username="second")
    people = [
        replace(alice, id="1"),
        replace(bob, id="2", has_mail=False),
        replace(carol, id="3"),
        shared,
    ]
    with pytest.raises(DirectorySyncRefusedError):
        directory_sync(people)
    planned = directory_sync(people, relink=True, force=True, dry_run=True)
    report = directory_sync(people, relink=True, force=True)
    assert replace(planned, dry_run=False) == report
    assert report.updated == ["alice@example.org"]
    assert report.disabled == ["bob@example.org", "carol@example.org"]
    assert set(User.objects.values_list("external_id", flat=True)) == {"1", "bob", "carol"}


def test_an_account_whose_person_is_still_there_goes_to_nobody_else() -> None:
    alice, bob = known("alice"), known("bob")
    came(alice, bob)
    thief = known("mallory", email="alice@example.org")
    moved = replace(alice, email="al@example.org")
    report = directory_sync([thief, moved, bob], relink=True)
    assert list(report.kept) == ["alice@example.org"]
    assert User.objects.get(external_id="alice").email == "al@example.org"
    assert not User.objects.filter(external_id="mallory").exists()


def test_the_last_administrator_is_kept_though_gone() -> None:
    alice, bob, carol = known("alice"), known("bob"), known("carol")
    came(alice, bob, carol)
    report = directory_sync([bob, carol])
    assert list(report.kept) == ["alice@example.org"]
    assert User.objects.get(external_id="alice").is_active


def test_names_that_are_too_long_are_kept_short() -> None:
    dn = "cn=" + "x" * 300
    (user,) = came(
        known("a" * 300, name="n" * 200, email="a@b.org", groups=(DirectoryGroup(dn, dn),))
    )
    assert user.external_id.startswith("sha256:")
    assert (len(user.name), len(user.username)) == (80, 80)
    assert len(user.member_groups.get().name) == 128
    (again,) = came(known("a" * 300, email="a@b.org", groups=(DirectoryGroup(dn, dn),)))
    assert again == user


def test_the_same_newcomer_at_two_doors_at_once_gets_one_account(
    together: Together,
) -> None:
    alice = known("alice", groups=(CARDS, TEA))
    found = together.run(*[lambda: directory_user(person=alice, caller=CALLER)] * 4)
    assert len({user.pk for user in found}) == 1
    assert found[0].role == ADMIN
