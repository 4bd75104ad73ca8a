"""Artifacts in messages: found, and edited in place."""

import pytest

from accounts.models import User
from conversations.models import Message
from conversations.services.artifacts import artifact_edit, spans
from librechat.kernel.errors import ConflictError, InvalidInputError
from tests.factories.threads import answer_make, conversation_make, generation_make, question_make

PAGE = """Here it is:

:::artifact{identifier="a" type="text/html" title="A page"}
```html
<p>one</p>
:::
<p>two</p>
```
:::

And another one:

:::artifact{identifier="b" type="text/markdown" title="A note"}
one
:::
The word one again."""


@pytest.fixture
def question(owner: User) -> Message:
    return question_make(conversation_make(owner))


def sources(text: str) -> list[str]:
    return [text[span.start : span.end] for span in spans(text)]


def test_artifacts_end_at_their_line_of_colons_and_not_within_code() -> None:
    assert sources(PAGE) == ["```html\n<p>one</p>\n:::\n<p>two</p>\n```\n", "one\n"]
    assert sources("No artifact, :::artifact{} within a line.") == []
    assert sources(":::artifact{}\n~~~\n```\n:::\n~~~\nx\n:::\nrest") == ["~~~\n```\n:::\n~~~\nx\n"]
    assert sources(":::artifact{}\r\nstill written") == ["still written"]


def test_the_source_of_an_artifact_is_edited_and_the_rest_stays(question: Message) -> None:
    answer = answer_make(question, PAGE, token_count=100)
    artifact_edit(message=answer, index=1, original="one", updated="two")
    artifact_edit(message=answer, index=0, original="<p>one</p>", updated="<p>1</p>")
    stored = Message.objects.get(id=answer.id)
    expected = PAGE.replace("\none\n", "\ntwo\n").replace("<p>one</p>", "<p>1</p>")
    assert stored.content == [{"type": "text", "text": expected}]
    assert stored.text == ""
    assert stored.revision == 2
    assert stored.versions.count() == 2


def test_artifacts_are_counted_across_the_parts_and_the_text(question: Message) -> None:
    note = ":::artifact{}\nsame\n:::"
    parts = [
        {"type": "text", "text": note},
        {"type": "tool_call", "tool_call": {"name": "x"}},
        {"type": "text", "text": note},
    ]
    answer = answer_make(question, content=parts)
    artifact_edit(message=answer, index=1, original="same", updated="other")
    stored = Message.objects.get(id=answer.id)
    assert stored.content == [*parts[:2], {"type": "text", "text": ":::artifact{}\nother\n:::"}]
    plain = answer_make(question, content=[])
    Message.objects.filter(id=plain.id).update(text=note)
    plain.refresh_from_db()
    artifact_edit(message=plain, index=0, original="same", updated="other")
    assert Message.objects.get(id=plain.id).text == ":::artifact{}\nother\n:::"


@pytest.mark.parametrize(
    ("index", "original", "updated"),
    [
        (2, "one", "x"),
        (-1, "one", "x"),
        (0, "The word", "x"),
        (1, "<p>one</p>", "x"),
        (1, "", "x"),
        (1, "one", "a\x00b"),
        (1, "one", "x" * 400_001),
    ],
)
def test_what_is_not_there_or_cannot_be_stored_changes_nothing(
    question: Message,
    index: int,
    original: str,
    updated: str,
) -> None:
    answer = answer_make(question, PAGE)
    with pytest.raises(InvalidInputError):
        artifact_edit(message=answer, index=index, original=original, updated=updated)
    stored = Message.objects.get(id=answer.id)
    assert (stored.content, stored.revision) == ([{"type": "text", "text": PAGE}], 0)


def test_an_answer_that_is_being_written_is_left_alone(question: Message) -> None:
    answer = answer_make(question, PAGE)
    generation_make(answer)
    with pytest.raises(ConflictError):
        artifact_edit(message=answer, index=1, original="one", updated="two")
    assert Message.objects.get(id=answer.id).revision == 0
