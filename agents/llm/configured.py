"""Which endpoints the environment and librechat.yaml configure."""

import logging
from collections.abc import Iterator, Mapping
from functools import cache

from agents import config
from agents.config import CustomEndpoint, TokenRates
from agents.llm import azure, builtin
from agents.llm.endpoint import Endpoint
from agents.llm.variables import BUILT_IN, CUSTOM_ORDER, headers_of, is_listed, text
from librechat.kernel import yaml_config

logger = logging.getLogger(__name__)


def configured() -> dict[str, Endpoint]:
    """Return the endpoints by name, in the order of ``ENDPOINTS``, custom ones last."""
    candidates = (
        builtin.open_ai(),
        builtin.anthropic(),
        builtin.google(),
        azure.endpoint(),
        builtin.bedrock(),
    )
    known = [one for one in candidates if one is not None and is_listed(one.name)]
    found = {one.name: one for one in sorted(known, key=lambda one: one.order)}
    if is_listed("custom"):
        for one in _customs():
            found.setdefault(one.name, one)
    return found


def _customs() -> Iterator[Endpoint]:
    for block in config.endpoints().custom:
        name = (block.name or "").strip()
        is_whole = name and block.models and text(block.api_key) and text(block.base_url)
        if is_whole and name not in BUILT_IN:
            yield _custom(name, block)
        else:
            _warn(name)


@cache
def _warn(name: str) -> None:
    """Say once per process that an endpoint cannot be offered."""
    logger.warning(
        "A custom endpoint is left out: it needs a name of its own, apiKey, baseURL and models,"
        " and the variables it names must be set.",
        extra={"endpoint": name},
    )


def _custom(name: str, block: CustomEndpoint) -> Endpoint:
    lists = block.models.default if block.models else []
    params = yaml_config.plain(block.custom_params) if block.custom_params else None
    return Endpoint(
        name=name,
        type="custom",
        dialect="anthropic" if block.provider == "anthropic" else "openai",
        order=CUSTOM_ORDER,
        label=name,
        base_url=text(block.base_url),
        api_key=text(block.api_key),
        headers=headers_of(block),
        options=_options(block),
        extra=block.add_params or {},
        dropped=frozenset(block.drop_params or ()),
        models=tuple(dict.fromkeys(one if isinstance(one, str) else one.name for one in lists)),
        is_fetched=bool(block.models and block.models.fetch),
        rates={model: _rates(one) for model, one in (block.token_config or {}).items()} or None,
        settings=block,
        display_label=block.model_display_label or "",
        icon_url=block.icon_url or "",
        custom_params=params if isinstance(params, dict) else None,
    )


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
