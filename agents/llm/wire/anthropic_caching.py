"""Marks that tell Anthropic's cache where to keep a prompt's beginning."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from agents.llm.wire.anthropic_messages import Block, Turn
from agents.llm.wire.anthropic_models import ModelTraits
from agents.llm.wire.fields import text_of

CACHED_TURNS = 2
MOST_MARKS = 4
MARK = "cache_control"


def mark_wished(
    parameters: Mapping[str, object],
    traits: ModelTraits,
    system: list[Block],
    tools: list[Block],
    turns: list[Turn],
) -> Block:
    """Mark what is to be kept, and return the body's own field for it, if it has one.

    A server that does not mark the prompt's end by itself gets marks where it repeats.
    """
    automatic = text_of(parameters.get("automatic_cache"))
    by_hand = "" if traits.has_automatic_cache else automatic
    if parameters.get("prompt_cache") or by_hand:
        mark_ends(system, tools, turns, ttl=parameters.get("prompt_cache_ttl") or by_hand)
    # The prompt's end may carry one mark: a block's own says more than the automatic one.
    is_marked = bool(turns) and MARK in turns[-1][1][-1]
    body: Block = {MARK: _mark(automatic)} if automatic and not (by_hand or is_marked) else {}
    keep_legal_marks(system, tools, turns, body)
    return body


def mark_ends(system: list[Block], tools: list[Block], turns: list[Turn], *, ttl: object) -> None:
    """Mark the ends of what repeats from call to call: tools, system, the last two user turns."""
    mark = _mark(ttl)
    user_turns = [blocks for role, blocks in turns if role == "user"]
    for blocks in (tools, system, *user_turns[-CACHED_TURNS:]):
        if blocks:
            blocks[-1][MARK] = mark


def keep_legal_marks(
    system: list[Block], tools: list[Block], turns: Iterable[Turn], body: Block
) -> None:
    """Leave the last four marks; behind one of five minutes none may stay for an hour.

    ``body``: what may carry the mark that stands for the end of it all.
    """
    places = (tools, system, *(blocks for _, blocks in turns), [body])
    marked = [block for block in _blocks(chain.from_iterable(places)) if MARK in block]
    for block in marked[:-MOST_MARKS]:
        del block[MARK]
    is_short = False
    for block in marked[-MOST_MARKS:]:
        mark = block[MARK]
        is_long = isinstance(mark, dict) and mark.get("ttl") == "1h"
        if is_long and is_short:
            block[MARK] = {"type": "ephemeral"}
        is_short = is_short or not is_long


def _mark(ttl: object) -> Block:
    return {"type": "ephemeral", "ttl": ttl} if ttl == "1h" else {"type": "ephemeral"}


def _blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield every block in the order of the prompt, with those inside tools' results."""
    for block in blocks:
        inner = block.get("content")
        if block.get("type") == "tool_result" and isinstance(inner, list):
            yield from inner
        yield block
