"""Messages of chat bodies: what each form becomes."""

import pytest

from agents.llm.wire.parts import (
    DocumentPart,
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)
from agents.llm.wire.serving.asked import BadRequestError
from agents.llm.wire.serving.openai_content import Result
from tests.agents.wire.serving.openai_asking import HELLO, PDF, PNG, Json, chat, say

CALL: Json = {
    "role": "assistant",
    "content": None,
    "tool_calls": [
        {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q":1}'}}
    ],
}
RESULT: Json = {"role": "tool", "tool_call_id": "c1", "content": "found"}
EPHEMERAL = {"type": "ephemeral"}
FOUND = ToolResultPart("c1", (TextPart("found"),))


def messages_of(*given: Json) -> tuple[Message, ...]:
    return chat(*given).request.messages


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"role": "system", "content": "Be kind."}, say("system", "Be kind.")),
        ({"role": "developer", "content": "Be brief."}, say("system", "Be brief.")),
        ({"role": "user", "content": "Hi"}, say("user", "Hi")),
        (
            {"role": "user", "content": "Hi", "name": "Ann"},
            Message("user", (TextPart("Hi"),), "Ann"),
        ),
        (
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"text": "b"}, "c"]},
            say("user", "a", "b", "c"),
        ),
        (
            {
                "role": "system",
                "content": [{"type": "text", "text": "a"}],
                "cache_control": EPHEMERAL,
            },
            say("system", TextPart("a", "5m")),
        ),
        ({"role": "assistant", "content": "Yes"}, say("assistant", "Yes")),
        ({"role": "assistant", "content": None, "refusal": "No."}, say("assistant", "No.")),
        (
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
            say("assistant", "No."),
        ),
        (
            {"role": "assistant", "content": "Yes", "reasoning_content": "Hm."},
            say("assistant", ThinkingPart("Hm."), "Yes"),
        ),
        (
            {"role": "assistant", "content": [{"type": "output_text", "text": "Yes"}]},
            say("assistant", "Yes"),
        ),
    ],
)
def test_a_message_of_each_role_is_read(given: Json, message: Message) -> None:
    assert messages_of(given, HELLO)[0] == message


def test_calls_and_results_are_read() -> None:
    assert messages_of(HELLO, CALL, RESULT) == (
        say("user", "Hello"),
        say("assistant", ToolCallPart("c1", "find", '{"q":1}')),
        say("tool", FOUND),
    )


def test_results_that_follow_one_another_are_one_message() -> None:
    second = {**RESULT, "tool_call_id": "c2", "content": [{"type": "text", "text": "more"}]}
    assert messages_of(HELLO, RESULT, second)[1:] == (
        say("tool", FOUND, ToolResultPart("c2", (TextPart("more"),))),
    )


@pytest.mark.parametrize(
    ("call", "part"),
    [
        ({"id": "c", "function": {"name": "f", "arguments": ""}}, ToolCallPart("c", "f", "{}")),
        ({"id": "c", "function": {"name": "f"}}, ToolCallPart("c", "f", "{}")),
        (
            {"id": "c", "function": {"name": "f", "arguments": {"a": 1}}},
            ToolCallPart("c", "f", '{"a":1}'),
        ),
        (
            {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a'}},
            ToolCallPart("c", "f", '{"a'),
        ),
        (
            {"id": "c", "type": "custom", "custom": {"name": "f", "input": "free\ntext"}},
            ToolCallPart("c", "f", "free\ntext", kind="custom"),
        ),
        (
            {"id": "c", "type": "function", "name": "f", "arguments": "{}"},
            ToolCallPart("c", "f", "{}"),
        ),
        (
            {"id": "c", "function": {"name": "f"}, "cache_control": EPHEMERAL},
            ToolCallPart("c", "f", "{}", cache="5m"),
        ),
    ],
)
def test_a_call_of_each_form_is_read(call: Json, part: ToolCallPart) -> None:
    assert messages_of({"role": "assistant", "tool_calls": [call]}, HELLO)[0].parts == (part,)


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        (None, ()),
        ("", ()),
        ("a", (TextPart("a"),)),
        (
            [{"type": "image_url", "image_url": {"url": "https://e.org/a.png"}}],
            (ImagePart(url="https://e.org/a.png"),),
        ),
        (
            [{"type": "file", "file": {"file_data": PDF, "filename": "a.pdf"}}],
            (DocumentPart(base64=PDF, title="a.pdf"),),
        ),
    ],
)
def test_a_result_of_each_form_is_read(content: object, parts: tuple[Result, ...]) -> None:
    message = messages_of(HELLO, {**RESULT, "content": content})[1]
    assert message == say("tool", ToolResultPart("c1", parts))


def test_legacy_functions_get_ids_that_their_results_find() -> None:
    called: Json = {"role": "assistant", "function_call": {"name": "f", "arguments": '{"a":1}'}}
    answered: Json = {"role": "function", "name": "f", "content": "one"}
    again: Json = {"role": "function", "name": "f", "content": "two"}
    lost: Json = {"role": "function", "name": "g", "content": "?"}
    messages = messages_of(HELLO, called, answered, called, again, lost)
    assert messages[1:] == (
        say("assistant", ToolCallPart("call_function_0", "f", '{"a":1}')),
        say("tool", ToolResultPart("call_function_0", (TextPart("one"),))),
        say("assistant", ToolCallPart("call_function_1", "f", '{"a":1}')),
        say(
            "tool",
            ToolResultPart("call_function_1", (TextPart("two"),)),
            ToolResultPart("call_function_g", (TextPart("?"),)),
        ),
    )


def test_anthropic_blocks_inside_a_chat_body_are_read() -> None:
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "sig"}
    redacted = {"type": "redacted_thinking", "data": "xyz"}
    call = {"type": "tool_use", "id": "c1", "name": "find", "input": {"q": 1}}
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "found", "is_error": True}
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": PNG},
        "cache_control": {"type": "ephemeral", "ttl": "1h"},
    }
    messages = messages_of(
        HELLO,
        {"role": "assistant", "content": [thought, redacted, {"type": "text", "text": "a"}, call]},
        {"role": "user", "content": [image, result, {"type": "text", "text": "Go on."}]},
    )
    assert messages[1:] == (
        say(
            "assistant",
            ThinkingPart("Hm.", "sig", format="anthropic"),
            ThinkingPart(redacted="xyz", format="anthropic"),
            "a",
            ToolCallPart("c1", "find", '{"q":1}'),
        ),
        say("tool", ToolResultPart("c1", (TextPart("found"),), is_error=True)),
        say("user", ImagePart("image/png", PNG, cache="1h"), "Go on."),
    )


def test_messages_that_say_nothing_are_left_out() -> None:
    assert messages_of(
        {"role": "user", "content": []}, HELLO, {"role": "system", "content": ""}
    ) == (say("user", "Hello"),)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ([CALL], "messages.0.tool_calls"),
        ([HELLO, CALL], "messages.1.tool_calls"),
        ([{"role": "tool", "content": "x"}], "messages.0.tool_call_id"),
        ([{"role": "function", "content": "x"}], "messages.0.name"),
        ([{"role": "assistant", "tool_calls": [{}]}], "messages.0.tool_calls.0.id"),
        (
            [{"role": "assistant", "tool_calls": [{"id": "c", "function": {}}]}],
            "messages.0.tool_calls.0.function.name",
        ),
        (
            [{"role": "assistant", "tool_calls": [{"id": "c", "type": "custom", "custom": {}}]}],
            "messages.0.tool_calls.0.custom.name",
        ),
        (
            [{"role": "assistant", "function_call": {"arguments": ""}}],
            "messages.0.function_call.name",
        ),
        ([{"role": "assistant", "tool_calls": "x"}], "messages.0.tool_calls"),
        ([{"role": "assistant", "audio": {"id": "a"}}], "messages.0.audio"),
        ([{"role": "user", "content": [{"type": "input_audio"}]}], "messages.0.content.0"),
        (
            [{"role": "user", "content": [{"type": "tool_result"}]}],
            "messages.0.content.0.tool_use_id",
        ),
    ],
)
def test_messages_that_cannot_be_read_are_refused(given: list[Json], param: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        chat(*given)
    assert refused.value.param == param


def test_a_result_keeps_only_what_a_tool_may_say() -> None:
    thought = {"type": "thinking", "thinking": "Hm."}
    asked = chat(HELLO, {**RESULT, "content": [thought, {"type": "text", "text": "found"}]})
    assert asked.request.messages[1] == say("tool", FOUND)
    assert asked.dropped == ("content",)


def test_a_mark_for_the_cache_does_not_stand_on_a_thought() -> None:
    given: Json = {"role": "assistant", "reasoning_content": "Hm.", "cache_control": EPHEMERAL}
    assert messages_of(given, HELLO)[0] == say("assistant", ThinkingPart("Hm."))


def test_a_user_who_only_brings_results_says_nothing_more() -> None:
    result = {"type": "tool_result", "tool_use_id": "c1", "content": "found"}
    assert messages_of(HELLO, CALL, {"role": "user", "content": [result]})[2:] == (
        say("tool", FOUND),
    )


def test_there_is_an_end_to_the_messages() -> None:
    with pytest.raises(BadRequestError) as refused:
        chat(*[HELLO] * 100_001)
    assert refused.value.param == "messages"
