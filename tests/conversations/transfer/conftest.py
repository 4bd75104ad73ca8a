"""Files moved in by one person."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from accounts.models import User
from conversations.models import MoveIn
from conversations.transfer.moving import move_in_add, move_in_start
from conversations.transfer.running import move_in_run

MovesIn = Callable[..., MoveIn]


@pytest.fixture(autouse=True)
def _own_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = FileSystemStorage(location=tmp_path / "uploads")
    monkeypatch.setattr(default_storage, "_wrapped", storage)


@pytest.fixture
def moves_in(owner: User) -> MovesIn:
    """Import a file's bytes, saying yes to the dry run."""

    def move(content: bytes, filename: str = "export.json", user: User | None = None) -> MoveIn:
        upload = ContentFile(content, name=filename)
        move_in = move_in_add(user=user or owner, upload=upload, filename=filename)
        return move_in_run(move_in=move_in_start(move_in=move_in))

    return move
