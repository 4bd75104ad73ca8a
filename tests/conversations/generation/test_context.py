"""From stored messages and settings to what a model reads."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.models import User
from agents.llm.wire.parts import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from conversations.errors import EmptyMessageError
from conversations.generation.context import created_message, prepared, question_of, system_text
from conversations.generation.history import branch_messages, neutral_messages
from conversations.generation.start import EditedContent, generation_start
from conversations.models import Generation
from conversations.models import Message as Stored
from conversations.parameters import neutral_parameters, parameters_from
from librechat.kernel.errors import InvalidInputError
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import request
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make


def started(user: User, text: str = "Now?", **fields: Any) -> Generation:
    return generation_start(user, body=request(text, **fields)).generation


def asked(text: str) -> Message:
    return Message("user", (TextPart(text),))


def said(text: str) -> Message:
    return Message("assistant", (TextPart(text),))


def test_a_model_reads_the_branch_and_nothing_beside_it(owner: User, endpoint: Endpoint) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    turn_make(conversation)  # another branch
    generation = started(
        owner,
        conversation_id=conversation.conversation_id,
        parent_message_id=answer.message_id,
    )
    spec = prepared(generation).spec
    assert spec.messages == (asked(question.text), said("Ninety-seven."), asked("Now?"))
    assert (spec.model, spec.endpoint, spec.key) == ("test-model", "Scripted", generation.id)
    assert spec.message_id == generation.response_message_id
    assert spec.conversation_id == conversation.conversation_id
    assert (spec.context_window, spec.is_window_explicit) == (8_000, False)


def test_a_branch_costs_two_queries(owner: User, django_assert_num_queries: Any) -> None:
    conversation = conversation_make(owner)
    parent: Stored | None = None
    for _ in range(5):
        question = question_make(conversation, parent=parent)
        parent = answer_make(question)
    assert parent is not None
    with django_assert_num_queries(2):
        assert len(branch_messages(conversation.id, parent.message_id)) == 10


def test_calls_and_results_become_messages_of_their_own(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    call = {"id": "c1", "name": "find", "args": '{"q":1}', "output": "found", "progress": 1}
    answer = answer_make(
        question,
        content=[
            {"type": "think", "think": "I should look."},
            {"type": "text", "text": "Let me see."},
            {"type": "tool_call", "tool_call": call},
            {"type": "text", "text": "Here."},
            {"type": "error", "error": "cut"},
        ],
    )
    assert neutral_messages([answer]) == (
        Message("assistant", (TextPart("Let me see."), ToolCallPart("c1", "find", '{"q":1}'))),
        Message("tool", (ToolResultPart("c1", (TextPart("found"),)),)),
        said("Here."),
    )


def test_a_call_at_the_end_keeps_its_result(owner: User) -> None:
    question, _ = turn_make(conversation_make(owner))
    call = {"id": "c1", "name": "find", "args": "", "output": ""}
    answer = answer_make(question, content=[{"type": "tool_call", "tool_call": call}])
    assert neutral_messages([answer]) == (
        Message("assistant", (ToolCallPart("c1", "find", "{}"),)),
        Message("tool", (ToolResultPart("c1", (TextPart("(no result)"),)),)),
    )


def test_what_says_nothing_is_left_out(owner: User) -> None:
    conversation = conversation_make(owner)
    silent = question_make(conversation, "")
    failed = answer_make(silent, content=[{"type": "error", "error": "401"}])
    imported = answer_make(silent, content=[])
    imported.text = "From an import"
    assert neutral_messages([silent, failed, imported]) == (said("From an import"),)


def test_inline_images_are_shown_to_the_model_and_foreign_ones_are_not(owner: User) -> None:
    question = question_make(
        conversation_make(owner),
        "Look",
        content=[
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            {"type": "image_url", "image_url": {"url": "data:text/html;base64,AAAA"}},
            {"type": "text", "text": "beside"},
        ],
    )
    image = ImagePart(media_type="image/png", base64="AAAA")
    assert neutral_messages([question]) == (Message("user", (TextPart("Look"), image)),)


def test_a_kept_prefix_is_what_the_model_goes_on_from(owner: User, endpoint: Endpoint) -> None:
    conversation = conversation_make(owner)
    question, answer = turn_make(conversation)
    generation = started(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        response_message_id=answer.message_id,
        edited_content=EditedContent(0, "text", "Ninety-  \n"),
    )
    assert prepared(generation).spec.messages == (asked(question.text), said("Ninety-"))


def test_a_prefix_of_blanks_or_thoughts_is_not_sent(owner: User, endpoint: Endpoint) -> None:
    conversation = conversation_make(owner)
    question, _ = turn_make(conversation)
    answer = answer_make(question, content=[{"type": "think", "think": "Hm"}])
    generation = started(
        owner,
        conversation_id=conversation.conversation_id,
        is_regenerate=True,
        response_message_id=answer.message_id,
        edited_content=EditedContent(0, "think", "Hm, better"),
    )
    assert prepared(generation).spec.messages == (asked(question.text),)


def test_nothing_to_say_is_refused(owner: User, endpoint: Endpoint) -> None:
    with pytest.raises(EmptyMessageError):
        prepared(started(owner, ""))


def test_the_first_event_tells_the_stored_message(owner: User) -> None:
    generation = started(owner, "Hello")
    created = created_message(generation, question_of(generation))
    assert created["messageId"] == generation.user_message_id
    assert created["text"] == "Hello"


def test_custom_instructions_have_their_variables_filled_in(
    owner: User,
    endpoint: Endpoint,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(datetime(2026, 11, 20, 23, 30, 5, tzinfo=UTC))
    text = "{{current_date}} | {{current_datetime}} | {{iso_datetime}} | {{current_user}}"
    generation = started(owner, parameters={"promptPrefix": text}, timezone="Asia/Tokyo")
    assert prepared(generation).spec.system == (
        "2026-11-21 (Saturday) | 2026-11-21 08:30:05 (Saturday) | 2026-11-20T23:30:05.000Z | Owner"
    )


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "/etc/passwd", "Europe"])
def test_a_strange_time_zone_is_taken_for_utc(
    owner: User,
    endpoint: Endpoint,
    clock_at: Callable[[datetime], None],
    zone: str,
) -> None:
    clock_at(datetime(2026, 11, 20, 9, tzinfo=UTC))
    generation = started(owner, parameters={"promptPrefix": "{{current_date}}"}, timezone=zone)
    assert prepared(generation).spec.system == "2026-11-20 (Friday)"


def test_both_kinds_of_instructions_are_sent(owner: User) -> None:
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert system_text(["One.", "Two."], owner, now) == "One.\n\nTwo."
    assert system_text(["  "], owner, now) == ""


def test_a_person_may_choose_the_window(owner: User, endpoint: Endpoint) -> None:
    generation = started(owner, parameters={"maxContextTokens": 900})
    spec = prepared(generation).spec
    assert (spec.context_window, spec.is_window_explicit) == (900, True)


# --- Parameters ----------------------------------------------------------------------------


def test_parameters_are_picked_from_the_body_without_nulls() -> None:
    body = {
        "text": "hi",
        "temperature": 0.5,
        "top_p": None,
        "stop": ["END"],
        "thinking": True,
        "promptPrefix": "Be brief.",
        "unknown": 1,
    }
    assert parameters_from(body) == {
        "temperature": 0.5,
        "stop": ["END"],
        "thinking": True,
        "promptPrefix": "Be brief.",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "hot"),
        ("temperature", True),
        ("thinking", 1),
        ("promptPrefix", ["a"]),
        ("promptPrefix", "x" * 100_001),
        ("stop", "END"),
        ("stop", [1]),
        ("stop", ["x"] * 65),
    ],
)
def test_a_parameter_of_the_wrong_type_is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(InvalidInputError) as refused:
        parameters_from({name: value})
    assert refused.value.data["field"] == name


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({}, {}),
        ({"temperature": 0}, {"temperature": 0}),
        ({"topP": 0.9, "topK": 40.0}, {"top_p": 0.9, "top_k": 40}),
        ({"max_tokens": 100, "maxOutputTokens": 200}, {"max_tokens": 100}),
        ({"maxOutputTokens": 200.0}, {"max_tokens": 200}),
        ({"max_tokens": 0}, {}),
        ({"max_tokens": -5}, {}),
        ({"stop": []}, {}),
        ({"effort": "high"}, {"reasoning_effort": "high"}),
        ({"reasoning_effort": ""}, {}),
        (
            {"thinkingLevel": "low", "verbosity": "high"},
            {"reasoning_effort": "low", "verbosity": "high"},
        ),
        ({"promptPrefix": "x", "region": "eu"}, {}),
        (
            {"thinking": False, "thinkingBudget": 2000, "promptCache": True},
            {"thinking": False, "thinking_budget": 2000, "prompt_cache": True},
        ),
    ],
)
def test_librechats_names_become_neutral_ones(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert neutral_parameters(given) == sent
