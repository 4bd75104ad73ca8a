"""The part of the audit record that tells of people's data being looked at or taken away."""

from accounts.models.audit import AuditEvent


class DataAccess(AuditEvent):
    """An event of the audit record, on a page of its own; there is no second table."""

    class Meta:
        proxy = True
        ordering = ["-sequence"]
