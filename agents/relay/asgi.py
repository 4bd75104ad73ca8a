"""The relay's door at ``/v1``: before Django's middleware, one straight way for a call."""

import asyncio
import logging
import time
from http import HTTPStatus
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl

from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGISendCallable,
    HTTPScope,
    Scope,
)
from django.conf import settings

from accounts.limits.addresses import address_behind, network_of
from agents import config
from agents.engine.offload import offload
from agents.models import CallStatus
from agents.relay import observing, serving
from agents.relay.cors import preflight_headers
from agents.relay.exchange import ClientGoneError, Exchange, read_headers
from agents.relay.keys import KeyFacts, key_text
from agents.relay.live import Live
from agents.relay.problems import RelayError, Speech
from agents.relay.record import Record, shortened, shortened_tags
from agents.relay.routes import UNKNOWN, Route, route_of, speech_of
from agents.relay.service import Service
from agents.relay.storing import replay
from agents.relay.visit import Visit

logger = logging.getLogger(__name__)

SELF = "librechat.relay"  # in the scope of what is handed on
OWN_TAGS = frozenset({"cache"})  # what the relay notes itself is no client's to say
HELLO = "/api/hello"  # Claude Code warms its connection up with it


class Relay:
    """Serves what is the relay's and hands everything else on."""

    def __init__(self, application: ASGI3Application) -> None:
        self._application = application
        self._services: dict[asyncio.AbstractEventLoop, Service] = {}

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Serve a scope."""
        if scope["type"] == "http":
            found = route_of(scope["path"], scope["method"])
            if found is not None:
                route, rest = found
                await self._serve(scope, receive, send, route=route, rest=rest)
                return
            if scope["path"] == HELLO and scope["method"] == "HEAD":
                exchange = Exchange(scope, receive, send, {})
                await exchange.answer(HTTPStatus.OK, b"")
                return
        if scope["type"] == "http":
            # Pages can call the relay as programs do, without knowing it.
            scope = cast("HTTPScope", {**scope, SELF: self})  # a scope with a word of ours
        await self._application(scope, receive, send)

    def service(self) -> Service:
        """Return what the calls of this loop share."""
        loop = asyncio.get_running_loop()
        service = self._services.get(loop)
        if service is None:
            service = self._services[loop] = Service(folder())
        return service

    async def start(self) -> None:
        """Store what a dead process had not."""
        await offload(replay, folder())

    async def stop(self) -> None:
        """Let running calls end, then write everything down."""
        service = self._services.pop(asyncio.get_running_loop(), None)
        if service is not None:
            await service.stop()

    async def _serve(
        self,
        scope: HTTPScope,
        receive: ASGIReceiveCallable,
        send: ASGISendCallable,
        *,
        route: Route,
        rest: str,
    ) -> None:
        exchange = Exchange(scope, receive, send, {})
        exchange.started = asyncio.get_running_loop().time()
        speech: Speech = "openai"
        try:
            exchange.headers = read_headers(scope["headers"])
            speech = speech_of(route, scope["path"], exchange.headers)
            if scope["method"] == "OPTIONS":
                await _preflight(exchange)
                return
            await self._opened(exchange, route, rest, speech)
        except ClientGoneError:
            return
        except RelayError as refusal:
            await _refuse(exchange, refusal, speech, route.wire)
        except Exception:
            logger.exception("The relay failed.", extra={"call": exchange.id})
            fault = RelayError("fault", "The relay failed. Nothing more was charged; try again.")
            await _refuse(exchange, fault, speech, route.wire)

    async def _opened(self, exchange: Exchange, route: Route, rest: str, speech: Speech) -> None:
        _check(exchange, route)
        service = self.service()
        forwarded = exchange.headers.get("x-forwarded-for", "")
        address = address_behind(exchange.peer, forwarded)
        facts = await service.keys.open(
            key_text(exchange.headers, speech),
            method=exchange.method,
            path=f"/v1{route.path}",
            address=address,
        )
        record = _record(exchange, route, facts, address)
        try:
            facts.check_route(route.scope)
            facts.check_address(address)
            await _running(service, exchange, facts, record, route, rest, speech)
        except RelayError as refusal:
            if not exchange.is_noted:
                _note(service, record, refusal, speech)
            raise


async def _running(  # noqa: PLR0913, PLR0917 - the one place where everything of a call meets
    service: Service,
    exchange: Exchange,
    facts: KeyFacts,
    record: Record,
    route: Route,
    rest: str,
    speech: Speech,
) -> None:
    """Serve a call until it ends, its client leaves or somebody ends it."""
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("A call runs in a task.")
    live = Live(exchange, facts, record, task, exchange.started)
    visit = Visit(service, exchange, facts, record, route, rest, speech, live)
    service.calls.begin(live)
    try:
        await serving.WORK[route.work](visit)
    except asyncio.CancelledError:
        if live.reason is not None:
            task.uncancel()
            raise live.reason from None
        if not live.is_gone:
            raise  # the server itself ends
        task.uncancel()
        raise ClientGoneError from None
    finally:
        service.calls.ended(live)


async def _preflight(exchange: Exchange) -> None:
    exchange.extra += preflight_headers(exchange.headers)
    await exchange.answer(HTTPStatus.NO_CONTENT, b"")


async def _refuse(exchange: Exchange, refusal: RelayError, speech: Speech, wire: str) -> None:
    """Tell the client; in a stream that has begun, as its last event."""
    if exchange.has_begun:
        await exchange.write(serving.error_event(exchange, refusal, speech, wire))
        await exchange.end()
        return
    exchange.extra += refusal.answer_headers(speech)
    body = b"" if exchange.method == "HEAD" else refusal.body(speech, exchange.id)
    await exchange.answer(refusal.status_in(speech), body)


def _check(exchange: Exchange, route: Route) -> None:
    if not config.relay().enabled:
        raise RelayError("unknown_route", "The relay is switched off on this server.")
    if route is UNKNOWN:
        raise RelayError("unknown_route", f"There is nothing at {exchange.path[:128]!r}.")
    if exchange.method not in route.methods:
        allowed = ", ".join(route.methods)
        raise RelayError("wrong_method", f"Use {allowed} here.", headers={"allow": allowed})
    query = exchange.scope["query_string"]
    if query and "key" in dict(parse_qsl(query.decode("latin-1"))):
        raise RelayError.bad_request("Keys belong in a header: addresses end up in logs.")


def _record(exchange: Exchange, route: Route, facts: KeyFacts, address: str) -> Record:
    headers = exchange.headers
    agent = headers.get("user-agent", "")
    session = headers.get("x-claude-code-session-id") or headers.get("session-id") or ""
    tags = headers.get("x-relay-tags", "")
    return Record(
        id=exchange.id,
        started_at=time.time(),
        api_key_id=facts.id,
        user_id=facts.user.pk,
        team_id=facts.team_id,
        route=route.path,
        client_dialect=route.wire or route.speech,
        address=network_of(address),
        user_agent=shortened("user_agent", agent.partition(" ")[0]),
        session=shortened("session", session),
        tags=_tags(tags) if tags else {},
    )


def _tags(text: str) -> dict[str, str]:
    named = (tag.partition("=") for tag in text.split(",") if tag.strip())
    told = ((name.strip(), value.strip()) for name, _sign, value in named)
    return shortened_tags((name, value) for name, value in told if name not in OWN_TAGS)


def _note(service: Service, record: Record, refusal: RelayError, speech: Speech) -> None:
    """Write down why a call came to nothing before it began."""
    record.http_status = refusal.status_in(speech)
    record.error_code = shortened("error_code", refusal.code_in())
    limited = refusal.kind in {"rate_limited", "out_of_funds"}
    record.status = CallStatus.LIMITED if limited else CallStatus.REFUSED
    service.meter.note(record)
    observing.closed(record)


def folder() -> Path:
    """Return where the journal lies."""
    return Path(settings.DATA_DIR) / "relay"
