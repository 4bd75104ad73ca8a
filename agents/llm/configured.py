"""Which endpoints the environment, librechat.yaml and overrides configure."""

import logging
from collections.abc import Iterator, Mapping
from functools import cache

from agents.config import CustomEndpoint, EndpointsConfig, TokenRates
from agents.llm import azure, builtin
from agents.llm.endpoint import USER_PROVIDED, Endpoint
from agents.llm.lines import Layers
from agents.llm.variables import BUILT_IN, CUSTOM_ORDER, is_listed, text
from librechat.kernel import yaml_config

logger = logging.getLogger(__name__)


def configured(held: EndpointsConfig) -> dict[str, Endpoint]:
    """Return the endpoints by name, in the order of ``ENDPOINTS``, custom ones last.

    ``held``: the section as it holds for somebody. Hidden endpoints are among the answer.
    """
    layers = Layers.of(held)
    candidates = (
        builtin.open_ai(layers),
        builtin.anthropic(layers),
        builtin.google(layers),
        azure.endpoint(layers),
        builtin.bedrock(layers),
    )
    known = [one for one in candidates if one is not None and is_listed(one.name)]
    found = {one.name: one for one in sorted(known, key=lambda one: one.order)}
    if is_listed("custom"):
        for one in _customs(layers):
            found.setdefault(one.name, one)
    return found


def _customs(layers: Layers) -> Iterator[Endpoint]:
    of_file: dict[str, CustomEndpoint] = {}
    for block in layers.file.custom:
        of_file.setdefault(_name(block), block)
    for block in layers.held.custom:
        name = _name(block)
        known = of_file.get(name)
        is_whole = name and block.models and text(block.api_key) and text(block.base_url)
        is_offered = is_whole and not _carries_away(block, known)
        if name not in BUILT_IN and (is_offered or (name and block.hidden)):
            yield _custom(layers, block, known)
        else:
            _warn(name)


def _carries_away(block: CustomEndpoint, of_file: CustomEndpoint | None) -> bool:
    """Return whether the file's key would go to another address, whatever led to that."""
    if of_file is None or text(block.api_key) == USER_PROVIDED:
        return False
    is_there = text(block.base_url) == text(of_file.base_url)
    return not is_there and text(block.api_key) == text(of_file.api_key)


@cache
def _warn(name: str) -> None:
    """Say once per process that an endpoint cannot be offered."""
    logger.warning(
        "A custom endpoint is left out: it needs a name of its own, apiKey, baseURL and models,"
        " and the variables it names must be set.",
        extra={"endpoint": name},
    )


def _custom(layers: Layers, block: CustomEndpoint, of_file: CustomEndpoint | None) -> Endpoint:
    name = _name(block)
    lists = block.models.default if block.models else []
    params = yaml_config.plain(block.custom_params) if block.custom_params else None
    address = text(block.base_url)
    is_operators = of_file is not None and address == text(of_file.base_url)
    return Endpoint(
        name=name,
        type="custom",
        dialect="anthropic" if block.provider == "anthropic" else "openai",
        order=CUSTOM_ORDER,
        label=name,
        base_url=address,
        api_key=text(block.api_key),
        headers=layers.headers(block.headers) if is_operators else (block.headers or {}),
        options=_options(block),
        extra=block.add_params or {},
        dropped=frozenset(block.drop_params or ()),
        models=tuple(dict.fromkeys(one if isinstance(one, str) else one.name for one in lists)),
        is_fetched=bool(block.models and block.models.fetch),
        rates={model: _rates(one) for model, one in (block.token_config or {}).items()} or None,
        settings=block,
        shared=layers.held.every,
        display_label=block.model_display_label or "",
        icon_url=block.icon_url or "",
        custom_params=params if isinstance(params, dict) else None,
        is_trusted=is_operators,
    )


def _name(block: CustomEndpoint) -> str:
    return (block.name or "").strip()


def _options(block: CustomEndpoint) -> dict[str, str]:
    by_user = block.models is not None and block.models.user_id_query
    return {
        **({"direct": "true"} if block.direct_endpoint else {}),
        **({"models_user": "{{LIBRECHAT_USER_ID}}"} if by_user else {}),
    }


def _rates(given: TokenRates) -> Mapping[str, float]:
    rates = {
        "prompt": given.prompt,
        "completion": given.completion,
        "context": given.context,
        "cacheRead": given.cache_read,
        "cacheWrite": given.cache_write,
    }
    return {name: rate for name, rate in rates.items() if rate is not None}
