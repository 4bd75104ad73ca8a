"""What a run is given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from accounts.models import User
from agents.llm.providers.provider import Provider
from agents.llm.wire import parts as wire_parts


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSpec:
    """One run: who asks which model what, and how the calls are paid for.

    ``key``: names the run's holds; step n of the run is ``<key>:<n>``.
    ``context_window``: tokens the model takes in and gives out together.
    ``max_output``: the most the model writes in one call; None when unknown.
    ``is_window_explicit``: a person chose the window, so no head-room is kept.
    ``agent_id``, ``api_key_id``: by whom and with which key the run is made, where it is.
    ``project_id``: of the project its chat is in.
    ``context``: what the transaction is booked as: ``message`` or ``title``.
    """

    user: User
    key: str
    provider: Provider
    endpoint: str
    model: str
    messages: tuple[wire_parts.Message, ...]
    system: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    context_window: int = 32_000
    is_window_explicit: bool = False
    max_output: int | None = None
    endpoint_rates: Mapping[str, Mapping[str, float]] | None = None
    conversation_id: str = ""
    message_id: str = ""
    agent_id: str = ""
    api_key_id: str = ""
    project_id: str = ""
    context: Literal["message", "title"] = "message"
