"""LangChain's classes for OpenAI and Anthropic, pointed at the relay."""

from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool

from tests.clients import weather
from tests.clients.relay import OPENAI, Relay
from tests.clients.weather import ANSWER, BOTH, CITY, QUESTION, RESULT, THOUGHT, TOOL

pytestmark = [pytest.mark.services, pytest.mark.slow]

WHY = "is not among the development requirements"
KINDS = ("chat", "responses", "messages")
# Its connections are kept for the whole process, and tests have a loop each.
CLOSING = {"Connection": "close"}


@tool
def get_weather(city: str) -> str:
    """Tell the weather in a city."""
    return RESULT


def _model(kind: str, relay: Relay, name: str, **fields: Any) -> Any:
    if kind == "messages":
        package = pytest.importorskip("langchain_anthropic", reason=f"langchain-anthropic {WHY}")
        thinking = {"type": "enabled", "budget_tokens": 2_000}
        return package.ChatAnthropic(
            model=name,
            base_url=relay.url,
            max_retries=0,
            max_tokens=4_000,
            thinking=thinking,
            default_headers=CLOSING,
            **{"api_key": relay.key} | fields,
        )
    package = pytest.importorskip("langchain_openai", reason=f"langchain-openai {WHY}")
    return package.ChatOpenAI(
        model=name,
        base_url=relay.v1,
        max_retries=0,
        stream_usage=True,
        default_headers=CLOSING,
        use_responses_api=kind == "responses",
        **{"api_key": relay.key} | fields,
    )


def _assert_called(answer: Any) -> None:
    call = answer.tool_calls[0]
    assert (call["name"], call["args"]) == (TOOL, CITY)
    assert answer.usage_metadata["output_tokens"] == 20


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("kind", KINDS)
def test_a_bound_tool_is_called_and_its_result_answered(relay: Relay, kind: str, name: str) -> None:
    model = _model(kind, relay, name).bind_tools([get_weather])
    weather.tell(relay, name)
    said: list[Any] = [SystemMessage("You know the weather."), HumanMessage(QUESTION)]
    said.append(model.invoke(said))
    _assert_called(said[-1])
    assert said[-1].usage_metadata["input_tokens"] == 50
    said.append(get_weather.invoke(said[-1].tool_calls[0]))
    assert isinstance(said[-1], ToolMessage)
    assert model.invoke(said).text == ANSWER
    weather.assert_played(relay, name)


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_stream_adds_up_to_the_same(relay: Relay, kind: str, name: str) -> None:
    model = _model(kind, relay, name).bind_tools([get_weather])
    weather.tell(relay, name)
    said: list[Any] = [HumanMessage(QUESTION)]
    whole = None
    async for chunk in model.astream(said):
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    _assert_called(whole)
    assert whole.usage_metadata["input_tokens"] == 50
    if kind == "messages":
        thoughts = [part for part in whole.content_blocks if part["type"] == "reasoning"]
        assert [part["reasoning"] for part in thoughts] == [THOUGHT]
    said += [whole, get_weather.invoke(whole.tool_calls[0])]
    texts = [chunk.text async for chunk in model.astream(said)]
    assert "".join(texts) == ANSWER
    weather.assert_played(relay, name)


@pytest.mark.parametrize("kind", KINDS)
def test_refusals_are_the_sdks_own_errors(relay: Relay, kind: str) -> None:
    with pytest.raises(Exception, match="401") as refused:
        _model(kind, relay, OPENAI, api_key="sk-nobodys").invoke(QUESTION)
    assert type(refused.value).__mro__[1].__name__ in {"APIStatusError", "AuthenticationError"}
    with pytest.raises(Exception, match="404"):
        _model(kind, relay, "nobody").invoke(QUESTION)
    assert relay.asked == []
