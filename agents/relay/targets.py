"""From the name a client uses to the models that can answer: aliases, deployments, own names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from agents import errors
from agents.config import RelayDeploymentConfig
from agents.engine.offload import offload
from agents.llm import available, catalog
from agents.llm.providers import providers
from agents.llm.providers.provider import Connection, Provider
from agents.llm.providers.transport import limits_of, reach_of
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.relay_aliases import Alias, alias_for, filled, served
from agents.llm.relay_models import Served, models_served
from agents.llm.wire.model_said import said_about, traits_over
from agents.models import Match
from agents.relay.keys import KeyFacts
from agents.relay.memory import Memory
from agents.relay.problems import RelayError
from librechat.kernel import outbound
from librechat.kernel.errors import AppError

KNOWN_SECONDS = 5.0  # a change of models, rights or keys counts after this time
ATTEMPTS = 1  # clients try again themselves; another deployment is the better second try


@dataclass(frozen=True, slots=True)
class Target:
    """One model that can answer, with all that a call of it needs.

    ``dialect``: ``openai``, ``anthropic``, or "" for what is reached through a library.
    ``capabilities``: what the alias says about the model, over what the provider's list tells.
    """

    endpoint: str
    model: str
    dialect: str
    connection: Connection
    provider: Provider
    rates: Mapping[str, Mapping[str, float]] | None
    context_window: int
    max_output: int | None
    tier: int = 0
    weight: int = 1
    parameters: Mapping[str, object] = field(default_factory=dict)
    capabilities: Mapping[str, object] = field(default_factory=dict)
    limits: outbound.Limits = field(default_factory=outbound.Limits)
    reach: outbound.Reach = outbound.PUBLIC

    @property
    def id(self) -> str:
        """Its name among all deployments."""
        return f"{self.endpoint}/{self.model}"

    @property
    def has_responses(self) -> bool:
        """Whether its server speaks OpenAI's Responses dialect, too."""
        told = self.capabilities.get("responses", self.endpoint == "openAI")
        return self.dialect == "openai" and bool(told)


class Directory:
    """The ways found lately, by person and name."""

    def __init__(self) -> None:
        self._known: Memory[tuple[str, str, str], tuple[Target, ...]] = Memory(KNOWN_SECONDS)

    async def targets(self, facts: KeyFacts, model: str) -> tuple[Target, ...]:
        """Return the models behind a name, the first tier first.

        Raises:
            RelayError: there is no such model for this key.
        """
        if not facts.may_use(model):
            raise RelayError("forbidden", f"This key may not use the model {model[:128]!r}.")
        name = (facts.user.pk, facts.user.role, model)
        return await self._known.get(name, partial(offload, targets_of, facts, model))


def targets_of(facts: KeyFacts, model: str) -> tuple[Target, ...]:
    """Return the models behind a name.

    Raises:
        RelayError: there is none, or what it needs is missing.
    """
    alias = alias_for(model) or _own_name(facts, model)
    if alias is None:
        raise RelayError(
            "unknown_model",
            f"There is no model {model[:128]!r} here. GET /v1/models lists those there are.",
            param="model",
        )
    found: list[Target] = []
    refusals: list[AppError] = []
    for deployment in alias.deployments:
        try:
            found.append(_target(facts, alias, deployment, model))
        except (errors.SetupError, errors.ProviderError) as exc:
            refusals.append(exc)
    if not found:
        raise RelayError(
            "unknown_model", f"The model {model[:128]!r} cannot be used now.", param="model"
        ) from refusals[0]
    return tuple(sorted(found, key=lambda target: target.tier))


def models_for(facts: KeyFacts) -> list[Served]:
    """Return the models a key may use, with what is known about each, aliases first."""
    names = [one for one in served(facts.user) if facts.may_use(one.name)]
    return models_served(facts.user, names)


def _own_name(facts: KeyFacts, model: str) -> Alias | None:
    """Return the way to ``endpoint/model``, or to the first endpoint that has the model."""
    models = available.models_for(facts.user)
    endpoint, slash, rest = model.partition("/")
    if slash and rest in models.get(endpoint, ()):
        return _single(model, endpoint, rest)
    holder = next((name for name, listed in models.items() if model in listed), None)
    return _single(model, holder, model) if holder else None


def _single(name: str, endpoint: str, model: str) -> Alias:
    deployment = RelayDeploymentConfig(endpoint=endpoint, model=model)
    return Alias(name, Match.EXACT, (deployment,))


def _target(facts: KeyFacts, alias: Alias, deployment: RelayDeploymentConfig, asked: str) -> Target:
    model = filled(alias, deployment.model, asked)
    found = available.resolve(facts.user, deployment.endpoint, model)
    connection = replace(
        found.connection,
        most_attempts=ATTEMPTS,
        first_byte_seconds=deployment.timeout_seconds or 0,
    )
    provider = providers.build(connection)
    rates = found.endpoint_rates
    dialect = provider.dialect if isinstance(provider, WireProvider) else ""
    said = said_about(alias.capabilities)
    return Target(
        endpoint=found.endpoint,
        model=found.model,
        dialect=dialect,
        connection=connection,
        provider=provider,
        limits=limits_of(connection),
        reach=reach_of(connection),
        rates={**(rates or {}), model: dict(alias.rates)} if alias.rates else rates,
        context_window=said.context_window or found.context_window,
        max_output=said.max_output or found.max_output or catalog.output_ceiling(found.model),
        tier=deployment.tier,
        weight=deployment.weight,
        parameters=alias.parameters,
        capabilities=traits_over(found.facts, alias.capabilities, dialect),
    )
