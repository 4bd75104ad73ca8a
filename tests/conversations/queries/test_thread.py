"""The visible branch, as the templates get it."""

from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.queries.errors_shown import error_view
from conversations.queries.replies import usage_line
from conversations.queries.thread import message_in_thread, thread_view
from librechat.kernel import markup
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
    turn_make,
)


@pytest.fixture
def chat(owner: User) -> Conversation:
    return conversation_make(owner)


def test_a_thread_shows_both_sides_with_rendered_text(chat: Conversation) -> None:
    question = question_make(chat, "<b>bold</b>?")
    reply = answer_make(question, "*No.*")
    view = thread_view(chat)
    shown, answer = view.messages
    assert (shown.role, shown.html) == ("user", "&lt;b&gt;bold&lt;/b&gt;?")
    assert (answer.role, answer.html, answer.state) == ("assistant", markup.render("*No.*"), "done")
    assert (view.leaf_id, view.older_cursor, view.running_generation_id) == (
        reply.message_id,
        "",
        "",
    )


def test_siblings_are_numbered_and_the_branch_asked_for_is_shown(chat: Conversation) -> None:
    question, first = turn_make(chat)
    second = answer_make(question, "Another.")
    follow_up = question_make(chat, "And then?", parent=first)
    newest = thread_view(chat)
    assert [one.message_id for one in newest.messages] == [question.message_id, second.message_id]
    assert newest.messages[1].siblings.index == 2
    assert newest.messages[1].siblings.previous_id == first.message_id
    older = thread_view(chat, leaf_id=first.message_id)
    assert older.leaf_id == follow_up.message_id
    assert [one.message_id for one in older.messages] == [
        question.message_id,
        first.message_id,
        follow_up.message_id,
    ]
    assert older.messages[1].siblings.next_id == second.message_id


def test_a_long_branch_comes_in_pages_from_its_end(
    chat: Conversation,
    django_assert_num_queries: Any,
) -> None:
    parent: Message | None = None
    ids: list[str] = []
    for _ in range(5):
        question, parent = turn_make(chat, parent)
        ids += [question.message_id, parent.message_id]
    with django_assert_num_queries(3):
        last = thread_view(chat, limit=4)
    assert [one.message_id for one in last.messages] == ids[-4:]
    assert last.older_cursor == ids[-4]
    first = thread_view(chat, before=last.older_cursor, limit=10)
    assert [one.message_id for one in first.messages] == ids[:6]
    assert first.older_cursor == ""


def test_a_branch_of_5000_messages_opens(chat: Conversation) -> None:
    rows = [
        Message(
            conversation=chat,
            user=chat.user,
            message_id=f"m{number}",
            parent_message_id=f"m{number - 1}" if number else "0",
            text="x",
        )
        for number in range(5000)
    ]
    Message.objects.bulk_create(rows)
    view = thread_view(chat)
    assert (len(view.messages), view.leaf_id, view.older_cursor) == (40, "m4999", "m4960")


def test_an_answer_in_the_making_is_running(chat: Conversation) -> None:
    _, reply = turn_make(chat)
    generation = generation_make(reply)
    view = thread_view(chat)
    assert (view.messages[1].state, view.running_generation_id) == ("running", generation.id)
    assert message_in_thread(reply).generation_id == generation.id


def test_rendered_text_is_kept_by_revision(chat: Conversation) -> None:
    _, reply = turn_make(chat)
    thread_view(chat)
    Message.objects.filter(pk=reply.pk).update(content=[{"type": "text", "text": "Changed"}])
    assert "Ninety-seven" in thread_view(chat).messages[1].html
    Message.objects.filter(pk=reply.pk).update(revision=1)
    assert "Changed" in thread_view(chat).messages[1].html


def test_reasoning_and_tools_are_steps_and_not_text(chat: Conversation) -> None:
    call = {
        "id": "c",
        "name": "plot_mcp_plotter",
        "args": "{}",
        "progress": 1,
        "output": "done",
        "runStepStatus": "completed",
        "runStepDurationMs": 1500,
    }
    parts = [
        {"type": "think", "think": "hm"},
        {"type": "tool_call", "tool_call": call},
        {"type": "text", "text": "One."},
        {"type": "text", "text": {"value": "Two."}},
    ]
    view = message_in_thread(answer_make(question_make(chat), content=parts))
    assert [(step.key, step.kind, step.title) for step in view.steps] == [
        ("s0", "think", "Thought"),
        ("s1", "tool", "Used plot"),
    ]
    assert (view.steps[1].output, view.steps[1].seconds) == ("done", 1.5)
    assert view.text == "One.\n\nTwo."


@pytest.mark.parametrize(
    ("fields", "state", "actions"),
    [
        ({"unfinished": True, "finish_reason": "stopped"}, "stopped", None),
        (
            {"unfinished": True, "finish_reason": "interrupted"},
            "interrupted",
            ("continue", "retry"),
        ),
        (
            {"content": [{"type": "error", "error": '{"type":"no_user_key"}'}], "error": True},
            "failed",
            ("add_key", "other_model"),
        ),
        (
            {
                "content": [{"type": "error", "error": "401 Incorrect key"}],
                "finish_reason": "error",
            },
            "failed",
            ("retry", "other_model"),
        ),
        (
            {
                "content": [
                    {"type": "text", "text": "Half"},
                    {"type": "error", "error": "The provider cut the line."},
                ],
                "finish_reason": "cut",
                "unfinished": True,
            },
            "interrupted",
            ("continue", "retry"),
        ),
    ],
)
def test_how_an_answer_ended_is_shown_with_the_ways_on(
    chat: Conversation,
    fields: dict[str, Any],
    state: str,
    actions: tuple[str, ...] | None,
) -> None:
    view = message_in_thread(answer_make(question_make(chat), **fields))
    assert view.state == state
    assert (view.error.actions if view.error else None) == actions


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ({"type": "token_balance", "balance": 12, "tokenCost": 450}, "Your balance is too low"),
        ({"type": "illegal_model_request", "info": "openAI|gpt-9"}, "This model is not available"),
        ('{"type":"INPUT_LENGTH"}', "The message is too long for this model"),
        ("plain words", "The answer could not be written"),
        ("[1]", "The answer could not be written"),
        ({}, "The answer could not be written"),
    ],
)
def test_error_objects_are_put_into_words(error: dict[str, Any] | str, title: str) -> None:
    assert error_view(error).title == title


def test_the_prefix_of_provider_errors_is_not_shown() -> None:
    text = "An error occurred while processing the request: 401 Incorrect key"
    assert error_view(text).text == "401 Incorrect key"


@pytest.mark.parametrize(
    ("metadata", "line"),
    [
        ({}, ""),
        (
            {"usage": {"input": 1200, "output": 4}, "credits": 3100, "seconds": 4.21},
            "1,204 tokens · $0.0031 · 4.2 s",
        ),
        ({"usage": {"output": 1, "is_estimated": True}}, "about 1 token"),
        ({"credits": 4_200_000}, "$4.20"),
    ],
)
def test_cost_is_one_quiet_line(metadata: dict[str, Any], line: str) -> None:
    assert usage_line(Message(metadata=metadata)) == line
