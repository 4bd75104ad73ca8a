"""The one way out: every request to another server passes these checks.

``stream`` opens a request and yields bytes, ``fetch`` returns a whole small answer,
``fetch_following`` also follows a few redirects. ``Reach`` says which addresses count as allowed
(``PUBLIC`` for everything a person or a model can influence, ``TRUSTED`` for what the operator
configured), ``Limits`` how long and how much.
"""

from librechat.kernel.outbound.addresses import PUBLIC, TRUSTED, Reach
from librechat.kernel.outbound.client import (
    SHORT,
    Answer,
    Limits,
    Response,
    fetch,
    stream,
)
from librechat.kernel.outbound.failures import (
    OutboundError,
    RefusedAddressError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    UnsafeRequestError,
)
from librechat.kernel.outbound.pool import close
from librechat.kernel.outbound.redirects import fetch_following

__all__ = [
    "PUBLIC",
    "SHORT",
    "TRUSTED",
    "Answer",
    "Limits",
    "OutboundError",
    "Reach",
    "RefusedAddressError",
    "Response",
    "TimedOutError",
    "TooLargeError",
    "UnreachableError",
    "UnsafeRequestError",
    "close",
    "fetch",
    "fetch_following",
    "stream",
]
