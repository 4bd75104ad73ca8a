"""A person's data as a file on the operator's disk."""

import os
import shutil
from pathlib import Path

from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from accounts.services.export import export_build

OWNER_ONLY = 0o600


def export_write(*, user: User, path: Path) -> int:
    """Write everything of a person into a new file that only its owner can read; return its size.

    That somebody else did is on record, beside the export itself.

    Raises:
        OSError: there is such a file already, or it cannot be written.
    """
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(opened, "wb") as file, export_build(user=user) as content:
            shutil.copyfileobj(content, file)
        audit_record(
            Act(
                category="account",
                action="data.exported_for",
                severity="warning",
                target=Target.person(user),
                metadata={"way": "manage.py export_user"},
            ),
        )
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path.stat().st_size
