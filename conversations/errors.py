"""Errors about conversations and generations."""

from typing import ClassVar

from librechat.kernel.errors import (
    AppError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
)

PROTOCOL_VERSION = 1  # of the chat protocol; see docs/api.md


def control_body(code: str, message: str) -> dict[str, object]:
    """Return the answer body of a refused chat start, stream or stop."""
    return {"code": code, "error": message, "generationProtocolVersion": PROTOCOL_VERSION}


class InvalidClientRequestIdError(InvalidInputError):
    """The clientRequestId is not a short plain id."""

    code: ClassVar[str] = "INVALID_CLIENT_REQUEST_ID"

    def __init__(self) -> None:
        message = "clientRequestId must be 1 to 64 letters, digits, hyphens or underscores."
        super().__init__(message, body=control_body(self.code, message))


class ParentNotReadyError(ConflictError):
    """The message to answer is not stored, or is still being written."""

    code: ClassVar[str] = "PARENT_NOT_READY"

    def __init__(self) -> None:
        message = "The message you are answering is not finished yet. Try again when it is."
        super().__init__(message, body=control_body(self.code, message))


class GenerationRunningError(ConflictError):
    """This branch is already being answered."""

    code: ClassVar[str] = "RUN_STILL_ACTIVE"

    def __init__(self) -> None:
        message = "This message is being answered already. Stop that answer first."
        super().__init__(message, body=control_body(self.code, message))


class RequestReusedError(ConflictError):
    """The same clientRequestId came with a different body."""

    code: ClassVar[str] = "CLIENT_REQUEST_REUSED"

    def __init__(self) -> None:
        message = "This clientRequestId was used for a different message."
        super().__init__(message, body=control_body(self.code, message))


class GenerationReplacedError(ConflictError):
    """The generation asked for is not the conversation's any more."""

    code: ClassVar[str] = "GENERATION_REPLACED"

    def __init__(self) -> None:
        body = control_body(self.code, "Generation replaced")
        message = "A newer answer took the place of the one you asked for."
        super().__init__(message, body={**body, "message": message})


class TooManyGenerationsError(AppError):
    """The person has as many answers running as the operator allows."""

    code: ClassVar[str] = "concurrent"
    status: ClassVar[int] = 429

    def __init__(self, *, limit: int, pending: int) -> None:
        super().__init__(
            f"You have {limit} answers running. Wait for one to end.",
            body={
                "type": "concurrent",
                "limit": limit,
                "pendingRequests": pending,
                "score": 1,
                "generationProtocolVersion": PROTOCOL_VERSION,
            },
        )


class NotAcceptingError(AppError):
    """The server is shutting down; another one will answer soon."""

    code: ClassVar[str] = "SERVER_NOT_READY"
    status: ClassVar[int] = 503

    def __init__(self) -> None:
        message = "The server is restarting. Your message was not sent; try again in a moment."
        super().__init__(
            message,
            body=control_body(self.code, message),
            retry_after_seconds=2,
        )


class LogUnavailableError(AppError):
    """The store of the event log cannot be reached."""

    code: ClassVar[str] = "log_unavailable"
    status: ClassVar[int] = 503


class LogTakenError(ConflictError):
    """Another process took a generation over and writes its log now."""

    code: ClassVar[str] = "log_taken"


class ModelSpecError(InvalidInputError):
    """The operator's presets do not allow the choice of a start."""

    code: ClassVar[str] = "model_spec"


class TemporaryChatError(ForbiddenError):
    """Temporary chats are not for this person; ``body`` is LibreChat's."""

    code: ClassVar[str] = "temporary_chat"

    def __init__(self) -> None:
        super().__init__(
            "Temporary chats are switched off for you. Nothing was sent; use an ordinary chat.",
            body={"message": "Forbidden: Insufficient permissions"},
        )


class RetentionError(ForbiddenError):
    """The operator keeps chats for less long than was asked for."""

    code: ClassVar[str] = "retention"

    def __init__(self) -> None:
        super().__init__(
            "Chats are not kept that long here. Nothing was changed; choose an earlier date.",
        )


class EmptyMessageError(InvalidInputError):
    """There is nothing to send to the model."""

    code: ClassVar[str] = "empty_messages"

    def __init__(self) -> None:
        super().__init__("Write a message first.", body={"type": "empty_messages"})


class StreamNotFoundError(NotFoundError):
    """There is nothing to attach to: no such answer, not yours, or over for a while."""

    code: ClassVar[str] = "stream_not_found"

    def __init__(self) -> None:
        message = "The generation job does not exist or has expired."
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
        message = "Name the conversation to stop."
        super().__init__(message, body=control_body(self.code, message))


class JobNotFoundError(NotFoundError):
    """Nothing runs under that id."""

    code: ClassVar[str] = "job_not_found"

    def __init__(self, stream_id: str) -> None:
        super().__init__("Job not found", body={"error": "Job not found", "streamId": stream_id})


class RunReplacedError(ConflictError):
    """The answer to stop is not the conversation's any more."""

    code: ClassVar[str] = "RUN_REPLACED"

    def __init__(self) -> None:
        message = "A newer answer took the place of the one to stop."
        super().__init__(message, body=control_body(self.code, message))


class AmbiguousRunError(ConflictError):
    """Several answers run, and the request does not say which one to stop."""

    code: ClassVar[str] = "AMBIGUOUS_ACTIVE_RUN"

    def __init__(self) -> None:
        message = "Several answers are running. Name the conversation to stop."
        super().__init__(message, body=control_body(self.code, message))


class ImportRefusedError(InvalidInputError):
    """A file to import is damaged, hostile or of no known format; nothing was changed."""

    code: ClassVar[str] = "import_refused"


class ImportTooLargeError(AppError):
    """A file to import is larger than the operator allows."""

    code: ClassVar[str] = "import_too_large"
    status: ClassVar[int] = 413


class ImportTypeError(AppError):
    """What was sent to be imported is no file of a type that could be one."""

    code: ClassVar[str] = "import_type"
    status: ClassVar[int] = 415


class ShareExistsError(ConflictError):
    """The branch is shared already."""

    code: ClassVar[str] = "share_exists"

    def __init__(self) -> None:
        super().__init__("This chat has a link already. Update that one, or delete it first.")


class ShareChangedError(ConflictError):
    """The owner took a new snapshot while a visitor looked at the one before."""

    code: ClassVar[str] = "share_changed"

    def __init__(self) -> None:
        super().__init__("The shared chat was updated meanwhile. Load the page and try again.")


class SearchUnavailableError(AppError):
    """The search server cannot be used; searches are answered by the database meanwhile."""

    code: ClassVar[str] = "search_unavailable"
    status: ClassVar[int] = 503


class FollowUpError(InvalidInputError):
    """A message cannot wait for the running answer; nothing was kept."""

    code: ClassVar[str] = "INVALID_QUEUED_TURN"

    def __init__(self, message: str) -> None:
        super().__init__(message, body=control_body(self.code, message))


class EmptyFollowUpError(FollowUpError):
    """It says nothing."""

    code: ClassVar[str] = "EMPTY_TEXT"


class FollowUpTooLongError(FollowUpError):
    """It is longer than what may wait."""

    code: ClassVar[str] = "QUEUED_TURN_TOO_LONG"
    status: ClassVar[int] = 413


class FollowUpFilesError(FollowUpError):
    """It has files."""

    code: ClassVar[str] = "INVALID_FILES"


class QueueFullError(FollowUpError):
    """As many wait in its conversation as may."""

    code: ClassVar[str] = "QUEUED_TURN_QUEUE_FULL"
    status: ClassVar[int] = 429
