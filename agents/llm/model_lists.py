"""Lists of models asked from providers: cached, and never a reason to wait or to fail."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import orjson
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.cache import cache

from accounts.models import User
from agents import config
from agents.errors import ProviderMalformedError, ProviderTimeoutError
from agents.llm.configured import configured
from agents.llm.connect import connection_for
from agents.llm.model_facts import Told, facts_keep
from agents.llm.providers import providers
from agents.llm.providers.provider import Connection
from agents.llm.providers.wire_provider import WireProvider
from agents.llm.variables import variable
from agents.llm.wire.model_list import UNKNOWN
from librechat.kernel import outbound
from librechat.kernel.errors import CACHE_AWAY, AppError

logger = logging.getLogger(__name__)

FRESH_SECONDS = 300
KEPT_SECONDS = 24 * 60 * 60
RETRY_SECONDS = 30
WAIT_SECONDS = 5
REFRESH_SECONDS = 15  # an administrator waits longer than somebody who wants to write
MOST_MODELS = 2_000
FACTS_OF = ("openAI", "anthropic")
OLLAMA_HOME = "http://localhost:11434"
OLLAMA_WAIT_SECONDS = 0.3
OLLAMA_FRESH_SECONDS = 60
OLLAMA_LIMITS = outbound.Limits(
    connect=OLLAMA_WAIT_SECONDS,
    first_byte=OLLAMA_WAIT_SECONDS,
    idle=OLLAMA_WAIT_SECONDS,
    total=OLLAMA_WAIT_SECONDS,
    size_bytes=1024 * 1024,
)

# Asking is async and callers are not: one loop per question, in a thread without one.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="model-lists")


def fetched(connections: Mapping[str, Connection]) -> dict[str, tuple[str, ...]]:
    """Return name → models of those providers that answered lately; others are left out.

    Asked at most every 5 minutes. Only the first question is waited for: later the last list
    serves, for up to a day, while a new one is fetched or the provider is down.
    """
    try:
        return _fetched({name: _key(one) for name, one in connections.items()}, connections)
    except CACHE_AWAY:
        logger.warning("The cache is away, and with it the lists that providers sent.")
        return {}


def _fetched(
    keys: Mapping[str, str], connections: Mapping[str, Connection]
) -> dict[str, tuple[str, ...]]:
    known = cache.get_many([*keys.values(), *(f"{key}:fresh" for key in keys.values())])
    due = {key: connections[name] for name, key in keys.items() if f"{key}:fresh" not in known}
    stale = {key: one for key, one in due.items() if known.get(key)}
    if stale:
        cache.set_many({f"{key}:fresh": 1 for key in stale}, RETRY_SECONDS)
        _threads.submit(_refresh, stale)
    unknown = {key: one for key, one in due.items() if key not in stale}
    if unknown:
        known |= _threads.submit(_refresh, unknown).result()
    return {name: tuple(known[key]) for name, key in keys.items() if known.get(key)}


def _refresh(connections: Mapping[str, Connection]) -> dict[str, list[str]]:
    """Ask, keep and return the lists that could be had; runs in a thread without a loop."""
    answers = asyncio.run(_ask_all(connections))
    for key, told in answers.items():
        facts_keep(connections[key], told)
    lists = {key: models for key, told in answers.items() if (models := _offered(told))}
    cache.set_many(lists, KEPT_SECONDS)
    cache.set_many({f"{key}:fresh": 1 for key in lists}, FRESH_SECONDS)
    cache.set_many({f"{key}:fresh": 1 for key in answers if key not in lists}, RETRY_SECONDS)
    return lists


async def _ask_all(connections: Mapping[str, Connection]) -> dict[str, Told]:
    answers = await asyncio.gather(*(_ask(one) for one in connections.values()))
    return dict(zip(connections, answers, strict=True))


async def _ask(connection: Connection) -> Told:
    """Return what a provider lists; nothing where it cannot be had."""
    try:
        return await _listed(connection, WAIT_SECONDS)
    except (AppError, TimeoutError) as exc:
        logger.warning(
            "A provider's list of models cannot be had; the configured one serves.",
            extra={"endpoint": connection.name, "reason": type(exc).__name__},
        )
        return {}


async def _listed(connection: Connection, seconds: float) -> Told:
    """Return model → what the list tells about it; a library's list tells names alone."""
    provider = providers.build(connection)
    async with asyncio.timeout(seconds):
        if isinstance(provider, WireProvider):
            told = await provider.list_facts()
        else:
            told = dict.fromkeys(await provider.list_models(), UNKNOWN)
    return {model: told[model] for model in sorted(told)[:MOST_MODELS]}


def _offered(told: Told) -> list[str]:
    """Return the models of a list that can be asked."""
    return [model for model, facts in told.items() if not facts.is_retired]


async def facts_refresh() -> int:
    """Ask the big providers what their models can do; return how many answered.

    A chore: their lists are configured here, so that nobody else asks. Others than the operator's
    own keys and addresses are left out.
    """
    endpoints = await sync_to_async(configured, thread_sensitive=False)(config.endpoints())
    asked = {
        name: connection_for(endpoint, User(), {})
        for name, endpoint in endpoints.items()
        if endpoint.type in FACTS_OF and not (endpoint.is_by_user or endpoint.is_fetched)
    }
    answers = await _ask_all(asked)
    for name, told in answers.items():
        await sync_to_async(facts_keep, thread_sensitive=False)(asked[name], told)
    return sum(map(bool, answers.values()))


def last_list(connection: Connection) -> tuple[str, ...]:
    """Return the list a provider gave last, if it is still kept; nobody is asked."""
    return tuple(cache.get(_key(connection)) or ())


def list_refresh(connection: Connection) -> tuple[str, ...]:
    """Ask a provider for its list now, keep it for everybody and return it.

    Raises:
        AppError: it cannot be had, or it is empty; the last one stays.
    """
    told = _threads.submit(_listed_now, connection).result()
    models = _offered(told)
    if not models:
        raise ProviderMalformedError.by(connection.name)
    facts_keep(connection, told)
    key = _key(connection)
    cache.set(key, models, KEPT_SECONDS)
    cache.set(f"{key}:fresh", 1, FRESH_SECONDS)
    return tuple(models)


def _listed_now(connection: Connection) -> Told:
    try:
        return asyncio.run(_listed(connection, REFRESH_SECONDS))
    except TimeoutError as exc:
        raise ProviderTimeoutError.by(connection.name) from exc


def _key(connection: Connection) -> str:
    """Return the cache key: who asks where, with which key and by which rules, sees which list."""
    parts = [
        connection.base_url,
        connection.api_key,
        connection.dialect,
        "operator's" if connection.is_trusted else "",
        *(f"{name}: {value}" for name, value in sorted(connection.headers.items())),
        *(f"{name}={value}" for name, value in sorted(connection.options.items())),
    ]
    return "models:" + hashlib.sha256("\x00".join(parts).encode()).hexdigest()


# --- Ollama --------------------------------------------------------------------------------


def ollama_address() -> str:
    """Return where Ollama is expected; empty when it is not to be looked for."""
    named = variable("OLLAMA_BASE_URL").rstrip("/").removesuffix("/v1").rstrip("/")
    return named or ("" if settings.IN_TESTS else OLLAMA_HOME)


def ollama_models() -> tuple[str, ...]:
    """Return the models of an Ollama that answers at once; looked for once a minute."""
    address = ollama_address()
    if not address:
        return ()
    key = f"ollama:{address}"
    models: list[str] | None = cache.get(key)
    if models is None:
        models = _threads.submit(_look_for_ollama, address).result()
        cache.set(key, models, OLLAMA_FRESH_SECONDS)
    return tuple(models)


def _look_for_ollama(address: str) -> list[str]:
    return asyncio.run(_ask_ollama(address))


async def _ask_ollama(address: str) -> list[str]:
    try:
        async with asyncio.timeout(OLLAMA_WAIT_SECONDS):
            answer = await outbound.fetch(
                "GET",
                f"{address}/api/tags",
                headers={},
                limits=OLLAMA_LIMITS,
                reach=outbound.TRUSTED,
            )
        listed = orjson.loads(answer.body)["models"]
        return sorted({str(model["name"]) for model in listed})[:MOST_MODELS]
    except (outbound.OutboundError, TimeoutError, ValueError, KeyError, TypeError):
        return []
