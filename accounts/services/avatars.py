"""Pictures of people: cut to a square, made small, stored under a name nobody can guess."""

import io
import re
import warnings
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from accounts.life_errors import InvalidImageError
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.stored_files import stored_file_delete
from librechat.kernel.ids import short_id

SIDE = 256
MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
FOLDER = "avatars"
CONTENT_TYPE = "image/webp"
NAME = re.compile(r"[\w-]{21}\.webp")


def avatar_set(*, user: User, upload: bytes) -> str:
    """Make an upload a person's picture and return its address; the old one is deleted.

    What is stored is drawn anew from the pixels: nothing else of the upload survives.

    Raises:
        InvalidImageError: too large, or no PNG, JPEG, WebP or GIF.
    """
    if len(upload) > MAX_BYTES:
        raise InvalidImageError(_("The picture is larger than 10 MB. Nothing was changed."))
    picture = _drawn(upload)
    name = f"{short_id()}.webp"
    default_storage.save(f"{FOLDER}/{name}", ContentFile(picture))
    # The mark is LibreChat's: a picture of one's own is not replaced by a provider's.
    _replace(user, f"/avatars/{name}?manual=true", "avatar.changed")
    return user.avatar


def avatar_remove(*, user: User) -> None:
    """Take a person's picture away."""
    _replace(user, "", "avatar.removed")


def avatar_read(name: str) -> bytes | None:
    """Return a stored picture, if there is one."""
    path = f"{FOLDER}/{name}"
    if not NAME.fullmatch(name) or not default_storage.exists(path):
        return None
    with default_storage.open(path) as file:
        return bytes(file.read())


def avatar_forget(*, user: User) -> int:
    """Delete the stored picture of a person once the transaction holds; return how many."""
    name = urlsplit(user.avatar).path.removeprefix(f"/{FOLDER}/")
    if not user.avatar.startswith(f"/{FOLDER}/") or not NAME.fullmatch(name):
        return 0
    stored_file_delete.enqueue(f"{FOLDER}/{name}")
    return 1


def _replace(user: User, address: str, action: str) -> None:
    with transaction.atomic():
        avatar_forget(user=user)
        user.avatar = address
        user.save(update_fields=["avatar", "updated_at"])
        audit_record(
            Act(category="account", action=action, actor=user, target=Target.person(user)),
        )


def _drawn(upload: bytes) -> bytes:
    out = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(upload), formats=FORMATS) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise InvalidImageError(
                        _("The picture has too many pixels. Nothing was changed.")
                    )
                image.draft("RGB", (SIDE * 2, SIDE * 2))
                upright = ImageOps.exif_transpose(image).convert("RGBA")
        square = ImageOps.fit(upright, (SIDE, SIDE))
        square.save(out, "WEBP", quality=85)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombWarning) as exc:
        raise InvalidImageError(
            _("This is no PNG, JPEG, WebP or GIF that can be read. Nothing was changed."),
        ) from exc
    except Image.DecompressionBombError as exc:
        raise InvalidImageError(_("The picture has too many pixels. Nothing was changed.")) from exc
    return out.getvalue()
