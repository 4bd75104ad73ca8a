"""Lists of models asked from providers: cached, and never a reason to wait or to fail."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import orjson
from django.conf import settings
from django.core.cache import cache

from agents.llm.providers import providers
from agents.llm.providers.provider import Connection
from agents.llm.variables import variable
from librechat.kernel import outbound
from librechat.kernel.errors import AppError

logger = logging.getLogger(__name__)

FRESH_SECONDS = 300
KEPT_SECONDS = 24 * 60 * 60
RETRY_SECONDS = 30
WAIT_SECONDS = 5
MOST_MODELS = 2_000
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
    keys = {name: _key(connection) for name, connection in connections.items()}
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
    lists = {key: models for key, models in answers.items() if models}
    cache.set_many(lists, KEPT_SECONDS)
    cache.set_many({f"{key}:fresh": 1 for key in lists}, FRESH_SECONDS)
    cache.set_many({f"{key}:fresh": 1 for key in answers if key not in lists}, RETRY_SECONDS)
    return lists


async def _ask_all(connections: Mapping[str, Connection]) -> dict[str, list[str] | None]:
    answers = await asyncio.gather(*(_ask(one) for one in connections.values()))
    return dict(zip(connections, answers, strict=True))


async def _ask(connection: Connection) -> list[str] | None:
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            models = await providers.build(connection).list_models()
    except (AppError, TimeoutError) as exc:
        logger.warning(
            "A provider's list of models cannot be had; the configured one serves.",
            extra={"endpoint": connection.name, "reason": type(exc).__name__},
        )
        return None
    return sorted(set(models))[:MOST_MODELS]


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
