"""Uploads kept on disk until they are imported, under names of our own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from conversations.errors import ImportRefusedError
from librechat.kernel.ids import short_id

FOLDER = "move-in"


def spool_keep(upload: File[bytes]) -> str:
    """Store an upload and return its key."""
    return default_storage.save(f"{FOLDER}/{short_id()}", upload)


@contextmanager
def spool_path(key: str) -> Iterator[Path]:
    """Give the path of an upload; from a store elsewhere a copy is fetched for the time.

    Raises:
        ImportRefusedError: it is gone.
    """
    if not key or not default_storage.exists(key):
        raise ImportRefusedError(_("The uploaded file is gone. Upload it once more."))
    try:
        path = Path(default_storage.path(key))
    except NotImplementedError:
        with tempfile.NamedTemporaryFile() as copy, default_storage.open(key) as stored:
            shutil.copyfileobj(stored, copy)
            copy.flush()
            yield Path(copy.name)
    else:
        yield path


def spool_delete(key: str) -> None:
    """Forget an upload, if there is one."""
    if key:
        default_storage.delete(key)
