"""The parts of a stored answer as the page shows them: steps, text, error, cost."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import Message
from conversations.queries.errors_shown import broken_off_view, error_view
from conversations.queries.own_words import said
from conversations.queries.views import ErrorView, State, StepView

CREDITS_PER_USD = 1_000_000
DIME = 0.1
DURATION = "runStepDurationMs"
FAILED = frozenset({"failed", "cancelled"})
# How a model's turn ended → the state the page shows; anything else is done.
STATES: dict[str, State] = {
    "stopped": "stopped",
    "interrupted": "interrupted",
    "cut": "interrupted",
    "limit": "interrupted",
    "error": "failed",
}


def visible_text(content: Iterable[Any]) -> str:
    """Return an answer as one Markdown text: its text parts, a blank line between them."""
    texts = (_text(part) for part in content if part.get("type") == "text")
    return "\n\n".join(text for text in texts if text)


def _text(part: dict[str, Any]) -> str:
    text = part.get("text", "")
    return str(text.get("value", "")) if isinstance(text, dict) else str(text)


def step_views(content: Sequence[Any]) -> tuple[StepView, ...]:
    """Return the rows above an answer; a row's key is its place in the content."""
    steps = (step_view(part, key=f"s{index}") for index, part in enumerate(content))
    return tuple(step for step in steps if step is not None)


def notice_view(text: str, at: int) -> StepView:
    """Return the row of something the person was told beside an answer."""
    return StepView(f"n{at}", "notice", said(text), "")


def notice_views(metadata: Mapping[str, Any]) -> tuple[StepView, ...]:
    """Return the rows of what the person was told while an answer was written."""
    told = metadata.get("notices") or []
    return tuple(notice_view(str(text), at) for at, text in enumerate(told))


def step_view(part: dict[str, Any], *, key: str) -> StepView | None:
    """Return the row of one part; None for parts that are not rows."""
    match part.get("type"):
        case "think":
            duration = part.get(DURATION)
            seconds = duration / 1000 if isinstance(duration, int | float) else None
            return StepView(key, "think", thought_title(seconds), str(part.get("think", "")))
        case "tool_call":
            return _tool_view(part.get("tool_call") or {}, key)
        case _:
            return None


def thought_title(seconds: float | None) -> str:
    """Return the name of a finished thought."""
    if seconds is None:
        return _("Thought")
    whole = max(1, round(seconds))
    return ngettext("Thought for %(n)s second", "Thought for %(n)s seconds", whole) % {"n": whole}


def tool_title(name: str, *, is_running: bool, is_failed: bool = False) -> str:
    """Return what a tool call's row says."""
    tool = name.partition("_mcp_")[0] or _("a tool")
    if is_running:
        return _("Using %(tool)s") % {"tool": tool}
    if is_failed:
        return _("%(tool)s failed") % {"tool": tool}
    return _("Used %(tool)s") % {"tool": tool}


def _tool_view(call: dict[str, Any], key: str) -> StepView:
    is_running = call.get("progress") != 1
    is_failed = call.get("runStepStatus") in FAILED
    duration = call.get(DURATION)
    return StepView(
        key,
        "tool",
        tool_title(str(call.get("name", "")), is_running=is_running, is_failed=is_failed),
        str(call.get("args", "")),
        output=str(call.get("output", "")),
        seconds=duration / 1000 if isinstance(duration, int | float) else None,
        is_running=is_running,
        is_failed=is_failed,
    )


def state_of(message: Message, *, is_running: bool) -> State:
    """Return how an answer stands."""
    if is_running:
        return "running"
    if message.error:
        return "failed"
    fallback: State = "stopped" if message.unfinished else "done"
    return STATES.get(message.finish_reason, fallback)


def error_of(message: Message, state: State) -> ErrorView | None:
    """Return the card below an answer, if it has one."""
    for part in message.content:
        if part.get("type") == "error":
            said = part.get("error") or ""
            stored = message.metadata.get("error") or {}
            if stored.get("type") == "budget":
                return error_view(stored)
            return broken_off_view(str(said)) if state == "interrupted" else error_view(said)
    if message.error:
        return error_view(message.text)
    if state == "interrupted":
        return error_view({"type": message.finish_reason or "interrupted"})
    return None


def usage_line(message: Message) -> str:
    """Return tokens, price and seconds in one quiet line; "" when nothing is known."""
    usage = message.metadata.get("usage") or {}
    named = ("input", "output", "cache_read", "cache_write")
    tokens = sum(int(usage.get(name) or 0) for name in named)
    pieces = []
    if tokens:
        shown = number_format(tokens, use_l10n=True, force_grouping=True)
        text = ngettext("%(n)s token", "%(n)s tokens", tokens) % {"n": shown}
        pieces.append(_("about %(text)s") % {"text": text} if usage.get("is_estimated") else text)
    credit = message.metadata.get("credits")
    if credit:
        pieces.append(f"${_price(credit / CREDITS_PER_USD)}")
    seconds = message.metadata.get("seconds")
    if seconds:
        pieces.append(_("%(n)s s") % {"n": number_format(seconds, decimal_pos=1)})
    return " · ".join(pieces)


def _price(dollars: float) -> str:
    """Two significant digits, at least cents: 0.0031, 0.12, 4.20."""
    places = 2 if dollars >= DIME else 1 - math.floor(math.log10(dollars))
    return number_format(dollars, decimal_pos=places)
