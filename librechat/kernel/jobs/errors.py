"""What can be wrong with a job."""

from librechat.kernel.errors import AppError


class TryAgainError(AppError):
    """Raised by a job for a reason that passes; ``retry_after_seconds`` may say when."""

    code = "try_again"
    status = 503


class JobLostError(AppError):
    """The job was cancelled or given to another worker meanwhile; what it wrote is taken back."""

    code = "job_lost"
    status = 409


class HandBackError(AppError):
    """Raised by a long job when the process stops: another one goes on, no attempt is counted."""

    code = "job_handed_back"
    status = 503


class WorkerDiedError(AppError):
    """Every worker that ran the job died; it is not given to another one."""

    code = "worker_died"
    status = 500


class JobCancelledError(AppError):
    """An administrator cancelled the job."""

    code = "job_cancelled"
    status = 409
