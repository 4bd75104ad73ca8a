"""What the page shows of messages, replies and conversations, ready for the templates."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.safestring import SafeString

from conversations.models import Conversation

State = Literal["running", "done", "stopped", "failed", "interrupted"]
STATES: tuple[State, ...] = ("running", "done", "stopped", "failed", "interrupted")


@dataclass(frozen=True, slots=True)
class StepView:
    """A row above the answer: reasoning, a tool call or a notice.

    ``key``: its slot, e.g. "s0"; of notices "n0" and on.
    """

    key: str
    kind: Literal["think", "tool", "notice"]
    title: str
    text: str
    output: str = ""
    seconds: float | None = None
    is_running: bool = False
    is_failed: bool = False


@dataclass(frozen=True, slots=True)
class ErrorView:
    """A card that says what went wrong and which ways on there are.

    ``actions``: of "retry", "continue", "add_key", "other_model", "shorten", "top_up",
    "ask_more".
    """

    title: str
    text: str
    actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SiblingsView:
    """Where a message stands among those with the same parent; ids are "" at the ends."""

    index: int = 1
    count: int = 1
    previous_id: str = ""
    next_id: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """One article of the thread.

    ``html``: all blocks of the text, sanitised. ``height``: a guess in pixels, for layout.
    ``generation_id``: set while the answer is being written. ``group``: what answers of several
    models to one message have in common until one of them is chosen.
    """

    message_id: str
    conversation_id: str
    parent_id: str
    role: Literal["user", "assistant"]
    sender: str
    endpoint: str
    model: str
    text: str
    html: SafeString
    state: State
    created_at: datetime
    height: int
    revision: int
    steps: tuple[StepView, ...] = ()
    error: ErrorView | None = None
    usage_line: str = ""
    feedback: str = ""
    feedback_tag: str = ""
    feedback_label: str = ""
    feedback_text: str = ""
    siblings: SiblingsView = SiblingsView()
    is_temporary: bool = False
    generation_id: str = ""
    files: tuple[dict[str, Any], ...] = ()
    quotes: tuple[str, ...] = ()
    group: str = ""

    @property
    def is_user(self) -> bool:
        """Whether a person wrote it."""
        return self.role == "user"

    @property
    def is_running(self) -> bool:
        """Whether the answer is being written."""
        return self.state == "running"

    @property
    def is_unfinished(self) -> bool:
        """Whether the answer can be continued."""
        return self.state in {"stopped", "interrupted"}

    @property
    def has_text(self) -> bool:
        """Whether there is anything to copy."""
        return bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A page of the visible branch, oldest first; ``older_cursor`` is "" at its root.

    ``has_newer``: the branch goes on below the page. ``compared``: the answers that stand side by
    side at its end, the branch's own first.
    """

    conversation: Conversation
    messages: tuple[MessageView, ...]
    older_cursor: str
    leaf_id: str
    running_generation_id: str
    has_newer: bool = False
    compared: tuple[MessageView, ...] = ()


@dataclass(frozen=True, slots=True)
class RowView:
    """A conversation in the sidebar."""

    conversation_id: str
    title: str
    url: str
    is_running: bool
    is_unread: bool
    is_pinned: bool
    is_archived: bool
    updated_at: datetime
    project_id: str = ""
