"""Fits a conversation's history into a model's window; pure."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from agents.errors import InputTooLongError
from agents.llm.wire.parts import Message

Count: TypeAlias = Callable[[Message], int]

HEAD_ROOM = 0.05  # kept free when the window is a table's and not a person's number
DEFAULT_OUTPUT = 4_096


def allowance(
    window: int,
    *,
    is_explicit: bool,
    max_tokens: int | None,
    max_output: int | None,
) -> int:
    """Return how many tokens may go in, so that the answer still fits into the window.

    Unless asked for more, the answer is promised no more than a quarter of the window.
    """
    promised = max_tokens or min(max_output or DEFAULT_OUTPUT, window // 4)
    usable = window if is_explicit else int(window * (1 - HEAD_ROOM))
    return max(usable - min(promised, window), 0)


def fit(messages: Sequence[Message], *, allowed: int, count: Count) -> tuple[Message, ...]:
    """Return the newest turns that fit into ``allowed`` tokens, in order.

    A turn is a person's message and all that answers it, so calls and their results stay
    together and the history never begins with an answer.

    Raises:
        InputTooLongError: the newest turn alone does not fit.
    """
    kept: list[list[Message]] = []
    used = 0
    for turn in reversed(turns_of(messages)):
        size = sum(count(message) for message in turn)
        if kept and used + size > allowed:
            break
        used += size
        kept.append(turn)
        if used > allowed:
            raise InputTooLongError.of(info=f"{used} / {allowed}")
    return tuple(message for turn in reversed(kept) for message in turn)


def turns_of(messages: Sequence[Message]) -> list[list[Message]]:
    """Return the messages in groups that begin with a person's message."""
    turns: list[list[Message]] = []
    for message in messages:
        if message.role == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns
