"""The routes that count a prompt: what is estimated here, and what a provider says instead."""

from collections.abc import Mapping
from typing import Any

from agents.llm import tokens
from agents.relay.counting import WAYS, told_count
from tests.relay.fuzz_seeds import Route, Seeds
from tests.relay.fuzz_streams import broken_whole
from tests.relay.fuzz_values import Dice

COUNTS: Mapping[Route, str] = {
    "count_tokens": "/messages/count_tokens",
    "input_tokens": "/responses/input_tokens",
}


def counted(route: Route, parsed: dict[str, Any], model: str, dice: Dice, seeds: Seeds) -> str:
    """Count a body as the relay does, and read a broken count of a provider's."""
    told = told_count(broken_whole(dice, dice.choice(seeds.answers["counts"]), seeds.events))
    if told is not None and told < 0:
        raise AssertionError("A provider's count below nothing is believed.")
    request = WAYS[COUNTS[route]].read(parsed).request
    if tokens.count_messages(request.messages, request.tools, model) < 0:
        raise AssertionError("A prompt shorter than nothing.")
    return "counted"
