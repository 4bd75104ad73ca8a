"""Whose a response is that a provider keeps: only its owner asks for it, or goes on from it.

A provider knows the operator's account and nobody behind it, so whoever knew an id could go on from
anybody's conversation. The ids stay the provider's own and are looked up in the record of calls: a
mark of ours in them would need every event of every answer rewritten, and those pass as they are.
"""

import asyncio
import re

import orjson

from agents.engine.offload import offload
from agents.llm.wire.fields import JsonObject
from agents.models import RelayCall
from agents.relay.calling import Calling
from agents.relay.keys import KeyFacts
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit

PREVIOUS, CONVERSATION, BACKGROUND = "previous_response_id", "conversation", "background"
# Calls are written down a moment after they end, by other processes, too. Waits between two looks:
# together several times what a writer takes.
PAUSES = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6)
READ_AGAIN = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")  # it fits a column and an address
# A letter that need not be written so: names that are compared as bytes may hide behind it.
ESCAPED = re.compile(rb"\\u00[4-7]")


async def call_of(visit: Visit, name: str) -> RelayCall | None:
    """Return the call that made a response, if it was made by whose key this is."""
    if ID.fullmatch(name) is None:
        return None
    for pause in PAUSES:
        made = await offload(_call_of, visit.facts, name)
        if made is not None:
            return made
        await asyncio.sleep(pause)
        await visit.service.meter.flush()
    return await offload(_call_of, visit.facts, name)


async def keepers(
    visit: Visit, calling: Calling, targets: tuple[Target, ...]
) -> tuple[Target, ...]:
    """Return the targets that can go on from what a Responses body names; all where it names none.

    Where nothing is kept anyway, as the dialect is converted, the conversion refuses such names.

    Raises:
        RelayError: it is not there for this key, or is of a kind that cannot be told apart.
    """
    able = [target for target in targets if target.has_responses]
    if visit.route.scope != "responses" or not able:
        return targets
    parsed = calling.parsed
    _refuse_unowned(parsed)
    calling.body = _as_read(calling.body, parsed)
    name = parsed.get(PREVIOUS)
    if name is None:
        return targets
    made = await call_of(visit, name) if isinstance(name, str) else None
    # Ids of one provider mean nothing to another.
    found = tuple(one for one in able if made is not None and one.endpoint == made.endpoint)
    if made is None or not found:
        raise RelayError(
            "bad_request",
            f"Previous response with id {str(name)[:64]!r} not found.",
            param=PREVIOUS,
            code="previous_response_not_found",
        )
    # The provider reads all of it again: promised, and charged if nobody hears its own count.
    calling.prompt_tokens += sum(getattr(made, count) for count in READ_AGAIN)
    return found


def _call_of(facts: KeyFacts, name: str) -> RelayCall | None:
    # Other routes note ids, too, some of them given by servers that a person runs.
    calls = RelayCall.objects.filter(
        upstream_request_id=name, route="/responses", team_id=facts.team_id
    )
    return (calls if facts.team_id else calls.visible_to(facts.user)).first()


def _refuse_unowned(parsed: JsonObject) -> None:
    """Refuse what is kept at the provider without a call of which we know whose it is.

    Raises:
        RelayError: a conversation, of which none can be begun here, or an answer in the
            background, which is counted only when nobody of us listens any more.
    """
    if parsed.get(CONVERSATION):
        told = "Conversations are not kept here; send previous_response_id, or all of it as input."
        raise RelayError("unsupported", told, param=CONVERSATION)
    if parsed.get(BACKGROUND):
        told = "Answers in the background are not available here."
        raise RelayError("unsupported", told, param=BACKGROUND)


def _as_read(body: bytes, parsed: JsonObject) -> bytes:
    """Return a body in which nothing is named twice that was looked at once.

    Of two equal names we read the last; a provider that reads the first would see another request.
    """
    names = (PREVIOUS, CONVERSATION, BACKGROUND)
    is_twice = any(body.count(b'"%b"' % name.encode()) > 1 for name in names)
    return orjson.dumps(parsed) if is_twice or ESCAPED.search(body) else body
