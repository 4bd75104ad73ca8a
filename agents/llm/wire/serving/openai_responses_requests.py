"""Bodies of ``POST /v1/responses``: what a client asks for, without anything stored here."""

from collections.abc import Sequence

from agents.llm.wire.fields import JsonObject, text_of
from agents.llm.wire.neutral import ChatRequest
from agents.llm.wire.parts import Message, Part, Role, TextPart, ToolCallPart, ToolResultPart
from agents.llm.wire.serving.asked import Asked
from agents.llm.wire.serving.openai_content import Contents, marked
from agents.llm.wire.serving.openai_fields import (
    Dropped,
    below,
    cache_mark,
    count_at,
    flag_at,
    items_at,
    object_at,
    required_text_at,
    tags_at,
    text_at,
    unsupported,
    wrong,
)
from agents.llm.wire.serving.openai_messages import (
    ROLES,
    refuse_emptiness,
    refuse_open_calls,
    results_together,
)
from agents.llm.wire.serving.openai_parameters import (
    Parameters,
    note_unread,
    output_of,
    reasoning_of,
    refuse_audio,
    sampling_of,
    service_of,
    stops_of,
    tool_use_of,
    wants_usage,
)
from agents.llm.wire.serving.openai_reasoning import thinking_of
from agents.llm.wire.serving.openai_tools import tools_of
from agents.llm.wire.tool_calls import arguments_text

STORED = ("previous_response_id", "conversation", "prompt")
ECHOED = (
    *("instructions", "metadata", "temperature", "top_p", "tools", "tool_choice"),
    *("parallel_tool_calls", "max_output_tokens", "text", "reasoning", "truncation"),
    *("service_tier", "user", "safety_identifier", "prompt_cache_key"),
)
KNOWN = frozenset(
    {
        *ECHOED,
        *STORED,
        *("model", "input", "stream", "stream_options", "include", "store", "background"),
        *("client_metadata", "top_k", "stop", "seed", "presence_penalty", "frequency_penalty"),
        *("thinking", "cache_control", "prompt_cache_options", "prompt_cache_retention"),
        *("modalities", "audio"),
    }
)


def parse_request(body: JsonObject) -> Asked:
    """Return what a client asks for.

    Raises:
        BadRequestError: a wrong, missing or unsupported field.
    """
    model = required_text_at(body, "model")
    _refuse_stored(body)
    refuse_audio(body)
    dropped = Dropped()
    parameters, tools = tool_use_of(body, tools_of(body, dropped))
    form = object_at(body, "text")
    request = ChatRequest(
        model,
        _messages(body, dropped),
        tools,
        parameters | _parameters(body, dropped),
        output=output_of(object_at(form, "format", "text"), "text.format"),
    )
    note_unread(body, KNOWN, dropped)
    if body.get("truncation") == "auto":
        dropped.add("truncation")
    return Asked(
        request,
        is_streaming=flag_at(body, "stream") is True,
        wants_usage=wants_usage(body),
        dropped=dropped.names(),
        tags=tags_at(body),
        end_user=text_at(body, "safety_identifier") or text_at(body, "user"),
        session=text_at(body, "prompt_cache_key"),
        echo={name: body[name] for name in ECHOED if body.get(name) is not None},
    )


def _refuse_stored(body: JsonObject) -> None:
    for name in STORED:
        if body.get(name):
            raise unsupported(name, "nothing is stored here; send the whole conversation as input.")
    if flag_at(body, "background"):
        raise unsupported("background", "answers in the background are not available here.")


def _parameters(body: JsonObject, dropped: Dropped) -> Parameters:
    found = sampling_of(body) | stops_of(body) | service_of(body, dropped)
    limit = count_at(body, "max_output_tokens", least=1)
    if limit:
        found["max_tokens"] = limit
    verbosity = text_at(object_at(body, "text"), "verbosity", "text")
    if verbosity:
        found["verbosity"] = verbosity
    return found | reasoning_of(body, effort="")


def _messages(body: JsonObject, dropped: Dropped) -> tuple[Message, ...]:
    reader = _Items(dropped)
    instructions = text_at(body, "instructions")
    if instructions:
        reader.messages.append(Message("system", (TextPart(instructions),)))
    asked = body.get("input")
    if asked is None:
        raise wrong("input", "is required.")
    if isinstance(asked, str):
        reader.messages.append(Message("user", (TextPart(asked),) if asked else ()))
    else:
        for path, item in items_at(body, "input"):
            reader.take(item, path)
        refuse_open_calls(reader.messages, "input")
    return refuse_emptiness(reader.messages, "input")


class _Items:
    """Messages from items: what the model said in one go is one message."""

    def __init__(self, dropped: Dropped) -> None:
        self.messages: list[Message] = []
        self._contents = Contents(dropped)
        self._dropped = dropped

    def take(self, item: JsonObject, path: str) -> None:
        kind = text_at(item, "type", path) or ("message" if "role" in item else "")
        match kind:
            case "message":
                self._take_message(item, path)
            case "function_call" | "custom_tool_call":
                self._answer([_call(item, path, is_custom=kind == "custom_tool_call")])
            case "function_call_output" | "custom_tool_call_output":
                self._take_result(item, path)
            case "reasoning":
                thought = thinking_of(item)
                self._answer([thought] if thought else [])
            case "item_reference":
                raise unsupported(path, "nothing is stored here; send the item itself.")
            case _:
                self._dropped.add("input")  # what a provider's own tools did

    def _take_message(self, item: JsonObject, path: str) -> None:
        role = ROLES.get(text_at(item, "role", path))
        if role is None or role == "tool":
            raise wrong(below(path, "role"), "must be user, assistant, system or developer.")
        parts = marked(self._contents.parts_at(item, "content", path), cache_mark(item))
        results = [part for part in parts if isinstance(part, ToolResultPart)]
        if results:
            results_together(self.messages, results)
        self._say(role, [part for part in parts if not isinstance(part, ToolResultPart)])

    def _say(self, role: Role, parts: Sequence[Part]) -> None:
        if role == "assistant":
            self._answer(parts)
        elif parts:
            self.messages.append(Message(role, tuple(parts)))

    def _answer(self, parts: Sequence[Part]) -> None:
        if self.messages and self.messages[-1].role == "assistant":
            self.messages[-1] = Message("assistant", (*self.messages[-1].parts, *parts))
        elif parts:
            self.messages.append(Message("assistant", tuple(parts)))

    def _take_result(self, item: JsonObject, path: str) -> None:
        call_id = required_text_at(item, "call_id", path)
        content = self._contents.results_at(item, "output", path)
        results_together(self.messages, [ToolResultPart(call_id, content)])


def _call(item: JsonObject, path: str, *, is_custom: bool) -> ToolCallPart:
    call_id, name = required_text_at(item, "call_id", path), required_text_at(item, "name", path)
    if is_custom:
        return ToolCallPart(call_id, name, text_of(item.get("input")), kind="custom")
    return ToolCallPart(call_id, name, arguments_text(item.get("arguments")) or "{}")
