"""Pictures of people."""

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pytest_django import Settings

from accounts.life_errors import InvalidImageError
from accounts.models import AuditEvent, User
from accounts.services import avatars
from accounts.services.avatars import avatar_read, avatar_remove, avatar_set
from librechat.kernel import clock
from librechat.kernel.jobs.worker import Worker
from tests.accounts.services.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def storage(settings: Settings, tmp_path: Path) -> Path:
    where = {"location": str(tmp_path)}
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": where}}
    return tmp_path


def stored(address: str) -> bytes:
    name = address.removeprefix("/avatars/").partition("?")[0]
    found = avatar_read(name)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_small_square(owner: User, kind: str) -> None:
    address = avatar_set(user=owner, upload=picture(640, 480, kind))
    assert address.endswith(".webp?manual=true")
    with Image.open(BytesIO(stored(address))) as image:
        assert (image.format, image.size) == ("WEBP", (256, 256))
    owner.refresh_from_db()
    assert owner.avatar == address
    assert AuditEvent.objects.filter(action="avatar.changed", target_id=owner.pk).exists()


def test_a_picture_lies_the_way_it_was_taken(owner: User) -> None:
    image = Image.new("RGB", (200, 200), "white")
    image.paste("black", (0, 0, 200, 100))
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    with Image.open(BytesIO(stored(avatar_set(user=owner, upload=out.getvalue())))) as shown:
        upper = shown.convert("L").resize((1, 2)).tobytes()
    assert upper[0] > 200
    assert upper[1] < 50


def test_nothing_but_pixels_survives(owner: User) -> None:
    info = PngInfo()
    info.add_text("Comment", "<script>where I live</script>")
    upload = picture(pnginfo=info) + b"<script>alert(1)</script>"
    assert b"script" not in stored(avatar_set(user=owner, upload=upload))


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.4",
        picture()[:200],
        picture(kind="BMP"),
    ],
)
def test_what_is_no_picture_is_refused(owner: User, upload: bytes, storage: Path) -> None:
    with pytest.raises(InvalidImageError):
        avatar_set(user=owner, upload=upload)
    owner.refresh_from_db()
    assert owner.avatar == ""
    assert not any(path.is_file() for path in storage.rglob("*"))


def test_a_picture_that_is_too_large_is_refused(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload = picture(100, 100)
    for name, value in (("MAX_BYTES", 10), ("MAX_PIXELS", 9_999)):
        with monkeypatch.context() as patch:
            patch.setattr(avatars, name, value)
            with pytest.raises(InvalidImageError, match=r"larger|pixels"):
                avatar_set(user=owner, upload=upload)
    for most in (6_000, 4_000):  # Pillow's own warning, and its refusal
        with monkeypatch.context() as patch:
            patch.setattr(Image, "MAX_IMAGE_PIXELS", most)
            with pytest.raises(InvalidImageError):
                avatar_set(user=owner, upload=upload)


def test_the_old_picture_is_deleted(owner: User, storage: Path) -> None:
    for _ in range(2):
        avatar_set(user=owner, upload=picture())
    assert Worker().run_waiting() == 1
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 1
    avatar_remove(user=owner)
    assert owner.avatar == ""
    Worker().run_waiting()
    assert not any(path.is_file() for path in storage.rglob("*"))


def test_a_picture_is_deleted_when_the_storage_is_back(
    owner: User,
    storage: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock_at: Callable[[datetime], None],
) -> None:
    avatar_set(user=owner, upload=picture())
    avatar_remove(user=owner)

    def away(_name: str) -> None:
        raise RuntimeError("The bucket does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", away)
        Worker().run_waiting()
    assert any(path.is_file() for path in storage.rglob("*"))
    clock_at(clock.now() + timedelta(minutes=1))
    assert Worker().run_waiting() == 1
    assert not any(path.is_file() for path in storage.rglob("*"))


@pytest.mark.django_db(transaction=True)
def test_a_picture_stays_when_the_change_is_taken_back(owner: User, storage: Path) -> None:
    avatar_set(user=owner, upload=picture())
    with transaction.atomic():
        avatar_remove(user=owner)
        transaction.set_rollback(True)
    assert Worker().run_waiting() == 0
    assert any(path.is_file() for path in storage.rglob("*"))


@pytest.mark.parametrize("name", ["x.webp", "../secrets.json", "a" * 21 + ".webp", ""])
def test_only_stored_pictures_are_read(name: str) -> None:
    assert avatar_read(name) is None
