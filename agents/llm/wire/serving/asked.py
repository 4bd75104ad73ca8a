"""What every dialect's server side gives and takes: an asked call, an answer's frame, refusals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agents.llm.wire.fields import JsonObject
from agents.llm.wire.neutral import ChatRequest, ChatResponse, Event


class BadRequestError(ValueError):
    """A body that is no request: what is wrong, and where.

    ``param``: path of the field, as ``messages.0.content``; "" for the body as a whole.
    ``code``: OpenAI's word where there is one (``unsupported_parameter`` …), else "".
    """

    def __init__(self, message: str, *, param: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, read. ``request.model`` is the name that the client used.

    ``dropped``: names of fields that no answer depends on and that were left out.
    ``tags``: the client's own notes for the record of use (``metadata``), text by text.
    ``end_user``: the client's name for whom it acts; hash it before it is stored.
    ``echo``: fields of the request that the dialect repeats in its answers.
    """

    request: ChatRequest
    is_streaming: bool = False
    wants_usage: bool = False  # in a stream
    dropped: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    end_user: str = ""
    session: str = ""
    echo: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answering:
    """What is the same in all of an answer.

    ``id``: of the relay's call, 24 hex characters; each dialect puts its own mark before it.
    ``model``: the name that the client used. ``created``: Unix seconds.
    """

    id: str
    model: str
    created: int
    asked: Asked


class Encoder(Protocol):
    """Neutral events to the bytes of one streamed answer."""

    def encode(self, events: Iterable[Event]) -> bytes:
        """Return the bytes for events, in order; empty when the client learns nothing yet.

        ``Failed`` becomes the dialect's error event and nothing follows it.
        """
        ...

    def keepalive(self) -> bytes:
        """Return a sign of life that is legal now."""
        ...


class ServerDialect(Protocol):
    """One dialect from the server's side."""

    def parse_request(self, body: JsonObject) -> Asked:
        """Return what a client asks for.

        Raises:
            BadRequestError: a wrong, missing or unsupported field.
        """
        ...

    def render_response(self, response: ChatResponse, answering: Answering) -> dict[str, object]:
        """Return the body of a whole answer."""
        ...

    def encoder(self, answering: Answering) -> Encoder:
        """Return what writes one streamed answer."""
        ...
