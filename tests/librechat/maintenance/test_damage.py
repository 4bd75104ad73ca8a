"""Backups that are damaged, or made to do harm: refused with a sentence, nothing changed."""

import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Banner
from librechat.kernel.errors import AppError
from librechat.maintenance import archive, reading
from librechat.maintenance.backup import backup_make
from librechat.maintenance.errors import BackupDamagedError, RestoreRefusedError
from librechat.maintenance.restoring import backup_restore
from librechat.maintenance.verifying import backup_verify

Change = Callable[[dict[str, bytes]], None]


pytestmark = pytest.mark.services  # they make databases anew again and again


def rewritten(path: Path, change: Change) -> Path:
    """Write the backup anew after a change to its content: name → bytes."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()}
    change(content)
    forged = path.with_name("forged.zip")
    with zipfile.ZipFile(forged, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in content.items():
            new.writestr(name, text)
    return forged


def refused(path: Path, error: type[AppError] = BackupDamagedError) -> str:
    """Return the sentence with which a backup is refused; what is here stays."""
    Banner.objects.update(message="of today")
    with pytest.raises(error) as told:
        backup_restore(path=path, may_replace=True)
    assert set(Banner.objects.values_list("message", flat=True)) == {"of today"}
    assert not list(path.parent.glob("before-restore-*"))
    return told.value.message


def manifest_changed(content: dict[str, bytes], **fields: object) -> None:
    content["manifest.json"] = json.dumps(
        {**json.loads(content["manifest.json"]), **fields}
    ).encode()


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.999])
@pytest.mark.parametrize("key", ["", "a pass phrase"])
def test_a_backup_that_was_cut_off_is_refused(
    filled: Path, settings: Settings, key: str, left: float
) -> None:
    settings.BACKUP_KEY = key
    path = backup_make(is_sealed=bool(key)).path
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left) if left < 1 else int(left)])
    assert refused(path)


@pytest.mark.parametrize("key", ["", "a pass phrase"])
def test_a_backup_in_which_a_byte_changed_is_refused(
    filled: Path, settings: Settings, key: str
) -> None:
    settings.BACKUP_KEY = key
    path = backup_make(is_sealed=bool(key)).path
    content = bytearray(path.read_bytes())
    # A zip says some things twice; only one of them is read, so the byte is one of the rows.
    content[len(content) // 3 if key else _among_the_rows(path)] ^= 1
    path.write_bytes(content)
    assert refused(path)


def _among_the_rows(path: Path) -> int:
    with zipfile.ZipFile(path) as opened:
        entry = opened.getinfo("rows/accounts.User.jsonl")
    with path.open("rb") as file:
        file.seek(entry.header_offset + 26)  # the lengths of the name and of what follows it
        name, extra = struct.unpack("<HH", file.read(4))
    return int(entry.header_offset + 30 + name + extra + entry.compress_size // 2)


def test_a_row_that_was_changed_is_noticed(filled: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        name = "rows/accounts.User.jsonl"
        content[name] = content[name].replace(b"everything@", b"somebody@")

    told = refused(rewritten(backup_make().path, change))
    assert told == "The rows of accounts.User are not those that were saved."


def test_a_file_that_was_changed_is_noticed(filled: Path) -> None:
    forged = rewritten(
        backup_make().path, lambda content: content.update({"files/00000000": b"other"})
    )
    assert backup_verify(path=forged).faults == [
        "The file pictures/default.png is not the one that was saved."
    ]
    assert "pictures/default.png" in refused(forged)


@pytest.mark.parametrize(
    "name",
    ["../../escaped", "/etc/escaped", "pictures/../../escaped", "a\\..\\escaped", "", "a\0b"],
)
def test_a_file_whose_name_leads_elsewhere_is_refused(filled: Path, name: str) -> None:
    def change(content: dict[str, bytes]) -> None:
        _, _, size, digest, place = json.loads(content["files.jsonl"])
        line = ["default", name, size, digest, place]
        content["files.jsonl"] = json.dumps(line).encode() + b"\n"

    told = refused(rewritten(backup_make().path, change))
    assert told == "The backup has a file whose name leads out of its folder."
    assert not list(filled.rglob("*escaped*"))


def test_a_file_for_another_storage_is_refused(filled: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        content["files.jsonl"] = content["files.jsonl"].replace(b'"default"', b'"staticfiles"')

    assert "no storage" in refused(rewritten(backup_make().path, change))


def test_a_zip_that_would_unpack_to_far_more_than_it_is_is_refused(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "ALWAYS_FINE_BYTES", 1_000_000)
    forged = rewritten(
        backup_make().path, lambda content: content.update({"rows/bomb": bytes(40_000_000)})
    )
    assert "unpack" in refused(forged)


@pytest.mark.parametrize("name", [archive.MANIFEST, archive.FILES, "rows/accounts.User.jsonl"])
def test_a_backup_that_lacks_something_is_refused(filled: Path, name: str) -> None:
    def change(content: dict[str, bytes]) -> None:
        del content[name]

    told = refused(rewritten(backup_make().path, change))
    assert told == f"{name} is missing from this backup."


@pytest.mark.parametrize(
    "line",
    [b"[1]\n", b"{}\n", b"nonsense\n", b"[" * 100_000, b'["not", "enough"]\n'],
    ids=["short", "object", "words", "deep", "few"],
)
def test_rows_that_are_none_are_refused(filled: Path, line: bytes) -> None:
    def change(content: dict[str, bytes]) -> None:
        content["rows/accounts.Banner.jsonl"] = line

    assert refused(rewritten(backup_make().path, change))


def test_a_backup_that_lacks_a_whole_table_is_refused(filled: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        there = json.loads(content["manifest.json"])["tables"]
        del there["accounts.Banner"]
        manifest_changed(content, tables=there)

    told = refused(rewritten(backup_make().path, change))
    assert told == "The table accounts.Banner is missing from this backup."


def test_a_row_that_does_not_fit_its_table_is_refused(filled: Path) -> None:
    def change(content: dict[str, bytes]) -> None:
        row = json.loads(content["rows/accounts.Banner.jsonl"])
        content["rows/accounts.Banner.jsonl"] = json.dumps([{} for _ in row]).encode() + b"\n"

    assert refused(rewritten(backup_make().path, change)).endswith("do not fit into its table.")


def test_a_newer_backup_is_refused(filled: Path) -> None:
    path = backup_make().path
    later = rewritten(
        path,
        lambda content: manifest_changed(
            content, migrations={"accounts": ["0001_initial", "9999_later"]}
        ),
    )
    told = refused(later, RestoreRefusedError)
    assert "accounts.9999_later" in told
    assert "newer version" in told
    newer = rewritten(path, lambda content: manifest_changed(content, format=2))
    assert "newer version" in refused(newer, RestoreRefusedError)


@pytest.mark.parametrize(
    "fields", [{"tables": []}, {"migrations": []}, {"format": "x"}, {"tables": {"x": {"rows": 1}}}]
)
def test_a_table_of_contents_that_is_none_is_refused(
    filled: Path, fields: dict[str, object]
) -> None:
    path = backup_make().path
    assert refused(rewritten(path, lambda content: manifest_changed(content, **fields)))


def test_a_file_that_is_no_backup_is_refused(filled: Path) -> None:
    other = filled / "other.zip"
    other.write_text("no zip")
    assert refused(other)
    assert "There is no file" in refused(filled / "none.zip", RestoreRefusedError)
