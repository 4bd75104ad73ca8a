"""Zips that lie, break, or are made to fill a disk."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from accounts.models import User
from conversations.errors import ImportRefusedError
from conversations.transfer import reading
from conversations.transfer.importers import importer_for
from conversations.transfer.reading import Source
from tests.conversations.transfer import exports
from tests.conversations.transfer.conftest import MovesIn


def zip_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.zip"
    path.write_bytes(content)
    with pytest.raises(ImportRefusedError):
        importer_for(Source(path))


def test_a_zip_made_to_fill_a_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zip_refused(tmp_path, exports.as_zip({"a.json": b"[" + b" " * 20_000_000 + b"]"}))
    monkeypatch.setattr(reading, "LARGEST_CONTENT", 1_000)
    zip_refused(tmp_path, exports.as_zip({f"{n}.json": b"[" + b"1," * 300 for n in range(4)}))


def test_zips_that_lie_or_break_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = exports.as_zip({"conversations.json": exports.as_json([exports.chatgpt()])})
    zip_refused(tmp_path, good[:-30])
    zip_refused(tmp_path, good[:60] + bytes(20) + good[80:])
    encrypted = bytearray(good)
    for start, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        encrypted[encrypted.index(start) + place] |= 1
    zip_refused(tmp_path, bytes(encrypted))
    end = good.rindex(b"PK\x05\x06")
    lying = good[: end + 12] + struct.pack("<I", 2**31) + good[end + 16 :]
    zip_refused(tmp_path, lying)
    monkeypatch.setattr(reading, "LARGEST_DIRECTORY", 10)
    zip_refused(tmp_path, good)


def test_paths_in_a_zip_are_names_only(owner: User, tmp_path: Path, moves_in: MovesIn) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil/conversations.json", exports.as_json([exports.chatgpt()]))
        archive.writestr("/etc/passwd", b"root")
        link = zipfile.ZipInfo("link.json")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ImportRefusedError):
        moves_in(buffer.getvalue(), "a.zip")  # the link's text is no JSON
    assert not (tmp_path.parent / "evil").exists()
