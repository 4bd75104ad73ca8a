"""Bringing every account of a directory up to date at once."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.auth import ldap, ldap_client
from accounts.auth.ldap import directory_people
from accounts.errors import DirectorySyncRefusedError, DirectoryUnavailableError
from accounts.models import ADMIN, USER, AuditEvent, AuthSession, Group, User
from accounts.services.directory import DirectoryGroup, DirectoryPerson, directory_user
from accounts.services.directory_sync import SyncReport, directory_sync
from accounts.services.people import user_disable, user_enable
from librechat.kernel import yaml_config
from tests.accounts.conftest import Together
from tests.factories.people import CALLER, person, sign_in
from tests.fakes.directory import GROUPS, PEOPLE, Directory
from tests.fakes.product import free_port

pytestmark = pytest.mark.django_db

CARDS = DirectoryGroup("cn=cards,dc=example,dc=org", "Cards")
TEA = DirectoryGroup("cn=tea,dc=example,dc=org", "Tea party")


def known(uid: str, **fields: Any) -> DirectoryPerson:
    """Return somebody in the directory."""
    usual = {"id": uid, "email": f"{uid}@example.org", "name": uid.title(), "username": uid}
    return DirectoryPerson(**{**usual, **fields})


def came(*people: DirectoryPerson) -> list[User]:
    """Return the accounts of people who have signed in once."""
    return [directory_user(person=one, caller=CALLER) for one in people]


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


def test_the_command_reads_everybody_page_by_page(
    directory: Directory,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldap_client, "PAGE_SIZE", 2)
    monkeypatch.setattr(ldap, "TELL_EVERY", 2)
    settings.LDAP = directory.settings(group_base=GROUPS)
    names = ("alice", "bob", "carol", "dave", "erin")
    dns = [directory.add_person(name) for name in names]
    directory.add_person("nomail", mail="")
    directory.add_group("tea", *dns[:2])
    people = list(directory_people(settings.LDAP, print))
    assert [one.id for one in people] == list(names)
    assert [len(one.groups or ()) for one in people] == [1, 1, 0, 0, 0]
    came(*people)
    directory.change(dns[1], cn=["Robert"])
    directory.remove(dns[4])
    out, err = io.StringIO(), io.StringIO()
    call_command("sync_directory", "--json", "--dry-run", stdout=out, stderr=err)
    report = json.loads(out.getvalue())
    assert (report["dry_run"], report["found"], report["unchanged"]) == (True, 4, 3)
    assert report["updated"] == ["bob@example.org"]
    assert err.getvalue().splitlines()[0] == "2 people read"
    out = io.StringIO()
    call_command("sync_directory", "--dry-run", stdout=out, stderr=err)
    assert "Nothing was changed" in out.getvalue()
    out = io.StringIO()
    call_command("sync_directory", stdout=out, stderr=err)
    assert "disabled: erin@example.org" in out.getvalue()
    assert "updated: 1" in out.getvalue()
    assert not User.objects.get(external_id="erin").is_active


def test_an_id_that_is_no_text_is_kept_as_digits_in_sign_in_and_sync(
    directory: Directory,
    settings: Settings,
) -> None:
    settings.LDAP = directory.settings(id_attribute="jpegPhoto")
    directory.add_person("alice", jpegPhoto=b"\xff\xd8\x00\x10")
    directory.add_person("bob", jpegPhoto=b"plain")
    assert [one.id for one in directory_people(settings.LDAP, print)] == ["ffd80010", "plain"]


def test_an_entry_without_any_id_is_known_by_its_full_name(
    directory: Directory,
    settings: Settings,
) -> None:
    dn = f"cn=odd,{PEOPLE}"
    directory.add_plain(dn, "odd")
    settings.LDAP = directory.settings(search_filter="cn={{username}}")
    (odd,) = directory_people(settings.LDAP, print)
    assert (odd.id, odd.name, odd.email) == (
        dn,
        "odd",
        "cn-odd-ou-people-dc-example-dc-org@ldap.local",
    )


@pytest.mark.parametrize("word", ["--json", "--dry-run"])
def test_the_command_says_what_is_wrong(settings: Settings, word: str) -> None:
    settings.LDAP = None
    with pytest.raises(CommandError, match="LDAP_URL"):
        call_command("sync_directory", word)


def test_a_directory_that_is_down_disables_nobody(
    directory: Directory,
    settings: Settings,
) -> None:
    came(known("alice"))
    settings.LDAP = directory.settings(url=f"ldap://127.0.0.1:{free_port()}")
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("sync_directory", "--force")
    assert User.objects.get().is_active


def test_a_directory_that_breaks_off_disables_nobody(
    directory: Directory,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ldap_client, "PAGE_SIZE", 1)
    settings.LDAP = directory.settings(timeout_seconds=1)
    came(*(known(name) for name in ("alice", "bob", "carol", "dave")))
    for name in ("alice", "bob", "carol"):
        directory.add_person(name)
    people = directory_people(settings.LDAP, print)
    assert next(people).id == "alice"
    directory.stop()
    try:
        with pytest.raises(DirectoryUnavailableError):
            directory_sync(people, force=True)
    finally:
        directory.start()
    assert User.objects.filter(is_active=True).count() == 4


def test_the_same_newcomer_at_two_doors_at_once_gets_one_account(
    together: Together,
) -> None:
    alice = known("alice", groups=(CARDS, TEA))
    found = together.run(*[lambda: directory_user(person=alice, caller=CALLER)] * 4)
    assert len({user.pk for user in found}) == 1
    assert found[0].role == ADMIN
