"""What is known about the models behind the names that the relay serves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from accounts.models import User
from agents.llm import available, catalog
from agents.llm.endpoint import Endpoint
from agents.llm.model_facts import facts_known
from agents.llm.prices import window_told
from agents.llm.relay_aliases import Name
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from agents.llm.wire.model_said import said_about


@dataclass(frozen=True, slots=True)
class Served:
    """A model as it is listed; of an alias with several models, the one that is asked first.

    ``created``: seconds since 1970. ``context_window`` and ``max_output``: tokens. 0 and "" where
    nothing is known; ``can``: ability → whether it has it, of those that are known.
    """

    name: str
    owner: str
    display_name: str
    created: int
    context_window: int
    max_output: int
    can: Mapping[str, bool]


def models_served(user: User, names: Iterable[Name]) -> list[Served]:
    """Return what is known: the alias's own word, then the provider's list, then the table."""
    endpoints = available.endpoints_configured(user)
    told = facts_known(endpoints.values())
    return [
        _served(
            one, endpoints.get(one.endpoint), told.get(one.endpoint, {}).get(one.model, UNKNOWN)
        )
        for one in names
    ]


def _served(name: Name, endpoint: Endpoint | None, facts: ModelFacts) -> Served:
    said = said_about(name.capabilities)
    told = window_told(endpoint, name.model, facts) if endpoint else 0
    is_alias = name.owner != name.endpoint
    return Served(
        name=name.name,
        owner=name.owner,
        display_name="" if is_alias else facts.display_name,
        created=facts.created,
        context_window=said.context_window or told or catalog.known_window(name.model) or 0,
        max_output=said.max_output or facts.max_output or catalog.output_ceiling(name.model) or 0,
        can={**facts.can, **said.can},
    )
