"""Clients' eyes: streams read as strictly as their dialects are written, and put together.

The core of an answer is what means something: of chat completions the message's fields that say
something, ``finish_reason`` and ``usage``; of messages ``content``, ``stop_reason`` and ``usage``
(and ``stop_details`` where there are some); of Responses ``output`` without ids, ``status``,
``incomplete_details`` and ``usage``. Of an error it is the error object.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.relay.conformance.tables import Client
from tests.relay.conformance.upstream import Json

OWN_ID = re.compile(r"(chatcmpl-|msg_|resp_|rs_|fc_|ctc_)[0-9a-f]{24}")
DONE = "[DONE]"
Event = tuple[str, Any]  # name, data


def events_of(client: Client, sent: bytes) -> list[Event]:
    """Return a stream's events; comments are left out, names must be right."""
    assert sent.endswith(b"\n\n")
    found: list[Event] = []
    for event in sent.removesuffix(b"\n\n").split(b"\n\n"):
        if event.startswith(b":"):
            assert b"\n" not in event
            continue
        name, data = "", event
        if client != "chat":
            first, _newline, data = event.partition(b"\n")
            name = first.removeprefix(b"event: ").decode()
        assert data.startswith(b"data: "), event
        assert b"\n" not in data
        line = data.removeprefix(b"data: ")
        body = DONE if line == b"[DONE]" else json.loads(line)
        if client != "chat":
            assert isinstance(body, dict)
            assert body["type"] == name
        found.append((name, body))
    return found


def plain(body: Any) -> Any:
    """Return a body whose own ids and times are the same in every run."""
    written = OWN_ID.sub(r"\1ID", json.dumps(body))
    return json.loads(re.sub(r'"(created|created_at)": \d+', r'"\1": 0', written))


def core_of(client: Client, whole: Json) -> Json:
    """Return the core of a whole answer."""
    if client == "chat":
        assert whole["object"] == "chat.completion"
        (choice,) = whole["choices"]
        return _chat_core(choice["message"], choice["finish_reason"], whole.get("usage"))
    if client == "messages":
        names = ("content", "stop_reason", "usage", "stop_details")
        return {name: whole[name] for name in names if name in whole}
    return {
        "output": [_item(item) for item in whole["output"]],
        "status": whole["status"],
        "incomplete_details": whole["incomplete_details"],
        "usage": whole["usage"],
    }


def streamed_core(client: Client, sent: bytes) -> Json:
    """Return the core of a stream that came to its end."""
    events = events_of(client, sent)
    match client:
        case "chat":
            return _chat([data for _name, data in events])
        case "messages":
            return _messages([data for _name, data in events])
        case "responses":
            return _responses([data for _name, data in events])


def error_of(client: Client, body: Json) -> Json:
    """Return the core of an error."""
    if client == "messages" and body.get("type") == "error":
        assert set(body) <= {"type", "error", "request_id"}
        return dict(body["error"])
    if client == "responses" and body.get("type") == "error":
        return {name: body[name] for name in ("code", "message", "param")}
    return dict(body["error"])


def _chat_core(message: Json, finish: str | None, usage: Json | None) -> Json:
    said = {name: value for name, value in message.items() if value not in (None, [])}
    said.pop("role")
    if "content" in message:
        said["content"] = message["content"]
    return {**said, "finish_reason": finish, **({"usage": usage} if usage else {})}


def _chat(chunks: list[Any]) -> Json:
    assert chunks.pop() == DONE
    usage = None
    if chunks[-1]["choices"] == []:
        usage = chunks.pop()["usage"]
    assert len({(one["id"], one["created"], one["model"]) for one in chunks}) == 1
    assert all(one["object"] == "chat.completion.chunk" for one in chunks)
    choices = [one["choices"][0] for one in chunks]
    assert [choice["finish_reason"] is None for choice in choices] == [True] * (
        len(choices) - 1
    ) + [False]
    assert choices[0]["delta"]["role"] == "assistant"
    message: Json = {"role": "assistant", "content": None}
    for choice in choices:
        _add_delta(message, choice["delta"])
    if (
        message["content"] is None
        and "tool_calls" not in message
        and "function_call" not in message
    ):
        message["content"] = ""
    elif message["content"] == "" and ("tool_calls" in message or "function_call" in message):
        message["content"] = None
    return _chat_core(message, choices[-1]["finish_reason"], usage)


def _add_delta(message: Json, delta: Json) -> None:
    for name, value in delta.items():
        if name == "tool_calls":
            for fragment in value:
                _add_call(message.setdefault("tool_calls", []), dict(fragment))
        elif name == "reasoning_details":
            for detail in value:
                _add_detail(message.setdefault(name, []), detail)
        elif name == "function_call":
            _add_fields(message.setdefault(name, {}), value)
        elif name != "role" and value is not None:
            message[name] = (message.get(name) or "") + value


def _add_call(calls: list[Json], fragment: Json) -> None:
    index = fragment.pop("index")
    if index == len(calls):
        assert fragment["id"]
        assert fragment[fragment["type"]]["name"]
        calls.append({"id": fragment["id"], "type": fragment["type"], fragment["type"]: {}})
    kind = calls[index]["type"]
    _add_fields(calls[index][kind], fragment[kind])


def _add_fields(known: Json, more: Json) -> None:
    for name, value in more.items():
        known[name] = known.get(name, "") + value


def _add_detail(details: list[Json], detail: Json) -> None:
    last = details[-1] if details else {}
    if last.get("index") == detail["index"] and last["type"] == detail["type"] == "reasoning.text":
        last["text"] = last.get("text", "") + detail.get("text", "")
        if "signature" in detail:
            last["signature"] = detail["signature"]
    else:
        details.append(dict(detail))


def _messages(events: list[Json]) -> Json:
    start, *between, end, stop = [event for event in events if event["type"] != "ping"]
    assert start["type"] == "message_start"
    assert (end["type"], stop["type"]) == ("message_delta", "message_stop")
    assert start["message"]["content"] == []
    content: list[Json] = []
    for index, events_of_block in enumerate(_blocks(between)):
        assert {event["index"] for event in events_of_block} == {index}
        content.append(_block(events_of_block))
    core = {"content": content, "usage": {**start["message"]["usage"], **end["usage"]}}
    details = (
        {"stop_details": end["delta"]["stop_details"]} if "stop_details" in end["delta"] else {}
    )
    return {**core, "stop_reason": end["delta"]["stop_reason"], **details}


def _blocks(events: Iterable[Json]) -> list[list[Json]]:
    blocks: list[list[Json]] = []
    is_open = False
    for event in events:
        if event["type"] == "content_block_start":
            assert not is_open
            blocks.append([])
        blocks[-1].append(event)
        is_open = event["type"] != "content_block_stop"
    assert not is_open
    return blocks


def _block(events: list[Json]) -> Json:
    block: Json = dict(events[0]["content_block"])
    written = ""
    for event in events[1:-1]:
        delta = event["delta"]
        match delta["type"]:
            case "text_delta":
                block["text"] += delta["text"]
            case "thinking_delta":
                block["thinking"] += delta["thinking"]
            case "signature_delta":
                block["signature"] += delta["signature"]
            case "input_json_delta":
                written += delta["partial_json"]
            case _:
                pass
    if block["type"] == "tool_use":
        block["input"] = json.loads(written or "{}")
    return block


def _responses(events: list[Json]) -> Json:
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    whole = events[-1]["response"]
    done = [event["item"] for event in events if event["type"] == "response.output_item.done"]
    assert done == whole["output"]
    said = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    parts = [part for item in done if item["type"] == "message" for part in item["content"]]
    assert "".join(said) == "".join(part.get("text", "") for part in parts)
    assert events[-1]["type"] == f"response.{whole['status']}"
    return core_of("responses", whole)


def _item(item: Json) -> Json:
    return {name: value for name, value in item.items() if name != "id"}
