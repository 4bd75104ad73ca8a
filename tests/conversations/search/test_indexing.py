"""Writes and what the search knows of them; filling the index."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from conversations.generation.recovery import generation_interrupt
from conversations.generation.titles import title_save
from conversations.models import DEFAULT_TITLE, Conversation, SearchDocument, SearchStamp
from conversations.search import fts_table, rebuild
from conversations.search.backend import SearchQuery
from conversations.search.indexing import conversation_index, messages_index
from conversations.search.search import search
from conversations.services.bin import bin_restore
from conversations.services.forks import conversation_duplicate
from conversations.services.messages import message_delete
from tests.conversations.search.conftest import said, texts
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
)

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[str]:
    return texts(search(user, SearchQuery(text)))


def test_a_title_can_be_found_once_it_is_made(owner: User) -> None:
    chat = conversation_make(owner, DEFAULT_TITLE)
    question = question_make(chat, "Hello")
    generation = generation_make(answer_make(question))
    assert title_save(generation=generation, title="Lighthouses of Brittany")
    assert found(owner, "brittany") == ["Lighthouses of Brittany"]


def test_an_interrupted_answer_can_be_found(owner: User) -> None:
    answer = answer_make(question_make(conversation_make(owner), "Which lighthouse?"), "")
    generation = generation_make(answer)
    streamed = [{"type": "text", "text": "The tallest lighthouse"}]
    assert generation_interrupt(generation=generation, streamed=streamed)
    assert len(found(owner, "lighthouse")) == 2


def test_an_unnamed_chat_has_no_title_to_find(owner: User) -> None:
    chat = conversation_make(owner, "Harbour")
    conversation_index(chat)
    conversation_index(chat)
    assert SearchDocument.objects.count() == 1
    chat.title = DEFAULT_TITLE
    conversation_index(chat)
    assert SearchDocument.objects.count() == 0


def test_a_copy_can_be_found(owner: User) -> None:
    [message] = said(owner, "lighthouse", title="Harbour")
    conversation_duplicate(conversation=message.conversation, title="Windmill")
    assert found(owner, "windmill") == ["Windmill"]
    assert found(owner, "lighthouse") == ["lighthouse"]


def test_a_message_from_the_bin_can_be_found_again(owner: User) -> None:
    [message] = said(owner, "lighthouse")
    messages_index([message])
    item = message_delete(message=message)
    assert found(owner, "lighthouse") == []
    bin_restore(user=owner, item_id=item.id)
    assert found(owner, "lighthouse") == ["lighthouse"]


def test_many_messages_cost_two_queries_and_a_row_each(
    owner: User,
    django_assert_max_num_queries: object,
) -> None:
    messages = said(owner, *(f"lighthouse {number}" for number in range(50)))
    with django_assert_max_num_queries(4):  # type: ignore[operator] # two, and a savepoint's
        messages_index(messages)
    assert SearchDocument.objects.count() == 50


def test_documents_go_with_what_they_describe(owner: User) -> None:
    [message] = said(owner, "lighthouse", title="Harbour")
    rebuild.index_missing()
    assert SearchDocument.objects.count() == 2
    Conversation.objects.filter(id=message.conversation_id).delete()
    assert SearchDocument.objects.count() == 0
    assert found(owner, "lighthouse") == []


def test_what_is_missing_is_taken_in_once(owner: User) -> None:
    said(owner, "lighthouse", "", title="Harbour")
    said(owner, "secret", title="Secret", is_temporary=True)
    said(owner, "unnamed")
    assert rebuild.index_missing() == 4
    assert rebuild.index_missing() == 0
    assert found(owner, "lighthouse") == ["lighthouse"]
    assert found(owner, "secret") == []


def test_a_rebuild_mends_what_is_wrong_and_can_go_on(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 2)
    messages = said(owner, *(f"lighthouse {number}" for number in range(5)), title="Harbour")
    rebuild.index_missing()
    SearchDocument.objects.update(body="wrong")
    steps = list(rebuild.rebuild())
    assert [(step.done, step.total) for step in steps] == [(1, 6), (3, 6), (5, 6), (6, 6)]
    assert found(owner, "wrong") == []
    assert len(found(owner, "lighthouse")) == 5
    behind = sorted(message.id for message in messages)[2]
    assert [step.done for step in rebuild.rebuild(behind)] == [6]


def test_a_phrase_across_a_link_is_found_and_so_is_the_address(owner: User) -> None:
    text = "The [lighthouse](https://towers.test/brittany) of *Ouessant* is tall."
    messages_index([answer_make(question_make(conversation_make(owner), "Which?"), text)])
    for wanted in ('"the lighthouse of ouessant"', '"ouessant is tall"', "brittany"):
        assert len(found(owner, wanted)) == 1
    assert found(owner, '"lighthouse https"') == []


def test_what_a_person_wrote_is_found_as_it_was_written(owner: User) -> None:
    question = question_make(conversation_make(owner), "call a[i](x) now")
    messages_index([question])
    assert found(owner, '"call a i x now"') == ["call a[i](x) now"]


def test_documents_of_an_older_form_are_made_anew_once(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuild, "BATCH", 2)
    question = question_make(conversation_make(owner), "Which?")
    answers = [answer_make(question, f"[tower](https://a.test/) {number}") for number in range(3)]
    rebuild.index_missing()
    SearchDocument.objects.filter(message__in=answers).update(body="tower https a test")
    assert rebuild.bring_up_to_date() == 3
    assert len(found(owner, "tower")) == 3
    assert len(found(owner, '"tower 2"')) == 1
    assert rebuild.bring_up_to_date() == 0


def test_bringing_up_to_date_goes_on_where_it_was_broken_off(owner: User) -> None:
    question = question_make(conversation_make(owner), "Which?")
    first, _second = (answer_make(question, f"tower {number}") for number in range(2))
    rebuild.index_missing()
    SearchDocument.objects.all().update(body="older")
    SearchStamp.objects.create(version=rebuild.VERSION, reached=first.id)
    assert rebuild.bring_up_to_date() == 1
    assert len(found(owner, "tower")) == 1


def test_a_whole_rebuild_leaves_nothing_of_an_older_form(owner: User) -> None:
    answer_make(question_make(conversation_make(owner), "Which?"), "tower")
    list(rebuild.rebuild())
    assert rebuild.bring_up_to_date() == 0
    assert SearchStamp.objects.get().is_complete


def test_the_command_says_how_much_it_did(owner: User) -> None:
    said(owner, "lighthouse", title="Harbour")
    out = StringIO()
    call_command("rebuild_search", "--json", stdout=out)
    assert json.loads(out.getvalue())["done"] == 2
    assert found(owner, "lighthouse") == ["lighthouse"]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table is SQLite's")
@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE conversations_search",
        "DROP TRIGGER conversations_search_insert",
        "DROP VIEW conversations_search_content",
    ],
)
def test_a_lost_index_is_made_again(owner: User, damage: str) -> None:
    said(owner, "lighthouse")
    rebuild.index_missing()
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert not fts_table.is_whole()
    rebuild.index_missing()
    assert fts_table.is_whole()
    said(owner, "another lighthouse")
    rebuild.index_missing()
    assert len(found(owner, "lighthouse")) == 2


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table is SQLite's")
def test_the_migration_and_the_repair_make_the_same(owner: User) -> None:
    def schema() -> dict[str, str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE name LIKE 'conversations_search\\_%'"
                " ESCAPE '\\' OR name = 'conversations_search'",
            )
            rows = cursor.fetchall()
        return {name: " ".join((sql or "").split()) for name, sql in rows}

    made = schema()
    fts_table.remake()
    assert schema() == made


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the table is SQLite's")
def test_the_full_text_table_agrees_with_the_documents(owner: User) -> None:
    said(owner, "lighthouse", "windmill", title="Harbour")
    rebuild.index_missing()
    list(rebuild.rebuild())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_search(conversations_search, rank)"
            " VALUES ('integrity-check', 1)",
        )  # an error when they differ
