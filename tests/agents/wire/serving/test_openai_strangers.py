"""Bodies that nobody should send: refused in words, never with a crash."""

import random

import orjson
from hypothesis import given
from hypothesis import strategies as st

from agents.llm.wire import anthropic
from agents.llm.wire.serving.asked import BadRequestError, ServerDialect
from agents.llm.wire.serving.openai_chat_requests import KNOWN as CHAT_FIELDS
from agents.llm.wire.serving.openai_content import READERS
from agents.llm.wire.serving.openai_responses_requests import KNOWN as RESPONSES_FIELDS
from tests.agents.wire.serving.openai_asking import DIALECTS, PDF, PNG, Json

TYPES = sorted(
    {*READERS, "tool_result", "message", "reasoning", "function", "custom", "function_call"}
    | {"function_call_output", "json_schema", "json_object", "grammar", "allowed_tools", "tool"}
    | {"reasoning.text", "reasoning.encrypted", "enabled", "object", "ephemeral"}
)
MESSAGE_FIELDS = [
    "type",
    "name",
    "tool_calls",
    "tool_call_id",
    "call_id",
    "output",
    "reasoning_details",
    "function_call",
    "refusal",
    "cache_control",
    "audio",
    "arguments",
]
ROLES = ["system", "developer", "user", "assistant", "tool", "function"]
TEXTS = ["", " ", "a", "{}", '{"a":1}', "auto", f"data:image/png;base64,{PNG}", PDF, "relay1:e30="]
NAMES = sorted(
    {"role", "type", "content", "text", "name", "id", "function", "custom", "tool_calls", "source"}
    | {"function_call", "tool_call_id", "call_id", "arguments", "output", "summary", "data", "url"}
    | {"reasoning_details", "thinking_blocks", "encrypted_content", "image_url", "file", "format"}
    | {"file_data", "input", "parameters", "schema", "json_schema", "cache_control", "ttl", "mode"}
    | {
        "minItems",
        "properties",
        "required",
        "anyOf",
        "$ref",
        "items",
        "signature",
        "thinking",
        "tool_use_id",
    }
)
FIELDS = sorted((CHAT_FIELDS | RESPONSES_FIELDS) - {"messages", "input", "model"})
MODELS = ["claude-sonnet-4-5", "claude-opus-5-5", "claude-3-opus-20240229", "x"]
BODIES_PER_CHANCE = 20


class Stranger:
    """Makes bodies up; equal seeds make equal ones."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def body(self) -> Json:
        conversation = [self._message() for _ in range(self._chance.randrange(4))]
        others = {name: self._value(3) for name in self._some(FIELDS, 1)}
        field = self._chance.choice(["messages", "input"])
        return {**others, "model": self._chance.choice(MODELS), field: conversation}

    def _message(self) -> Json:
        content: object = self._text()
        if self._chance.random() < 0.7:
            content = [self._part() for _ in range(self._chance.randrange(3))]
        some = {name: self._value(3) for name in self._some(MESSAGE_FIELDS, 2)}
        return {**some, "role": self._chance.choice(ROLES), "content": content}

    def _part(self) -> Json:
        some = {name: self._value(2) for name in self._some(NAMES, 4)}
        return {**some, "type": self._chance.choice(TYPES)}

    def _some(self, names: list[str], most: int) -> list[str]:
        return self._chance.sample(names, self._chance.randint(0, most))

    def _text(self) -> str:
        return self._chance.choice([*TEXTS, *TYPES])

    def _value(self, depth: int) -> object:
        kind = self._chance.randrange(8 if depth else 5)
        if kind >= 6:
            return {name: self._value(depth - 1) for name in self._some(NAMES, 4)}
        if kind == 5:
            return [self._value(depth - 1) for _ in range(self._chance.randrange(3))]
        return self._text() if kind > 2 else self._chance.choice([None, True, 0, 5, -1.5])


def refusal_or_body(dialect: ServerDialect, body: Json) -> BadRequestError | Json:
    try:
        asked = dialect.parse_request(body)
    except BadRequestError as refused:
        return refused
    prepared = anthropic.prepare(asked.request)
    return anthropic.render_request(prepared.request, stream=True)


@given(st.sampled_from(DIALECTS), st.integers(0, 2**32))
def test_any_body_is_refused_in_words_or_can_be_sent_on(dialect: ServerDialect, seed: int) -> None:
    stranger = Stranger(seed)
    for _ in range(BODIES_PER_CHANCE):
        made = refusal_or_body(dialect, stranger.body())
        if isinstance(made, BadRequestError):
            assert made.message.startswith(f"{made.param}: ")
        else:
            assert orjson.loads(orjson.dumps(made)) == made


def test_some_of_a_strangers_bodies_can_be_sent_on() -> None:
    stranger = Stranger(1)
    made = [refusal_or_body(DIALECTS[0], stranger.body()) for _ in range(300)]
    sent = [one for one in made if not isinstance(one, BadRequestError)]
    assert 15 < len(sent) < 285
