"""Errors about reading and stopping an answer that runs."""

from typing import ClassVar

from django.utils.translation import gettext as _

from conversations.errors.bodies import PROTOCOL_VERSION, control_body
from librechat.kernel.errors import AppError, ConflictError, InvalidInputError, NotFoundError


class GenerationReplacedError(ConflictError):
    """The generation asked for is not the conversation's any more."""

    code: ClassVar[str] = "GENERATION_REPLACED"

    def __init__(self) -> None:
        body = control_body(self.code, "Generation replaced")
        message = _("A newer answer took the place of the one you asked for.")
        super().__init__(message, body={**body, "message": message})


class LogUnavailableError(AppError):
    """The store of the event log cannot be reached."""

    code: ClassVar[str] = "log_unavailable"
    status: ClassVar[int] = 503


class LogTakenError(ConflictError):
    """Another process took a generation over and writes its log now."""

    code: ClassVar[str] = "log_taken"


class StreamNotFoundError(NotFoundError):
    """There is nothing to attach to: no such answer, not yours, or over for a while."""

    code: ClassVar[str] = "stream_not_found"

    def __init__(self) -> None:
        message = _("The generation job does not exist or has expired.")
        super().__init__(
            message,
            body={
                "error": "Stream not found",
                "message": message,
                "generationProtocolVersion": PROTOCOL_VERSION,
            },
        )


class InvalidMomentError(InvalidInputError):
    """generationCreatedAt is not a number of milliseconds."""

    code: ClassVar[str] = "INVALID_GENERATION_CREATED_AT"

    def __init__(self) -> None:
        message = "generationCreatedAt must be a whole number of milliseconds."
        super().__init__(message, body=control_body(self.code, message))


class InvalidStopTargetError(InvalidInputError):
    """A stop request names nothing."""

    code: ClassVar[str] = "INVALID_ABORT_TARGET"

    def __init__(self) -> None:
        message = _("Name the conversation to stop.")
        super().__init__(message, body=control_body(self.code, message))


class JobNotFoundError(NotFoundError):
    """Nothing runs under that id."""

    code: ClassVar[str] = "job_not_found"

    def __init__(self, stream_id: str) -> None:
        super().__init__(_("Job not found"), body={"error": "Job not found", "streamId": stream_id})


class RunReplacedError(ConflictError):
    """The answer to stop is not the conversation's any more."""

    code: ClassVar[str] = "RUN_REPLACED"

    def __init__(self) -> None:
        message = _("A newer answer took the place of the one to stop.")
        super().__init__(message, body=control_body(self.code, message))


class AmbiguousRunError(ConflictError):
    """Several answers run, and the request does not say which one to stop."""

    code: ClassVar[str] = "AMBIGUOUS_ACTIVE_RUN"

    def __init__(self) -> None:
        message = _("Several answers are running. Name the conversation to stop.")
        super().__init__(message, body=control_body(self.code, message))
