"""How titles are made, by endpoint."""

from dataclasses import dataclass
from typing import Literal

from agents.llm.endpoint import Endpoint

CURRENT_MODEL = "current_model"


@dataclass(frozen=True, slots=True)
class TitleSettings:
    """How a new conversation gets its title.

    ``endpoint`` and ``model``: who is asked. ``prompt`` and ``prompt_template``: LibreChat's
    ``titlePrompt`` (holds ``{convo}``) and ``titlePromptTemplate``; empty means ours.
    """

    is_on: bool
    model: str
    endpoint: str
    prompt: str = ""
    prompt_template: str = ""
    timing: Literal["immediate", "final"] = "immediate"


def title_settings(endpoint: Endpoint, model: str) -> TitleSettings:
    """Return the settings of an endpoint; what ``endpoints.all`` gives goes before its own."""
    sources = [one for one in (endpoint.shared, endpoint.settings) if one is not None]

    def given(name: str) -> str:
        return next((value for one in sources if (value := getattr(one, name))), "")

    switches = [one.title_convo for one in sources if one.title_convo is not None]
    chosen = given("title_model")
    return TitleSettings(
        is_on=(switches[0] if switches else True) and endpoint.dialect != "demo",
        model=model if chosen in {"", CURRENT_MODEL} else chosen,
        endpoint=given("title_endpoint") or endpoint.name,
        prompt=given("title_prompt"),
        prompt_template=given("title_prompt_template"),
        timing="final" if given("title_timing") == "final" else "immediate",
    )
