"""What can stop maintenance; each time nothing that is used was changed."""

from librechat.kernel.errors import AppError


class BackupDamagedError(AppError):
    """A backup cannot be trusted: cut off, changed, or not one of ours."""

    code = "backup_damaged"
    status = 422


class BackupKeyError(AppError):
    """A backup is sealed, and BACKUP_KEY does not open it."""

    code = "backup_key"
    status = 409


class BackupFailedError(AppError):
    """A backup could not be written; what was begun is removed."""

    code = "backup_failed"
    status = 507


class RestoreRefusedError(AppError):
    """A backup does not fit here, or what is here would be lost."""

    code = "restore_refused"
    status = 409


class MoveRefusedError(AppError):
    """A database cannot be moved there."""

    code = "move_refused"
    status = 409


class InUseError(AppError):
    """A server or a worker runs on the database that would be replaced or moved."""

    code = "in_use"
    status = 409
