"""What a model said, told back."""

from agents.engine.turn import Turn
from agents.llm.wire import neutral
from agents.llm.wire import parts as wire_parts


def seen(*events: neutral.Event) -> Turn:
    turn = Turn()
    for event in events:
        turn.see(event)
    return turn


def test_signed_thoughts_text_and_calls_become_one_message() -> None:
    turn = seen(
        neutral.Started(),
        neutral.ThinkingDelta("I should "),
        neutral.ThinkingDelta("look."),
        neutral.ThinkingSigned("sig"),
        neutral.TextDelta("Let me "),
        neutral.TextDelta("see."),
        neutral.ToolCallStarted(0, "c1", "find"),
        neutral.ToolCallStarted(1, "c2", "plot"),
        neutral.ToolCallDelta(1, "{}"),
        neutral.ToolCallDelta(0, '{"q":1}'),
        neutral.UsageReported(neutral.Usage(1, 1)),
        neutral.Finished("tool_calls"),
    )
    calls = (
        wire_parts.ToolCallPart("c1", "find", '{"q":1}'),
        wire_parts.ToolCallPart("c2", "plot", "{}"),
    )
    assert turn.calls == calls
    assert turn.ending == neutral.Finished("tool_calls")
    assert turn.characters == len("I should look.Let me see.{}") + len('{"q":1}')
    assert turn.message() == wire_parts.Message(
        "assistant",
        (
            wire_parts.ThinkingPart("I should look.", "sig"),
            wire_parts.TextPart("Let me see."),
            *calls,
        ),
    )


def test_redacted_thoughts_are_kept_as_they_are_and_unsigned_ones_dropped() -> None:
    turn = seen(
        neutral.ThinkingDelta("seen"),
        neutral.ThinkingSigned(redacted="opaque"),
        neutral.ThinkingDelta("never signed"),
        neutral.Failed("cut", "cut"),
    )
    assert turn.message().parts == (wire_parts.ThinkingPart(redacted="opaque"),)
    assert turn.ending == neutral.Failed("cut", "cut")


def test_arguments_of_a_call_that_was_never_opened_are_no_call() -> None:
    assert seen(neutral.ToolCallDelta(3, "{}")).calls == ()
