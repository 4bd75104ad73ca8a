"""The doctor: every red light says what to type."""

import json
import smtplib
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import QuerySet
from pytest_django import Settings

from accounts.models import ADMIN, User
from billing.models import Entry
from billing.services.balances import balance_ensure, balance_grant
from librechat.maintenance import findings
from librechat.maintenance.checkups import product, program, stores
from librechat.maintenance.doctor import CHECKUPS, doctor_run, is_well, report
from librechat.maintenance.findings import Checkup, Finding
from tests.factories.money import balances_on

pytestmark = pytest.mark.django_db


def looked(checkup: Checkup, area: str) -> Finding:
    """Return what a check-up says about an area."""
    found = [finding for finding in checkup() if finding.area == area]
    return found[-1]


def test_a_sound_site_is_well(folder: Path, admin: User) -> None:
    found = doctor_run()
    assert [one for one in found if one.light == "red"] == []
    assert all(bool(one.fix) == (one.light != "green") for one in found)
    assert {"database", "migrations", "disk", "cache", "books", "mail"} <= {x.area for x in found}


def test_the_command_prints_and_ends_with_one_on_red(
    folder: Path, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="Something is wrong") as failed:
        call_command("doctor", "--json", stdout=out)  # nobody is an administrator
    assert failed.value.returncode == 1
    told = json.loads(out.getvalue())
    assert told["ok"] is False
    assert {
        "area": "administrator",
        "light": "red",
        "seen": "nobody is one",
        "fix": "manage.py set_role EMAIL ADMIN",
    } in told["findings"]
    User.objects.update(role=ADMIN)
    out = StringIO()
    call_command("doctor", stdout=out)
    assert "BAD " not in out.getvalue()


def test_a_checkup_that_fails_is_a_finding_and_the_others_go_on() -> None:
    def broken() -> Iterator[Finding]:
        yield findings.green("first", "fine")
        raise OSError("no route\nto host")

    found = doctor_run([broken, program.address])
    assert [one.area for one in found] == ["first", "broken", "address"]
    assert found[1].seen == "could not be looked at: OSError: no route"
    assert is_well(found) is False
    assert "→" in report(found)


def test_secrets_that_are_known_or_short_are_told_without_showing_them(settings: Settings) -> None:
    settings.JWT_SECRET = min(program.KNOWN_SECRETS)
    settings.CREDS_KEYS = ["short"]
    known, short = program.secrets()
    assert (known.light, short.light) == ("red", "amber")
    assert "openssl" in known.fix
    assert settings.JWT_SECRET not in known.seen + known.fix
    assert "rotate_secrets" in short.fix


@pytest.mark.parametrize(
    ("where", "cookies", "proxy", "light"),
    [
        ("http://localhost:3080", False, 0, "green"),
        ("http://chat.example.org", False, 0, "amber"),
        ("https://chat.example.org", True, 1, "green"),
        ("https://chat.example.org", True, 0, "amber"),
        ("https://chat.example.org", False, 1, "red"),
    ],
)
def test_the_address_is_judged(
    settings: Settings, where: str, cookies: bool, proxy: int, light: str
) -> None:
    settings.DOMAIN_CLIENT, settings.SECURE_COOKIES = where, cookies
    settings.TRUST_PROXY = proxy
    assert looked(program.address, "address").light == light


def test_packages_are_compared_with_the_lock_file(settings: Settings, tmp_path: Path) -> None:
    assert looked(program.packages, "packages").light == "green"
    lock = tmp_path / "deploy" / "requirements" / "run.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text("django==1.0 \\\n    --hash=sha256:x\nno-such-package==2\n")
    settings.BASE_DIR = tmp_path
    found = looked(program.packages, "packages")
    assert (found.light, found.fix) == ("red", "sh deploy/setup.sh run")
    assert "no-such-package 2 (there is nothing)" in found.seen


def test_little_space_and_open_secrets_are_told(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "secrets.json").touch(mode=0o644)
    (settings.DATA_DIR / "secrets.json").chmod(0o644)
    assert looked(stores.disk, "data folder").fix.startswith("chmod 600 ")
    monkeypatch.setattr(stores, "NO_SPACE", 2**60)
    assert looked(stores.disk, "disk").light == "red"
    monkeypatch.setattr(stores, "NO_SPACE", 0)
    monkeypatch.setattr(stores, "LITTLE_SPACE", 2**60)
    assert looked(stores.disk, "disk").light == "amber"


def test_missing_migrations_are_red(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("librechat.serving.has_unapplied_migrations", lambda: True)
    assert looked(stores.database, "migrations").fix == "manage.py migrate"


def test_a_cache_that_forgets_and_a_clock_that_is_off_are_red(
    folder: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA_DIR.mkdir()
    monkeypatch.setattr(stores, "SKEW_SECONDS", -1)
    assert looked(stores.clocks, "clock").light == "red"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert looked(stores.cached, "cache").light == "red"


def test_an_old_backup_is_amber(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert looked(stores.backups, "backup").fix == "manage.py backup"
    monkeypatch.setattr(stores, "backup_age", lambda: timedelta(days=8))
    assert looked(stores.backups, "backup").seen == "the newest one is 8 days old"
    monkeypatch.setattr(stores, "backup_age", lambda: timedelta(hours=8))
    assert looked(stores.backups, "backup").light == "green"


def test_a_mail_server_that_refuses_is_red_and_nothing_is_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert looked(product.mail, "mail").light == "amber"
    settings.EMAIL_HOST, settings.EMAIL_FROM = "127.0.0.1", "chat@example.org"

    def refuse() -> object:
        raise smtplib.SMTPAuthenticationError(535, b"secret")

    monkeypatch.setattr(product, "get_connection", refuse)
    found = looked(product.mail, "mail")
    assert (found.light, found.seen) == (
        "red",
        "the mail server refuses: SMTPAuthenticationError",
    )


def test_books_that_do_not_balance_are_red(owner: User) -> None:
    with balances_on(startBalance=0):
        balance_ensure(user=owner)
        balance_grant(user=owner, amount=500, key="gift", context="A gift")
    assert looked(product.books, "books").light == "green"
    QuerySet.update(Entry.objects.filter(credits=500), credits=700)
    assert looked(product.books, "books").fix.startswith("manage.py fsck")


def test_there_are_checkups_of_every_area() -> None:
    assert len(CHECKUPS) == len(set(CHECKUPS)) == 18
