"""The commands of maintenance: arguments, answers, exit codes."""

import json
import stat
import zipfile
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from accounts.models import AuditEvent, Banner, OneTimeToken, User
from conversations.models import Conversation
from librechat.kernel import clock
from librechat.maintenance import figures
from librechat.maintenance.pruning import KINDS
from tests.factories.threads import conversation_make, turn_make
from tests.librechat.maintenance.test_backup import hashes

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    left = iter(answers)
    monkeypatch.setattr("builtins.input", lambda _question: next(left))


def test_a_banner_is_written_and_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    run("update_banner", "2026-12-24T18:00Z", "2026-12-26T18:00+01:00", "Closed", "true", "false")
    banner = Banner.objects.get()
    assert clock.iso(banner.display_from) == "2026-12-24T18:00:00.000Z"
    assert banner.display_to is not None
    assert clock.iso(banner.display_to) == "2026-12-26T17:00:00.000Z"
    assert (banner.message, banner.is_public, banner.is_persistent) == ("Closed", True, False)
    answering(monkeypatch, "", "", "Open", "", "yes")
    run("update_banner")
    again = Banner.objects.get()
    assert (again.message, again.is_public, again.is_persistent) == ("Open", False, True)
    assert again.display_to is None
    actions = list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert actions == ["banner.added", "banner.changed"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("2026-12-26", "2026-12-24", "x", "", ""), "end before it begins"),
        (("soon", "", "x", "", ""), "no moment"),
        (("", "", "  ", "", ""), "no message"),
        (("", "", "x", "perhaps", ""), "neither true nor false"),
    ],
)
def test_a_banner_that_makes_no_sense_is_refused(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        run("update_banner", *arguments)
    assert not Banner.objects.exists()


def test_banners_are_deleted_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    Banner.objects.create(message="x")
    answering(monkeypatch, "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("delete_banner")
    assert Banner.objects.count() == 1
    assert json.loads(run("delete_banner", "--yes", "--json")) == {"deleted": 1}
    assert not Banner.objects.exists()


def test_pruning_counts_first_and_then_removes(folder: Path, owner: User) -> None:
    past = clock.now() - timedelta(days=400)
    kept, _ = conversation_make(owner), conversation_make(owner, expired_at=past)
    turn_make(conversation_make(owner, deleted_at=past))
    OneTimeToken.objects.create(purpose="x", token_hash="y", expires_at=past)
    wanted = {
        "expired chats": 1,
        "what was deleted, after its days in the bin": 1,
        "ended sign-ins and used links": 1,
    }
    dry = json.loads(run("prune", "--dry-run", "--json"))
    assert dry["dryRun"] is True
    assert {name: count for name, count in dry["counts"].items() if count} == wanted
    assert Conversation.objects.count() == 3
    assert json.loads(run("prune", "--json"))["counts"] == dry["counts"]
    assert list(Conversation.objects.all()) == [kept]
    assert not OneTimeToken.objects.exists()
    assert run("prune").count(": 0 removed") == len(KINDS)


def test_pruning_removes_what_killed_processes_left(folder: Path, settings: Settings) -> None:
    settings.BACKUP_DIR.mkdir()
    (settings.BACKUP_DIR / ".old.zip.part").touch()
    (settings.DATA_DIR / "scratch" / "database-x").mkdir(parents=True)
    assert "halves of backups and restores: 2 would be removed" in run("prune", "--dry-run")
    run("prune")
    assert list(settings.BACKUP_DIR.iterdir()) == []
    assert list((settings.DATA_DIR / "scratch").iterdir()) == []


def test_the_cache_of_this_process_is_emptied_unless_only_looked_at() -> None:
    cache.set("name", 1)
    run("flush_cache", "--dry-run")
    assert cache.get("name") == 1
    assert json.loads(run("flush_cache", "--json"))["dryRun"] is False
    assert cache.get("name") is None


def test_everything_of_a_person_is_written_for_its_owner_only(tmp_path: Path, owner: User) -> None:
    path = tmp_path / "x.zip"
    told = json.loads(run("export_user", owner.email, "--to", str(path), "--json"))
    assert told["bytes"] == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.read("accounts/profile.json"))["email"] == owner.email
    assert AuditEvent.objects.filter(action="data.exported").count() == 1
    content = path.read_bytes()
    with pytest.raises(CommandError, match="was not written"):
        run("export_user", owner.email, "--to", str(path))
    assert path.read_bytes() == content
    with pytest.raises(CommandError):
        run("export_user", "nobody@example.org")


def test_figures_of_the_site_are_printed_and_served(
    folder: Path, owner: User, settings: Settings, client: Client
) -> None:
    conversation_make(owner)
    found = json.loads(run("metrics_snapshot", "--json"))
    assert found["librechat_site_people"] == 1
    assert found["librechat_site_conversations"] == 1
    assert "librechat_sockets" in found
    assert "# HELP librechat_site_people Accounts" in run("metrics_snapshot")
    assert client.get("/metrics").status_code == 404
    settings.METRICS_SECRET = "m" * 32
    assert client.get("/metrics").status_code == 401
    served = client.get("/metrics", headers={"Authorization": f"Bearer {'m' * 32}"})
    assert b"librechat_site_people 1.0" in served.content


def test_what_a_process_knows_is_told_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away() -> list[figures.Family]:
        raise OperationalError("no connection")

    monkeypatch.setattr(figures, "figures", away)
    told = figures.exposition()
    assert b"librechat_sockets" in told
    assert b"librechat_site_" not in told


@pytest.mark.usefixtures("filled")
def test_backup_and_verify_print_what_they_did(settings: Settings, tmp_path: Path) -> None:
    made = json.loads(run("backup", "--json", "--to", str(tmp_path / "x.zip")))
    assert made["file"] == str(tmp_path / "x.zip")
    assert json.loads(run("verify_backup", made["file"], "--json"))["ok"] is True
    with pytest.raises(CommandError, match="There is no file"):
        run("verify_backup", str(tmp_path / "none.zip"))
    with pytest.raises(CommandError, match="BACKUP_KEY"):
        run("backup", "--encrypt")


@pytest.mark.usefixtures("filled")
def test_a_restore_asks_for_the_name_of_the_site(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "x.zip")
    run("backup", "--to", path)
    before = hashes()
    Banner.objects.update(message="of today")
    with pytest.raises(CommandError, match="add --replace"):
        run("restore", path, "--yes")
    answering(monkeypatch, "no")
    with pytest.raises(CommandError, match="Nothing was changed"):
        run("restore", path)
    assert Banner.objects.get().message == "of today"
    answering(monkeypatch, settings.APP_TITLE)
    told = json.loads(run("restore", path, "--json"))
    assert told["safetyBackup"].startswith(str(settings.BACKUP_DIR / "before-restore-"))
    assert hashes() == before


@pytest.mark.usefixtures("filled")
def test_a_move_is_looked_at_by_command(tmp_path: Path) -> None:
    target = f"sqlite:///{tmp_path}/x.sqlite3"
    with pytest.raises(CommandError, match="There is no database"):
        run("move_database", "--from", "sqlite:////nowhere/y", "--to", target, "--dry-run")
