"""What a person can use now: endpoints, models, and the way to one of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig
from accounts.models import User
from agents import config, errors
from agents.config import EndpointsConfig
from agents.llm import catalog, model_lists
from agents.llm.configured import configured
from agents.llm.connect import check_model_name, connection_for
from agents.llm.endpoint import Endpoint
from agents.llm.model_facts import facts_known, facts_told
from agents.llm.prices import ModelRates, model_rates, window_of
from agents.llm.providers.provider import Connection
from agents.llm.titles import TitleSettings, title_settings
from agents.llm.variables import CUSTOM_ORDER, is_listed
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from agents.visibility import Sight, sight_of

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EndpointInfo:
    """What clients are told about an endpoint; never an address or a key."""

    name: str
    type: str
    order: int
    user_provide: bool
    user_provide_url: bool
    label: str
    display_label: str
    icon_url: str
    custom_params: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Resolved:
    """All that a call of a model needs."""

    connection: Connection
    endpoint: str
    endpoint_type: str
    model: str
    label: str
    context_window: int
    max_output: int | None
    endpoint_rates: Mapping[str, Mapping[str, float]] | None
    title: TitleSettings
    user_provided: bool
    facts: ModelFacts = UNKNOWN  # what the provider's own list tells


@dataclass(frozen=True, slots=True)
class PickerModel:
    """A model to choose; prices are USD per million tokens, None when unknown."""

    id: str
    label: str
    context_window: int
    price_in: float | None
    price_out: float | None


@dataclass(frozen=True, slots=True)
class PickerGroup:
    """An endpoint with its models, as the picker shows it."""

    endpoint: str
    label: str
    icon: str
    needs_key: bool
    models: list[PickerModel]


def endpoints_for(user: User) -> dict[str, EndpointInfo]:
    """Return the endpoints a person sees, in their order."""
    return {
        name: EndpointInfo(
            name=name,
            type=endpoint.type,
            order=endpoint.order,
            user_provide=endpoint.key_by_user,
            user_provide_url=endpoint.url_by_user,
            label=endpoint.label,
            display_label=endpoint.display_label,
            icon_url=endpoint.icon_url,
            custom_params=endpoint.custom_params,
        )
        for name, endpoint in _endpoints(user, sight_of(user)).items()
    }


def models_for(user: User) -> dict[str, list[str]]:
    """Return endpoint → models; lists asked from providers are cached, else the configured."""
    sight = sight_of(user)
    lists = _models(_endpoints(user, sight), user, sight)
    return {name: list(models) for name, models in lists.items()}


def picker_for(user: User) -> list[PickerGroup]:
    """Return the endpoints with their models, prices and windows, for the picker."""
    sight = sight_of(user)
    endpoints = _endpoints(user, sight)
    lists = _models(endpoints, user, sight)
    told = facts_known(endpoints.values())
    return [
        PickerGroup(
            endpoint=name,
            label=endpoint.label,
            icon=endpoint.icon_url or (name if name in catalog.LABELS else "custom"),
            needs_key=endpoint.is_by_user,
            models=[
                _picker_model(endpoint, model, told[name].get(model, UNKNOWN))
                for model in lists[name]
            ],
        )
        for name, endpoint in endpoints.items()
        if lists[name]
        or not sight.narrows(name)  # nothing to choose where every model is for others
    ]


def token_config_for(user: User) -> dict[str, dict[str, ModelRates]]:
    """Return endpoint → model → window, and prices where the interface shows costs."""
    sight = sight_of(user)
    endpoints = _endpoints(user, sight)
    shows_cost = effective("interface", InterfaceConfig, user).context_cost
    lists = _models(endpoints, user, sight)
    told = facts_known(endpoints.values())

    def rates(name: str, model: str) -> ModelRates:
        facts = told[name].get(model, UNKNOWN)
        if shows_cost:
            return model_rates(endpoints[name], model, facts)
        return ModelRates(window_of(endpoints[name], model, facts))

    return {name: {model: rates(name, model) for model in lists[name]} for name in lists}


def check_offered(user: User, endpoint: str) -> None:
    """Pass when there is such an endpoint for a person; no provider is asked.

    Raises:
        UnknownEndpointError: there is none, or it is hidden from them.
    """
    if endpoint not in _endpoints(user, sight_of(user)):
        raise errors.UnknownEndpointError.of(info=endpoint[:128])


def resolve(
    user: User,
    endpoint: str,
    model: str,
    *,
    body: Mapping[str, str] = NOTHING,
) -> Resolved:
    """Return the way to a model for a person.

    ``body``: conversationId, parentMessageId and messageId, for placeholders in headers.

    Raises:
        SetupError: no such endpoint or model here, or the person's own key is missing.
    """
    sight = sight_of(user)
    found = _endpoints(user, sight).get(endpoint)
    if found is None:
        raise errors.UnknownEndpointError.of(info=endpoint[:128])
    check_model_name(found, model)
    # Behind an address of one's own only its owner knows which models there are.
    is_listed_here = found.url_by_user or model in _models({endpoint: found}, user, sight)[endpoint]
    if not is_listed_here or not sight.sees(endpoint, model):
        raise errors.IllegalModelError.of(info=f"{endpoint}|{model}")
    facts = facts_told(found).get(model, UNKNOWN)
    return Resolved(
        connection=connection_for(found.by_model.get(model, found), user, body),
        endpoint=endpoint,
        endpoint_type=found.type,
        model=model,
        label=catalog.sender(
            found.type,
            model,
            display_label=found.display_label,
            fallback=found.label,
        ),
        context_window=window_of(found, model, facts),
        max_output=facts.max_output or catalog.max_output(model),
        endpoint_rates=found.rates,
        title=_title(found, model, sight),
        user_provided=found.is_by_user,
        facts=facts,
    )


def _endpoints(user: User, sight: Sight) -> dict[str, Endpoint]:
    """Return what there is for a person; an endpoint hidden from them does not exist."""
    found = endpoints_configured(user)
    return {name: one for name, one in found.items() if sight.sees_endpoint(name)}


def endpoints_configured(user: User) -> dict[str, Endpoint]:
    """Return what is configured for a person, whether or not the rules let them see it."""
    found = configured(effective("endpoints", EndpointsConfig, user))
    if is_listed("ollama") and not any(name.lower() == "ollama" for name in found):
        models = model_lists.ollama_models()
        if models:
            found["ollama"] = _ollama(models)
    # The demo is for a server on which nothing is configured, for whomever.
    if not found and not configured(config.endpoints()):
        return {"demo": DEMO}
    return {name: one for name, one in found.items() if not one.is_hidden}


DEMO = Endpoint(
    name="demo",
    type="custom",
    dialect="demo",
    order=0,
    label=catalog.LABELS["demo"],
    display_label=catalog.LABELS["demo"],
    models=catalog.DEFAULT_MODELS["demo"],
    rates={"demo": {"prompt": 0, "completion": 0}},
)


def _ollama(models: tuple[str, ...]) -> Endpoint:
    return Endpoint(
        name="ollama",
        type="custom",
        dialect="ollama",
        order=CUSTOM_ORDER,
        label=catalog.LABELS["ollama"],
        base_url=model_lists.ollama_address(),
        models=models,
    )


def _title(endpoint: Endpoint, model: str, sight: Sight) -> TitleSettings:
    """Return how titles are made; a model that is not for the person makes none for them."""
    title = title_settings(endpoint, model)
    if sight.sees(title.endpoint, title.model):
        return title
    return replace(title, endpoint=endpoint.name, model=model)


def _models(
    endpoints: Mapping[str, Endpoint],
    user: User,
    sight: Sight,
) -> dict[str, tuple[str, ...]]:
    connections = {}
    for name, endpoint in endpoints.items():
        if endpoint.is_fetched:
            try:
                connections[name] = connection_for(endpoint, user, NOTHING)
            except errors.SetupError:
                continue  # until they bring a key, the configured list is shown
    lists = model_lists.fetched(connections) if connections else {}
    return {
        name: sight.among(name, lists.get(name) or endpoint.models)
        for name, endpoint in endpoints.items()
    }


def _picker_model(endpoint: Endpoint, model: str, facts: ModelFacts) -> PickerModel:
    rates = model_rates(endpoint, model, facts)
    return PickerModel(
        id=model,
        label=model,
        context_window=rates.context_window,
        price_in=rates.prompt,
        price_out=rates.completion,
    )


__all__ = [
    "EndpointInfo",
    "ModelRates",
    "PickerGroup",
    "PickerModel",
    "Resolved",
    "TitleSettings",
    "check_offered",
    "endpoints_configured",
    "endpoints_for",
    "models_for",
    "picker_for",
    "resolve",
    "token_config_for",
]
