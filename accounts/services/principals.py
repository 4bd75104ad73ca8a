"""What becomes of entries, grants and overrides when their receiver is renamed or goes."""

from collections.abc import Callable
from typing import TypeAlias

from accounts.access.overrides import overrides_changed
from accounts.models import AclEntry, ConfigOverride, Grant, PrincipalType
from librechat.kernel.registry import Registry

# Kind, name before, name after. Apps above add what they keep by the names of roles.
Rename: TypeAlias = Callable[[PrincipalType, str, str], None]
RENAMES: Registry[Rename] = Registry("renames")


def principal_forget(*, kind: PrincipalType, principal_id: str) -> None:
    """Remove everything given to a person, group or role that is being deleted."""
    for table in (AclEntry, Grant, ConfigOverride):
        table.objects.filter(principal_type=kind, principal_id=principal_id).delete()
    overrides_changed()


def principal_rename(*, kind: PrincipalType, before: str, after: str) -> None:
    """Let everything given to a role follow its new name."""
    for table in (AclEntry, Grant, ConfigOverride):
        rows = table.objects.filter(principal_type=kind, principal_id=before)
        rows.update(principal_id=after)
    for rename in RENAMES.values():
        rename(kind, before, after)
    overrides_changed()
