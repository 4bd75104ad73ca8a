"""From a visit to a call that may be made: its body, its model, its place within the limits."""

import orjson

from agents.llm.wire.fields import JsonObject, NotJsonError, parse_asked
from agents.relay.calling import Calling, estimated_output, estimated_prompt, name_of_model
from agents.relay.problems import RelayError
from agents.relay.targets import Target
from agents.relay.visit import Visit

MOST_DEPTH = 200  # orjson writes 254 levels; conversion adds some
NOT_JSON = "The body is not valid JSON, or is nested too deep."


async def json_body(visit: Visit) -> tuple[bytes, JsonObject]:
    """Return the body, as it came and read.

    Raises:
        RelayError: it is no JSON object.
    """
    body = await visit.exchange.body()
    try:
        parsed, is_repaired = parse_asked(body)
    except NotJsonError as exc:
        raise RelayError.bad_request(NOT_JSON) from exc
    if not isinstance(parsed, dict):
        raise RelayError.bad_request("The body must be a JSON object.")
    if body.count(b"{") + body.count(b"[") > MOST_DEPTH and _is_deep(parsed):
        raise RelayError.bad_request(NOT_JSON)
    # What had to be repaired to be read (half a surrogate pair) is not handed on as it came.
    return (orjson.dumps(parsed) if is_repaired else body), parsed


def _is_deep(parsed: object) -> bool:
    """Return whether a body is nested deeper than what can be written again."""
    level = [parsed]
    for _depth in range(MOST_DEPTH):
        inner: list[object] = []
        for one in level:
            if isinstance(one, dict):
                inner += one.values()
            elif isinstance(one, list):
                inner += one
        if not inner:
            return False
        level = inner
    return True


async def admitted(
    visit: Visit, body: bytes, parsed: JsonObject
) -> tuple[Calling, tuple[Target, ...]]:
    """Return the call and the models that can answer it; its place is taken.

    Raises:
        RelayError: no such model, not for this key, or over its limits.
    """
    facts, record = visit.facts, visit.record
    record.alias = name_of_model(parsed)
    record.is_stream = parsed.get("stream") is True
    targets = await visit.service.directory.targets(facts, record.alias)
    prompt, output = estimated_prompt(body, parsed), estimated_output(parsed)
    admission = await visit.service.limits.admit(facts, prompt + output)
    calling = Calling(
        exchange=visit.exchange,
        facts=facts,
        wire=visit.route.wire,
        speech=visit.speech,
        record=record,
        body=body,
        parsed=parsed,
        live=visit.live,
        admission=admission,
        meter=visit.service.meter,
        prompt_tokens=prompt,
        output_tokens=output,
        is_stream=record.is_stream,
    )
    visit.live.watch_client()
    return calling, targets


async def left(visit: Visit, calling: Calling) -> None:
    """Give the place back and count the tokens that the call took."""
    limits = visit.service.limits
    await limits.leave(calling.admission)
    await limits.correct(calling.admission, calling.record.total_tokens)
