"""Errors about starting an answer."""

from typing import ClassVar

from django.utils.translation import gettext as _

from conversations.errors.bodies import PROTOCOL_VERSION, control_body
from librechat.kernel.errors import AppError, ConflictError, ForbiddenError, InvalidInputError


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
        message = _("The message you are answering is not finished yet. Try again when it is.")
        super().__init__(message, body=control_body(self.code, message))


class GenerationRunningError(ConflictError):
    """This branch is already being answered."""

    code: ClassVar[str] = "RUN_STILL_ACTIVE"

    def __init__(self) -> None:
        message = _("This message is being answered already. Stop that answer first.")
        super().__init__(message, body=control_body(self.code, message))


class RequestReusedError(ConflictError):
    """The same clientRequestId came with a different body."""

    code: ClassVar[str] = "CLIENT_REQUEST_REUSED"

    def __init__(self) -> None:
        message = _("This clientRequestId was used for a different message.")
        super().__init__(message, body=control_body(self.code, message))


class TooManyGenerationsError(AppError):
    """The person has as many answers running as the operator allows."""

    code: ClassVar[str] = "concurrent"
    status: ClassVar[int] = 429

    def __init__(self, *, limit: int, pending: int) -> None:
        super().__init__(
            _("You have %(limit)s answers running. Wait for one to end.") % {"limit": limit},
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
        message = _("The server is restarting. Your message was not sent; try again in a moment.")
        super().__init__(
            message,
            body=control_body(self.code, message),
            retry_after_seconds=2,
        )


class ModelSpecError(InvalidInputError):
    """The operator's presets do not allow the choice of a start."""

    code: ClassVar[str] = "model_spec"


class TemporaryChatError(ForbiddenError):
    """Temporary chats are not for this person; ``body`` is LibreChat's."""

    code: ClassVar[str] = "temporary_chat"

    def __init__(self) -> None:
        super().__init__(
            _("Temporary chats are switched off for you. Nothing was sent; use an ordinary chat."),
            body={"message": "Forbidden: Insufficient permissions"},
        )


class EmptyMessageError(InvalidInputError):
    """There is nothing to send to the model."""

    code: ClassVar[str] = "empty_messages"

    def __init__(self) -> None:
        super().__init__(_("Write a message first."), body={"type": "empty_messages"})
