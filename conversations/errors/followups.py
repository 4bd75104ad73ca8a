"""Errors about messages that wait for a running answer."""

from typing import ClassVar

from conversations.errors.bodies import control_body
from librechat.kernel.errors import InvalidInputError


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
