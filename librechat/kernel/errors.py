"""The root of every expected failure."""

from typing import ClassVar

from django_redis.exceptions import ConnectionInterrupted
from redis.exceptions import RedisError

# What the shared cache raises while its server is away.
CACHE_AWAY = (RedisError, ConnectionInterrupted)


class AppError(Exception):
    """A failure with a stable code, an HTTP status and data that is safe to show.

    Doors never catch it: ``problems.py``, the consumers and the SSE view translate it once.
    ``message``: a sentence in the language that is active where it is raised.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data


class InvalidInputError(AppError):
    """The request cannot be understood; nothing was changed."""

    code = "invalid_input"
    status = 400


class NotFoundError(AppError):
    """There is no such thing, or it is not yours: both look the same."""

    code = "not_found"
    status = 404


class ForbiddenError(AppError):
    """You are known, but this is not allowed to you."""

    code = "forbidden"
    status = 403


class ConflictError(AppError):
    """The thing changed, or is busy; nothing was changed."""

    code = "conflict"
    status = 409
