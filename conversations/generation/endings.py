"""How a run ended, in words: from the last event or the failure to what is stored and said."""

import logging
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import orjson
from django.utils.translation import gettext as _

from agents.errors import ProviderError
from agents.llm.wire import neutral
from conversations.generation.assemble import ContentPart
from librechat.kernel.errors import AppError
from librechat.kernel.ids import short_id

logger = logging.getLogger(__name__)

Finality: TypeAlias = Literal["done", "stopped", "failed", "interrupted"]

PREFIX = "An error occurred while processing the request: "


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of a run.

    ``finish_reason``: stop, length, refusal, content_filter · stopped (by the person) · cut (by
    the provider) · interrupted (by the server) · limit · error.
    ``error``: LibreChat's error object, or type and message. ``sentence``: what the answer says
    about it; empty when there is nothing to say.
    """

    state: Finality
    finish_reason: str
    error: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""
    is_setup_error: bool = False

    @property
    def is_unfinished(self) -> bool:
        """Whether the answer stops in the middle and can be continued."""
        return self.state in ("stopped", "interrupted")

    def error_part(self, *, has_content: bool) -> list[ContentPart]:
        """Return the error as a content part, if there is one to show.

        An answer that was merely cut off says so by its finish reason, unless it is empty.
        """
        is_told = bool(self.sentence) and not (has_content and self.is_unfinished)
        return [{"type": "error", "error": self.sentence}] if is_told else []


RESTARTED = "The server was restarted before the answer began."
STOPPED = Ending("stopped", "stopped")
SHUT_DOWN = Ending("interrupted", "interrupted", {"type": "server_restart"}, RESTARTED)
LOST = Ending("interrupted", "interrupted", {"type": "lease_lost"})


def ending_of_event(event: neutral.Finished | neutral.Failed) -> Ending:
    """Return how a run ended that reached its last event."""
    if isinstance(event, neutral.Finished):
        return Ending("done", event.reason)
    error = {"type": event.kind, "message": event.message}
    if event.kind in ("cut", "limit"):
        return Ending("interrupted", event.kind, error, event.message)
    return Ending("failed", "error", error, PREFIX + event.message)


def ending_of_failure(failure: Exception, *, has_begun: bool) -> Ending:
    """Return how a run ended that raised; ``has_begun``: the model had been called."""
    if isinstance(failure, ProviderError):
        return Ending(
            "failed",
            "error",
            {"type": failure.code, "message": failure.message},
            PREFIX + _with_status(failure),
        )
    if isinstance(failure, AppError):
        body = failure.data.get("body")
        error = dict(body) if isinstance(body, dict) else {"type": failure.code}
        if has_begun:  # the balance ran out in mid-answer
            return Ending("interrupted", "limit", error, failure.message)
        # LibreChat's client shows what it has no words for as it is: then a sentence, no object.
        is_known = isinstance(body, dict) and "message" not in error
        sentence = orjson.dumps(error).decode() if is_known else failure.message
        return Ending("failed", "error", error, sentence, is_setup_error=True)
    error_id = short_id(8)
    logger.error("An answer failed.", exc_info=failure, extra={"error_id": error_id})
    message = _("Something went wrong here (error %(error)s).") % {"error": error_id}
    return Ending("failed", "error", {"type": "internal", "id": error_id}, PREFIX + message)


def _with_status(failure: ProviderError) -> str:
    """Return what to say, behind the provider's HTTP status where LibreChat has it."""
    status = failure.data.get("upstream_status")
    return f"{status} {failure.message}" if status else failure.message
