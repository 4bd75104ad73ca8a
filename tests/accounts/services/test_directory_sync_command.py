"""The command that brings accounts up to date: pages, ids, and directories that fail."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.auth import ldap, ldap_client
from accounts.auth.ldap import directory_people
from accounts.errors import DirectoryUnavailableError
from accounts.models import User
from accounts.services.directory_sync import directory_sync
from tests.accounts.services.directory_people import came, known
from tests.fakes.directory import GROUPS, PEOPLE, Directory
from tests.fakes.product import free_port

pytestmark = pytest.mark.django_db


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
