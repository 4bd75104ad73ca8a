"""OpenAI's Python SDK on the Responses route."""

from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.responses import FunctionToolParam, Response, ResponseFunctionToolCall

from tests.clients import weather
from tests.clients.relay import OPENAI, RESPONDER, Relay
from tests.clients.weather import ANSWER, BOTH, QUESTION, RESULT, TOOL

pytestmark = [pytest.mark.services, pytest.mark.slow]

TOOLS: list[FunctionToolParam] = [
    {"type": "function", "name": TOOL, "parameters": weather.SCHEMA, "strict": True},
]
SETTINGS: dict[str, Any] = {
    "store": False,
    "instructions": "You know the weather.",
    "include": ["reasoning.encrypted_content"],
}


@pytest.fixture
def client(relay: Relay) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=relay.v1, api_key=relay.key, max_retries=0) as client:
        yield client


def _asked() -> list[Any]:
    return [{"role": "user", "content": QUESTION}]


def _call(response: Response) -> ResponseFunctionToolCall:
    assert response.status == "completed"
    call = response.output[-1]
    assert isinstance(call, ResponseFunctionToolCall)
    assert call.name == TOOL
    assert call.arguments.replace(" ", "") == weather.ARGUMENTS.replace(" ", "")
    return call


def _further(response: Response) -> list[Any]:
    result = {"call_id": _call(response).call_id, "output": RESULT, "type": "function_call_output"}
    return [*(item.to_dict() for item in response.output), result]


@pytest.mark.parametrize("model", [*BOTH, RESPONDER])
def test_a_tool_is_called_and_its_result_answered(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    said = _asked()
    first = client.responses.create(model=model, input=said, tools=TOOLS, **SETTINGS)
    said += _further(first)
    second = client.responses.create(model=model, input=said, tools=TOOLS, **SETTINGS)
    assert second.output_text == ANSWER
    assert second.status == "completed"
    assert first.usage is not None
    if model in BOTH:
        assert first.output[0].type == "reasoning"
        assert (first.usage.input_tokens, first.usage.output_tokens) == (50, 20)
        assert first.usage.input_tokens_details.cached_tokens == 10
        weather.assert_played(relay, model)
    else:
        assert (first.usage.input_tokens, first.usage.output_tokens) == (30, 8)


@pytest.mark.parametrize("model", [*BOTH, RESPONDER])
def test_the_stream_helper_gathers_the_same(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    weather.tell(relay, model)
    said = _asked()
    with client.responses.stream(model=model, input=said, tools=TOOLS, **SETTINGS) as stream:
        kinds = [event.type for event in stream]
        first = stream.get_final_response()
    assert (kinds[0], kinds[-1]) == ("response.created", "response.completed")
    assert "response.function_call_arguments.done" in kinds
    said += _further(first)
    with client.responses.stream(model=model, input=said, tools=TOOLS, **SETTINGS) as stream:
        texts = [event.delta for event in stream if event.type == "response.output_text.delta"]
        second = stream.get_final_response()
    assert "".join(texts) == second.output_text == ANSWER
    if model in BOTH:
        weather.assert_played(relay, model)


@pytest.mark.parametrize("model", BOTH)
def test_a_stream_that_breaks_off_never_completes(
    client: openai.OpenAI, relay: Relay, model: str
) -> None:
    relay.provider.script(model, weather.breaks_off())
    kinds = []
    with client.responses.create(model=model, input=QUESTION, stream=True) as stream:
        try:
            kinds = [event.type for event in stream]
        except openai.APIError:
            return
    assert kinds[-1] in {"response.failed", "error"}


def test_a_wrong_key_is_an_authentication_error(relay: Relay) -> None:
    client = openai.OpenAI(base_url=relay.v1, api_key="sk-nobodys", max_retries=0)
    with pytest.raises(openai.AuthenticationError):
        client.responses.create(model=OPENAI, input=QUESTION)


def test_an_unknown_model_is_a_not_found_error(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.responses.create(model="nobody", input=QUESTION)
