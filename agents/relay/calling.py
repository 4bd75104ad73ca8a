"""One call of a model through the relay: admitted, paid for, tried where it can be answered."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from agents import config
from agents.llm.wire.fields import JsonObject, text_of
from agents.llm.wire.neutral import Usage
from agents.models import CallStatus
from agents.relay import observing
from agents.relay.allowances import Wanted
from agents.relay.exchange import ClientGoneError, Exchange, Header
from agents.relay.faults import WORTH_ANOTHER
from agents.relay.keys import KeyFacts
from agents.relay.limit_headers import limit_headers
from agents.relay.limits import Admission
from agents.relay.live import Live
from agents.relay.metering import Draw, Meter
from agents.relay.problems import RelayError, Speech
from agents.relay.record import Record, shortened
from agents.relay.targets import Target

# Asks one target and answers the client from its answer; RelayError when it came to nothing.
Ask: TypeAlias = Callable[["Calling", Target], Awaitable[None]]

BYTES_PER_TOKEN = 4
SMALL = 64 * 1024
LONG = 16 * 1024  # a text of this length without a blank is a picture or a document
PICTURE_CHARACTERS = 4_096  # what one counts as: some thousand tokens
LONGEST_REST = 3_600.0  # of a deployment, whatever it asks for
MOST_HELD_OUTPUT = 16_384  # of one call at first; longer answers draw more while they stream


@dataclass(slots=True, kw_only=True)
class Calling:
    """What is known of a call while it runs.

    ``parsed``: the body as JSON. ``wire``: the route's own dialect. ``usage``: what to charge when
    it ends, as far as it is known; ``is_begun``: the model has answered something.
    """

    exchange: Exchange
    facts: KeyFacts
    wire: str
    speech: Speech
    record: Record
    body: bytes
    parsed: JsonObject
    live: Live
    admission: Admission
    meter: Meter
    prompt_tokens: int
    output_tokens: int
    is_stream: bool = False
    failed_in_stream: bool = False
    draw: Draw | None = None
    usage: Usage | None = None
    requests: list[Usage] = field(default_factory=list)  # of one answer, all but the last
    dropped: tuple[str, ...] = ()  # what the upstream's dialect cannot say
    answer: list[bytes] = field(default_factory=list)  # kept by the key's policy

    @property
    def model(self) -> str:
        """The name the client used."""
        return self.record.alias

    def wanted(self, target: Target) -> Wanted:
        """Return how large the call may get with a target."""
        prompt = min(self.prompt_tokens, target.context_window)
        most = target.max_output or MOST_HELD_OUTPUT
        return Wanted(self.facts, target, prompt, min(self.output_tokens, most))

    async def cover(self, output_tokens: int) -> None:
        """Promise more when the answer outgrows what was held for it.

        Raises:
            RelayError: there is no more.
        """
        if self.draw is not None and output_tokens > self.draw.output_tokens:
            await self.meter.extend(self.draw)

    def first_byte(self) -> None:
        """Note when the model began to answer."""
        if self.record.first_byte_ms is None:
            now = asyncio.get_running_loop().time()
            self.record.first_byte_ms = round((now - self.exchange.started) * 1000)

    async def write(self, chunk: bytes) -> None:
        """Hand bytes to the client, and keep them where the key's policy says so."""
        if not chunk:
            return
        if self.facts.content_days:
            self.answer.append(chunk)
        live = self.live
        live.written_at = asyncio.get_running_loop().time()
        # A timer for each piece would be a third of what it costs: the running calls are looked
        # after anyway.
        live.is_writing = True
        await self.exchange.write_watched(chunk)
        live.is_writing = False


class Cooldowns:
    """Deployments that failed lately and rest."""

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}
        self._resting: dict[str, float] = {}

    def worked(self, target: Target) -> None:
        """Forget a deployment's failures."""
        if self._failures:
            self._failures.pop(target.id, None)
            self._resting.pop(target.id, None)

    def failed(self, target: Target, *, seconds: float | None = None) -> None:
        """Note a failure; after several in a row the deployment rests.

        seconds: how long it asked to be left alone; it rests at once then.
        """
        rules = config.relay()
        failures = self._failures[target.id] = self._failures.get(target.id, 0) + 1
        rest = min(seconds or 0.0, LONGEST_REST) if rules.cooldown_seconds else 0.0
        if failures >= rules.failures:
            rest = max(rest, rules.cooldown_seconds)
            self._failures[target.id] = 0
        if rest:
            self._resting[target.id] = asyncio.get_running_loop().time() + rest

    def is_resting(self, target: Target) -> bool:
        """Return whether a deployment is left out for the moment."""
        until = self._resting.get(target.id)
        return until is not None and until > asyncio.get_running_loop().time()

    def ordered(self, targets: Iterable[Target]) -> list[Target]:
        """Return the order in which targets are asked: tiers, by chance within, resting last."""
        listed = list(targets)
        if len(listed) == 1:
            return listed
        drawn = {id(one): secrets.SystemRandom().random() ** (1 / one.weight) for one in listed}
        return sorted(listed, key=lambda one: (self.is_resting(one), one.tier, -drawn[id(one)]))


class Attempts:
    """Tries a call's targets until one answers."""

    def __init__(self, meter: Meter, cooldowns: Cooldowns) -> None:
        self._meter = meter
        self._cooldowns = cooldowns

    async def run(self, calling: Calling, targets: Iterable[Target], ask: Ask) -> None:
        """Have the call answered, paid for whatever happens.

        Raises:
            RelayError: nobody could; nothing is charged but for what the client was sent.
        """
        record = calling.record
        try:
            await self._try(calling, self._cooldowns.ordered(targets), ask)
            record.status = CallStatus.ERROR if calling.failed_in_stream else CallStatus.OK
        except RelayError as refusal:
            record.error_code = shortened("error_code", refusal.code_in())
            record.http_status = refusal.status_in(calling.speech)
            raise
        except (ClientGoneError, asyncio.CancelledError):
            record.status = CallStatus.ABORTED
            raise
        finally:
            self._close(calling)

    def _close(self, calling: Calling) -> None:
        if calling.draw is None:
            return  # it was refused before anything was promised
        record, exchange = calling.record, calling.exchange
        exchange.is_noted = True
        record.http_status = record.http_status or exchange.status
        record.bytes_in, record.bytes_out = exchange.bytes_in, exchange.bytes_out
        record.total_ms = round((asyncio.get_running_loop().time() - exchange.started) * 1000)
        self._meter.close(
            calling.draw, calling.usage, requests=calling.requests, content=content_of(calling)
        )
        observing.closed(record)

    async def _try(self, calling: Calling, targets: list[Target], ask: Ask) -> None:
        record = calling.record
        last = len(targets) - 1
        for number, target in enumerate(targets):
            record.endpoint, record.model = target.endpoint, target.model
            record.upstream_dialect = target.dialect or target.connection.dialect
            record.retries = number
            calling.requests = []
            record.fallback_from = shortened("fallback_from", targets[0].id) if number else ""
            calling.draw = await self._meter.draw(
                calling.wanted(target), record, before=calling.draw
            )
            try:
                await ask(calling, target)
            except RelayError as refusal:
                is_final = number == last or calling.exchange.has_begun
                if refusal.kind in WORTH_ANOTHER:
                    self._cooldowns.failed(target, seconds=refusal.seconds)
                if is_final or refusal.kind not in WORTH_ANOTHER:
                    raise
            else:
                self._cooldowns.worked(target)
                return


def head_of(calling: Calling, target: Target) -> list[Header]:
    """Return the answer's headers that tell who served it and what is left."""
    fields = [(b"x-relay-model", _safe(target.id))]
    if calling.record.upstream_request_id:
        fields.append((b"x-upstream-request-id", _safe(calling.record.upstream_request_id)))
    if calling.dropped:
        fields.append((b"x-relay-dropped", _safe(",".join(calling.dropped))))
    return fields + limit_headers(calling.speech, calling.admission.measures)


def name_of_model(parsed: JsonObject) -> str:
    """Return the model a body names.

    Raises:
        RelayError: none.
    """
    name = text_of(parsed.get("model")).strip()
    if not name:
        raise RelayError.bad_request("The field is required.", param="model")
    return shortened("alias", name)


def estimated_prompt(body: bytes, parsed: JsonObject) -> int:
    """Return about how many tokens a body has; pictures inside it are not counted as text."""
    if len(body) <= SMALL or b"base64" not in body:
        return max(1, len(body) // BYTES_PER_TOKEN)
    return max(1, _characters(parsed) // BYTES_PER_TOKEN)


def estimated_output(parsed: JsonObject) -> int:
    """Return how many tokens are held for the answer at first."""
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        value = parsed.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return min(value, MOST_HELD_OUTPUT)
    return min(config.relay().default_max_tokens, MOST_HELD_OUTPUT)


def _characters(value: object) -> int:
    waiting, total = [value], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one) if len(one) < LONG or " " in one[:1024] else PICTURE_CHARACTERS
        elif isinstance(one, dict):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
    return total


def content_of(calling: Calling) -> bytes:
    """Return what is kept of a call, or nothing."""
    days = calling.facts.content_days
    if not days:
        return b""
    most = 256 * 1024
    answer = b"".join(calling.answer)[:most]
    asked = calling.body[:most].replace(b"\x00", b"")
    return b"%d\x00%b\x00%b" % (days, asked, answer.replace(b"\x00", b""))


def _safe(text: str) -> bytes:
    """Return a header's value without what would end the line."""
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isprintable())
    return text.encode("ascii", "replace")
