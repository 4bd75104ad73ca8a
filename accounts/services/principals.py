"""What becomes of entries, grants and overrides when their receiver is renamed or goes."""

from accounts.access.overrides import overrides_changed
from accounts.models import AclEntry, ConfigOverride, Grant, PrincipalType


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
    overrides_changed()
