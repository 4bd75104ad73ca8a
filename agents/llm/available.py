"""What a person can use now: endpoints, models, and the way to one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
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
from agents.llm.prices import ModelRates, model_rates, window_of
from agents.llm.providers.provider import Connection
from agents.llm.titles import TitleSettings, title_settings
from agents.llm.variables import CUSTOM_ORDER, is_listed

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
        for name, endpoint in _endpoints(user).items()
    }


def models_for(user: User) -> dict[str, list[str]]:
    """Return endpoint → models; lists asked from providers are cached, else the configured."""
    return {name: list(models) for name, models in _models(_endpoints(user), user).items()}


def picker_for(user: User) -> list[PickerGroup]:
    """Return the endpoints with their models, prices and windows, for the picker."""
    endpoints = _endpoints(user)
    lists = _models(endpoints, user)
    return [
        PickerGroup(
            endpoint=name,
            label=endpoint.label,
            icon=endpoint.icon_url or (name if name in catalog.LABELS else "custom"),
            needs_key=endpoint.is_by_user,
            models=[_picker_model(endpoint, model) for model in lists[name]],
        )
        for name, endpoint in endpoints.items()
    ]


def token_config_for(user: User) -> dict[str, dict[str, ModelRates]]:
    """Return endpoint → model → window, and prices where the interface shows costs."""
    endpoints = _endpoints(user)
    shows_cost = effective("interface", InterfaceConfig, user).context_cost
    return {
        name: {
            model: model_rates(endpoints[name], model)
            if shows_cost
            else ModelRates(window_of(endpoints[name], model))
            for model in models
        }
        for name, models in _models(endpoints, user).items()
    }


def check_offered(user: User, endpoint: str) -> None:
    """Pass when there is such an endpoint for a person; no provider is asked.

    Raises:
        UnknownEndpointError: there is none, or it is hidden from them.
    """
    if endpoint not in _endpoints(user):
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
    endpoints = _endpoints(user)
    found = endpoints.get(endpoint)
    if found is None:
        raise errors.UnknownEndpointError.of(info=endpoint[:128])
    check_model_name(found, model)
    # Behind an address of one's own only its owner knows which models there are.
    if not found.url_by_user and model not in _models({endpoint: found}, user)[endpoint]:
        raise errors.IllegalModelError.of(info=f"{endpoint}|{model}")
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
        context_window=window_of(found, model),
        max_output=catalog.max_output(model),
        endpoint_rates=found.rates,
        title=title_settings(found, model),
        user_provided=found.is_by_user,
    )


def _endpoints(user: User) -> dict[str, Endpoint]:
    """Return what there is for a person; an endpoint hidden from them does not exist."""
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


def _models(endpoints: Mapping[str, Endpoint], user: User) -> dict[str, tuple[str, ...]]:
    connections = {}
    for name, endpoint in endpoints.items():
        if endpoint.is_fetched:
            try:
                connections[name] = connection_for(endpoint, user, NOTHING)
            except errors.SetupError:
                continue  # until they bring a key, the configured list is shown
    lists = model_lists.fetched(connections) if connections else {}
    return {name: lists.get(name) or endpoint.models for name, endpoint in endpoints.items()}


def _picker_model(endpoint: Endpoint, model: str) -> PickerModel:
    rates = model_rates(endpoint, model)
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
    "endpoints_for",
    "models_for",
    "picker_for",
    "resolve",
    "token_config_for",
]
