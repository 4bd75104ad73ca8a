"""The libraries of Node.js: OpenAI's, Anthropic's and Vercel's AI SDK."""

from pathlib import Path

import pytest

from tests.clients import node_programs, weather
from tests.clients.relay import ANTHROPIC, OPENAI, Relay
from tests.clients.weather import ANSWER, BOTH, CITY, THOUGHT, TOOL

pytestmark = [pytest.mark.services, pytest.mark.slow]

REASONS = {
    "chat": ["tool_calls", "stop"],
    "responses": ["completed", "completed"],
    "messages": ["tool_use", "end_turn"],
}
# Which libraries show reasoning of this route at all.
THINKS = {"messages", "aiMessages", "aiCompatible"}
CLIENTS = (*REASONS, "aiChat", "aiResponses", "aiCompatible", "aiMessages")


@pytest.fixture(scope="session")
def programs() -> Path:
    return node_programs.installed()


@pytest.mark.parametrize("model", BOTH)
@pytest.mark.parametrize("client", CLIENTS)
def test_a_tool_is_called_and_its_result_answered(
    programs: Path, relay: Relay, client: str, model: str
) -> None:
    weather.tell(relay, model, rounds=2)
    played = node_programs.run(programs, relay, "play.mjs", client, model)
    for told in played:
        assert told["text"] == ANSWER
        assert told["calls"] == [[TOOL, CITY]]
        assert told["reasons"] == REASONS.get(client, ["tool-calls", "stop"])
        assert told["usage"] == [50, 20]
        if client in THINKS:
            assert told["thought"] == THOUGHT
    weather.assert_played(relay, model, rounds=2)
    if client in THINKS and model == ANTHROPIC:
        for second in relay.asked[1::2]:
            assert [block["thinking"] for block in weather.thoughts_sent(second)] == [THOUGHT]


def test_refusals_are_the_libraries_own_errors(programs: Path, relay: Relay) -> None:
    told = node_programs.run(programs, relay, "refusals.mjs", OPENAI)
    own = [["AuthenticationError", 401], ["NotFoundError", 404]]
    assert told["found"] == {
        "openai": own,
        "openaiStream": own,
        "anthropic": own,
        "ai": [["APICallError", 401], ["APICallError", 404]],
    }
    assert {OPENAI, ANTHROPIC} <= set(told["models"])
    assert 0 < told["counted"] < 50
    assert relay.asked == []
