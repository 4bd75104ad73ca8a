"""Backup, verify, restore: the same rows and files come back."""

import os
import stat
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from pytest_django import Settings

from accounts.models import Banner, User
from librechat.maintenance import databases, tables
from librechat.maintenance.acts import broken_off
from librechat.maintenance.archive import archive_writing, leftovers_remove
from librechat.maintenance.backup import backup_age, backup_make, backups_thin_out
from librechat.maintenance.blobs import EXCLUDED, storage_names, stored
from librechat.maintenance.errors import BackupFailedError, BackupKeyError, RestoreRefusedError
from librechat.maintenance.reading import archive_reading
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.verifying import backup_verify
from tests.librechat.maintenance.conftest import PICTURE

Hashes = dict[str, tuple[int, str]]


def hashes(alias: str = "default") -> Hashes:
    found = {name: tables.tally(model, alias) for name, model in tables.models_of().items()}
    return {name: (tally.rows, tally.hash) for name, tally in found.items()}


def test_a_backup_holds_every_table_and_every_file(filled: Path, settings: Settings) -> None:
    made = backup_make()
    assert made.path.parent == settings.BACKUP_DIR
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    with archive_reading(made.path) as archive:
        kept = {label: (t.rows, t.sha256) for label, t in archive.manifest.tables.items()}
        blobs = {(blob.storage, blob.name) for blob, _ in archive.blobs()}
    assert kept == hashes()
    assert min(rows for rows, _ in kept.values()) > 0
    assert {storage for storage, _ in blobs} == set(settings.STORAGES) - set(EXCLUDED)
    assert all(EXCLUDED.values())
    assert made.manifest.files == len(blobs)


def test_a_backup_is_whole_and_comes_back_with_the_same_hashes(filled: Path) -> None:
    before = hashes()
    made = backup_make()
    assert backup_verify(path=made.path).as_json() == {
        "ok": True,
        "file": str(made.path),
        "created": made.manifest.created,
        "vendor": made.manifest.vendor,
        "tables": len(before),
        "rows": sum(rows for rows, _ in before.values()),
        "files": 1,
        "secretsReadable": True,
        "goneFiles": [],
        "faults": [],
    }
    Banner.objects.update(message="changed")
    User.objects.create_user("later@example.org", "correct horse battery", name="Later")
    storages["default"].delete("pictures/default.png")

    done = backup_restore(path=made.path, may_replace=True)

    # Rights of models are made again where they are missing; nothing else is added.
    assert hashes() == before
    assert done.written_files == 1
    with storages["default"].open("pictures/default.png") as picture:
        assert picture.read() == PICTURE
    assert done.safety is not None
    with archive_reading(done.safety) as safety:
        assert safety.manifest.tables["accounts.User"].rows == before["accounts.User"][0] + 1
    assert broken_off() == []


def test_a_sealed_backup_opens_with_its_key_only(filled: Path, settings: Settings) -> None:
    settings.BACKUP_KEY = "a long pass phrase"
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    (settings.DATA_DIR / "secrets.json").write_text('{"CREDS_KEY": "x"}')
    before = hashes()
    made = backup_make(is_sealed=True)
    content = made.path.read_bytes()
    assert b"everything@example.org" not in content
    assert b"accounts.User" not in content
    assert backup_verify(path=made.path).faults == []
    with archive_reading(made.path) as archive:
        assert archive.settings() == {"secrets.json": b'{"CREDS_KEY": "x"}'}

    for key in ("another pass phrase", ""):
        settings.BACKUP_KEY = key
        with pytest.raises(BackupKeyError):
            backup_restore(path=made.path, may_replace=True)
    assert hashes() == before


def test_nothing_is_sealed_without_a_key(filled: Path, settings: Settings) -> None:
    with pytest.raises(BackupKeyError):
        backup_make(is_sealed=True)
    assert not settings.BACKUP_DIR.exists()


def test_the_settings_of_then_are_laid_beside_those_of_today(
    filled: Path, settings: Settings
) -> None:
    settings.BACKUP_KEY = "a long pass phrase"
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    secrets = settings.DATA_DIR / "secrets.json"
    secrets.write_text("then")
    made = backup_make(is_sealed=True)
    secrets.write_text("today")
    done = backup_restore(path=made.path, may_replace=True)
    kept = settings.DATA_DIR / "restored-settings" / "secrets.json"
    assert (secrets.read_text(), kept.read_text()) == ("today", "then")
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert any(str(kept) in step for step in done.next_steps)


def test_other_keys_here_than_there_are_told(filled: Path, settings: Settings) -> None:
    made = backup_make()
    settings.CREDS_KEYS = ["another key of this machine"]
    found = backup_verify(path=made.path)
    assert found.has_our_secrets is False
    assert "CREDS_KEY" in found.text()


def test_accounts_are_not_replaced_unasked(filled: Path) -> None:
    made = backup_make()
    Banner.objects.update(message="changed")
    before = hashes()
    with pytest.raises(RestoreRefusedError, match="There are accounts here"):
        backup_restore(path=made.path)
    assert hashes() == before


def test_a_backup_without_files_says_so(filled: Path) -> None:
    made = backup_make(has_files=False)
    assert made.manifest.files == 0
    assert "Files are not in it" in made.text()
    assert backup_verify(path=made.path).faults == []


def test_a_file_deleted_meanwhile_is_named(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "librechat.maintenance.backup.names_of",
        lambda _storage: ["gone.png", "pictures/default.png"],
    )
    made = backup_make()
    assert made.manifest.gone_files == ["default:gone.png"]
    assert made.manifest.files == 1


def test_a_backup_that_fails_leaves_nothing(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupFailedError, match="No space left on device"):
        backup_make(to=filled / "there")
    assert list((filled / "there").iterdir()) == []
    assert broken_off() == []


def test_a_file_that_is_there_is_not_overwritten(filled: Path) -> None:
    target = filled / "mine.zip"
    target.write_text("mine")
    with pytest.raises(BackupFailedError, match="already"):
        backup_make(to=target)
    assert target.read_text() == "mine"


def test_what_a_killed_backup_left_is_removed_but_not_one_being_written(tmp_path: Path) -> None:
    (tmp_path / ".old.zip.part").write_text("half")
    with archive_writing(tmp_path / "new.zip") as archive:
        archive.text("manifest.json", b"{}")
        assert leftovers_remove(tmp_path) == 0
        assert [path.name for path in tmp_path.iterdir()] == [".new.zip.part"]
    assert [path.name for path in tmp_path.iterdir()] == ["new.zip"]


def test_old_backups_are_thinned_out(folder: Path, settings: Settings) -> None:
    assert backup_age() is None
    settings.BACKUP_DIR.mkdir()
    for age in range(4):
        path = settings.BACKUP_DIR / f"{age}.zip"
        path.touch()
        os.utime(path, (1_000_000 - age, 1_000_000 - age))
    assert sorted(path.name for path in backups_thin_out(keep=2)) == ["2.zip", "3.zip"]
    assert sorted(path.name for path in settings.BACKUP_DIR.iterdir()) == ["0.zip", "1.zip"]


def test_storages_that_are_not_backed_up_are_named_with_a_reason(settings: Settings) -> None:
    assert set(EXCLUDED) == {"staticfiles"}
    settings.STORAGES = {**settings.STORAGES, "later": settings.STORAGES["default"]}
    assert storage_names() == ["default", "later"]


def test_a_changed_file_is_put_back(filled: Path) -> None:
    made = backup_make()
    storages["default"].delete("pictures/default.png")
    storages["default"].save("pictures/default.png", ContentFile(b"other"))
    assert backup_restore(path=made.path, may_replace=True).written_files == 1
    blob = stored("default", "pictures/default.png")
    assert blob is not None
    assert blob.size == len(PICTURE)


def test_addresses_are_shown_without_their_password() -> None:
    assert databases.shown("postgres://me:secret@host:5432/x") == "postgres://me:***@host:5432/x"
    assert databases.shown("sqlite:////tmp/x") == "sqlite:////tmp/x"
