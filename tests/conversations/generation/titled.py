"""Endpoints that name conversations, and the end of their titles."""

from typing import Any

from agents.llm.titles import TitleSettings
from conversations.generation import dispatch
from conversations.models import Generation
from tests.conversations.generation.turns import until


def title_settings(**fields: Any) -> TitleSettings:
    return TitleSettings(
        **{"is_on": True, "model": "small-model", "endpoint": "Scripted", **fields},
    )


async def over(generation: Generation) -> None:
    """Wait until the run and its title are done."""
    await until(lambda: not dispatch.is_running(generation.id))
