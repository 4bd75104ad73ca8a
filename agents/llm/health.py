"""Whether a provider answers, how fast, and what it says when it does not."""

import asyncio
import hashlib
import time
from collections.abc import AsyncGenerator, Awaitable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeAlias, TypeVar, cast

from django.core.cache import cache

from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.audit import Act, Target, audit_record
from agents.errors import (
    InvalidBaseUrlError,
    ProviderTimeoutError,
    ProviderUnreachableError,
    SetupError,
)
from agents.llm.connect import check_model_name, connection_for
from agents.llm.endpoint import Endpoint
from agents.llm.providers import providers
from agents.llm.providers.provider import Connection, Provider
from agents.llm.wire.neutral import (
    ChatRequest,
    Event,
    Failed,
    TextDelta,
    ThinkingDelta,
    ToolCallStarted,
    UsageReported,
)
from agents.llm.wire.parts import Message, TextPart
from librechat.kernel import clock
from librechat.kernel.errors import AppError

State: TypeAlias = Literal["ok", "refused", "unreachable", "unready"]
T = TypeVar("T")

LIST_SECONDS = 15
CHAT_SECONDS = 45
KEPT_SECONDS = 30 * 24 * 60 * 60
QUESTION = "Say: ok"
AWAY = (ProviderUnreachableError, ProviderTimeoutError, InvalidBaseUrlError)

# Asking is async and callers are not: one loop per test, in a thread without one.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="provider-tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a test found.

    state: ``unready`` when nothing could be asked, as without the tester's own key.
    model: whom a token was asked of; "" when only the list was. models: how long the list is,
    None when it could not be had. list_ms: until the whole list was there; first_byte_ms,
    first_token_ms and total_ms: of the chat, from its start; None when it did not come so far.
    code, status, said: the refusal, its HTTP status (0: none) and the provider's own words,
    without keys and addresses.
    """

    state: State
    at: datetime
    model: str = ""
    models: int | None = None
    list_ms: int | None = None
    first_byte_ms: int | None = None
    first_token_ms: int | None = None
    total_ms: int | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    code: str = ""
    status: int = 0
    said: str = ""

    @property
    def latency_ms(self) -> int | None:
        """The first byte of the chat, or the list when nothing was said."""
        return self.list_ms if self.first_byte_ms is None else self.first_byte_ms


def provider_test(
    *,
    endpoint: Endpoint,
    model: str = "",
    actor: User,
    caller: Caller | None = None,
) -> Health:
    """Ask a provider for its list, and a model for one token; keep what came and note who asked.

    Nobody pays for it here. It takes at most a minute.
    """
    found = _tested(endpoint, model, actor)
    keys = {_key(endpoint.name), _key(endpoint.name, model)}
    cache.set_many(dict.fromkeys(keys, asdict(found)), KEPT_SECONDS)
    seen = {"state": found.state, "model": model, "code": found.code, "said": found.said}
    tokens = {"input_tokens": found.input_tokens, "output_tokens": found.output_tokens}
    audit_record(
        Act(
            category="system",
            action="provider.tested",
            outcome="success" if found.state == "ok" else "failure",
            actor=actor,
            target=Target("endpoint", endpoint.name[:64], endpoint.name),
            metadata={**seen, **tokens, "latency_ms": found.latency_ms},
            caller=caller,
        ),
    )
    return found


def health_known(names: list[str]) -> dict[str, Health]:
    """Return endpoint → its last test, of those tested in the last 30 days."""
    keys = {_key(name): name for name in names}
    found = cache.get_many(list(keys))
    return {keys[key]: _restored(kept) for key, kept in found.items()}


def model_health(endpoint: str, model: str) -> Health | None:
    """Return the last test of one model, if there was one in the last 30 days."""
    found = cache.get(_key(endpoint, model))
    return None if found is None else _restored(found)


def _restored(kept: dict[str, Any]) -> Health:
    """Return what another version may have kept, too."""
    return Health(**{name: kept[name] for name in Health.__slots__ if name in kept})


def connection_to(endpoint: Endpoint, model: str, user: User) -> Connection:
    """Return a person's connection to an endpoint, and where each model has its own, to that.

    Raises:
        SetupError: their own key or address is missing.
    """
    served = endpoint.by_model.get(model) or next(iter(endpoint.by_model.values()), endpoint)
    return connection_for(served, user, {})


def _key(endpoint: str, model: str = "") -> str:
    name = f"{endpoint}\x00{model}"
    return "provider-health:" + hashlib.sha256(name.encode()).hexdigest()


def _tested(endpoint: Endpoint, model: str, user: User) -> Health:
    try:
        if model:
            check_model_name(endpoint, model)
        connection = connection_to(endpoint, model, user)
    except SetupError as exc:
        return Health(state="unready", at=clock.now(), model=model, code=exc.code)
    return _threads.submit(_run, connection, model, clock.now()).result()


def _run(connection: Connection, model: str, at: datetime) -> Health:
    return asyncio.run(_ask(connection, Health(state="ok", at=at, model=model)))


async def _ask(connection: Connection, begun: Health) -> Health:
    try:
        provider = providers.build(connection)
    except AppError as exc:
        return _refused(begun, exc)
    listed = await _list(connection, provider, begun)
    if not begun.model:
        return listed
    # A server that speaks well may have no list: what the chat says counts.
    asked = replace(begun, models=listed.models, list_ms=listed.list_ms)
    return await _chat(connection, provider, asked)


async def _list(connection: Connection, provider: Provider, begun: Health) -> Health:
    start = time.monotonic()
    try:
        models = await _within(LIST_SECONDS, connection, provider.list_models())
    except AppError as exc:
        return _refused(begun, exc)
    return replace(begun, models=len(set(models)), list_ms=_since(start))


async def _chat(connection: Connection, provider: Provider, begun: Health) -> Health:
    """Ask for one token; the answer itself is thrown away."""
    question = Message("user", (TextPart(QUESTION),))
    request = ChatRequest(begun.model, (question,), parameters={"max_tokens": 1})
    stream = provider.stream(request)
    events = cast("AsyncGenerator[Event, None]", stream)  # the protocol says less
    listener = _Listener(begun)
    try:
        async with aclosing(events):
            await _within(CHAT_SECONDS, connection, listener.listen(events))
    except AppError as exc:
        return _refused(listener.heard, exc)
    return listener.heard


class _Listener:
    """Notes when what came."""

    def __init__(self, begun: Health) -> None:
        self.heard = begun

    async def listen(self, events: AsyncGenerator[Event, None]) -> None:
        """Take every event."""
        start = time.monotonic()
        async for event in events:
            passed = _since(start)
            if self.heard.first_byte_ms is None:
                self.heard = replace(self.heard, first_byte_ms=passed)
            self._take(event, passed)
        self.heard = replace(self.heard, total_ms=_since(start))

    def _take(self, event: Event, passed: int) -> None:
        match event:
            case TextDelta() | ThinkingDelta() | ToolCallStarted():
                if self.heard.first_token_ms is None:
                    self.heard = replace(self.heard, first_token_ms=passed)
            case UsageReported(usage=usage):
                self.heard = replace(
                    self.heard,
                    input_tokens=usage.prompt_tokens,
                    output_tokens=usage.output_tokens,
                )
            case Failed(kind=kind, message=message):
                self.heard = replace(self.heard, state="refused", code=kind, said=message)
            case _:
                pass


async def _within(seconds: float, connection: Connection, work: Awaitable[T]) -> T:
    """Return what work brings.

    Raises:
        ProviderTimeoutError: it takes longer.
    """
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError as exc:
        raise ProviderTimeoutError.by(connection.name) from exc


def _since(start: float) -> int:
    """Return the milliseconds since a moment of the monotonic clock."""
    return round((time.monotonic() - start) * 1000)


def _refused(begun: Health, refusal: AppError) -> Health:
    status = refusal.data.get("upstream_status")
    return replace(
        begun,
        state="unreachable" if isinstance(refusal, AWAY) else "refused",
        code=refusal.code,
        status=status if isinstance(status, int) else 0,
        said=str(refusal.data.get("said", "")),
    )
