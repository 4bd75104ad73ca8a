"""Ways a request to the outside can fail."""

from typing import ClassVar, Literal

from librechat.kernel.errors import AppError

Phase = Literal["connect", "first_byte", "idle", "total"]


class OutboundError(AppError):
    """A request to another server failed; messages never hold addresses or keys."""

    code: ClassVar[str] = "outbound_failed"
    status: ClassVar[int] = 502


class UnsafeRequestError(OutboundError):
    """The URL or a header could mean two things, or names a port or scheme that is not served."""

    code = "outbound_unsafe_request"
    status = 400


class RefusedAddressError(OutboundError):
    """The address is not on the public internet and nobody allowed it."""

    code = "outbound_refused_address"
    status = 400


class UnreachableError(OutboundError):
    """No connection, or it broke: name, network or TLS."""

    code = "outbound_unreachable"


class TimedOutError(OutboundError):
    """The other side took too long; ``phase`` says when."""

    code = "outbound_timed_out"
    status = 504

    def __init__(self, phase: Phase) -> None:
        super().__init__("The other server did not answer in time.", phase=phase)
        self.phase = phase


class TooLargeError(OutboundError):
    """The answer is over the size limit."""

    code = "outbound_too_large"
