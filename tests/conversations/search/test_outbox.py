"""A search server beside the database: told of changes, never trusted with rights."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from accounts.models import User
from accounts.signals import user_deleted
from conversations.models import SearchTask
from conversations.search import outbox, rebuild, telling
from conversations.search.backend import SearchQuery
from conversations.search.indexing import messages_index
from conversations.search.search import AWAY_KEY, search
from conversations.services.conversations import conversation_delete, conversation_rename
from conversations.services.messages import message_delete, message_edit
from conversations.services.purging import conversation_purge_now
from librechat.env import Environment
from librechat.kernel import clock
from librechat.search_settings import SearchSettings, search_settings
from tests.conversations.search.conftest import said, texts
from tests.fakes.meilisearch import KEY, FakeMeilisearch

pytestmark = pytest.mark.django_db


def ready() -> None:
    """Take in all there is, and tell the server."""
    rebuild.index_missing()
    outbox.drain()


def test_what_was_there_before_the_server_is_sent_to_it(
    owner: User,
    settings: LazySettings,
    server: FakeMeilisearch,
) -> None:
    outside, settings.SEARCH = settings.SEARCH, SearchSettings()
    [message] = said(owner, "lighthouse", title="Harbour")
    rebuild.index_missing()
    assert SearchTask.objects.count() == 0
    settings.SEARCH = outside
    ready()
    chat = message.conversation_id
    assert set(server.documents) == {f"message-{message.id}", f"title-{chat}"}
    assert server.documents[f"message-{message.id}"] == {
        "id": f"message-{message.id}",
        "user": owner.pk,
        "conversation": chat,
        "role": "user",
        "body": "lighthouse",
        "created_at": clock.milliseconds(message.created_at),
    }
    assert SearchTask.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_server_is_told_as_soon_as_a_change_is_committed(
    owner: User,
    server: FakeMeilisearch,
) -> None:
    ready()
    [message] = said(owner, "lighthouse")
    with transaction.atomic():
        messages_index([message])
    wait_for(lambda: f"message-{message.id}" in server.documents)
    wait_for(lambda: not SearchTask.objects.exists())
    message_edit(message=message, text="harbour")
    wait_for(lambda: server.documents[f"message-{message.id}"]["body"] == "harbour")


def test_a_thousand_changes_make_few_rounds() -> None:
    rounds, gate = [], Event()

    def tell() -> None:
        rounds.append(1)
        gate.wait(60)

    for _ in range(1_000):
        telling.soon(tell)
    gate.set()
    wait_for(lambda: not telling._POOL._work_queue.qsize())
    wait_for(lambda: bool(rounds))
    assert len(rounds) <= 2


def test_a_round_that_fails_is_not_the_last(caplog: pytest.LogCaptureFixture) -> None:
    done = Event()
    telling.soon(lambda: 1 / 0)
    wait_for(lambda: "The search server was not told of changes." in caplog.messages)
    telling.soon(done.set)
    assert done.wait(60)


def wait_for(is_so: Callable[[], bool]) -> None:
    """Wait until a thread did something; a minute at most."""
    for _ in range(6_000):
        if is_so():
            return
        Event().wait(0.01)
    raise AssertionError("It did not happen.")


def test_every_search_names_its_person(owner: User, server: FakeMeilisearch) -> None:
    ready()
    search(owner, SearchQuery('lighthouse -"big sea" typ', role="user"))
    asked = server.searches[-1]
    assert asked["filter"] == f'user = "{owner.pk}" AND role = "user"'
    assert asked["q"] == '-"big sea" lighthouse typ'


def test_a_server_that_knows_too_much_shows_nothing_of_it(
    owner: User,
    stranger: User,
    server: FakeMeilisearch,
) -> None:
    [message] = said(stranger, "lighthouse")
    ready()
    server.documents[f"message-{message.id}"]["user"] = owner.pk
    assert search(owner, SearchQuery("lighthouse")).hits == ()


def test_what_is_gone_for_good_leaves_the_server(
    owner: User,
    stranger: User,
    server: FakeMeilisearch,
) -> None:
    [first] = said(owner, "one", title="First")
    [second] = said(owner, "two", title="Second")
    [third] = said(stranger, "three", title="Third")
    ready()
    assert len(server.documents) == 6
    message_delete(message=second)
    outbox.drain()
    assert len(server.documents) == 5
    conversation_delete(conversation=first.conversation)
    conversation_purge_now(user=owner, conversation_id=first.conversation.conversation_id)
    outbox.drain()
    assert {row["conversation"] for row in server.documents.values()} == {
        second.conversation_id,
        third.conversation_id,
    }
    user_deleted.send(User, user=stranger)
    stranger.delete()
    outbox.drain()
    assert {row["user"] for row in server.documents.values()} == {owner.pk}


def test_changes_wait_while_the_server_is_away(
    owner: User,
    server: FakeMeilisearch,
    clock_at: Callable[[datetime], None],
) -> None:
    [message] = said(owner, "lighthouse", title="Harbour")
    ready()
    server.is_down = True
    message_edit(message=message, text="windmill")
    conversation_rename(conversation=message.conversation, title="Meadow")
    now = clock.now()
    clock_at(now)
    assert outbox.drain() == 0
    assert [task.attempts for task in SearchTask.objects.all()] == [1, 1]
    server.is_down = False
    assert outbox.drain() == 0  # not yet: it is asked again after two seconds
    clock_at(now + timedelta(seconds=2))
    assert outbox.drain() == 2
    assert texts(search(owner, SearchQuery("windmill"))) == ["windmill"]
    assert texts(search(owner, SearchQuery("meadow"))) == ["Meadow"]


def test_the_database_answers_while_the_server_is_away_and_says_so(
    owner: User,
    server: FakeMeilisearch,
) -> None:
    said(owner, "lighthouse")
    ready()
    server.is_down = True
    page = search(owner, SearchQuery("lighthouse"))
    assert (texts(page), page.notice) == (["lighthouse"], "degraded")
    asked = len(server.searches)
    server.is_down = False
    assert search(owner, SearchQuery("lighthouse")).notice == "degraded"  # left alone for a while
    assert len(server.searches) == asked

    cache.delete(AWAY_KEY)
    assert search(owner, SearchQuery("lighthouse")).notice == ""


def test_a_wrong_key_or_address_is_a_server_that_is_away(
    owner: User,
    server: FakeMeilisearch,
    settings: LazySettings,
) -> None:
    for wrong in (SearchSettings("meilisearch", server.url, "wrong"), _nowhere()):
        settings.SEARCH = wrong
        said(owner, "lighthouse")
        ready()
        assert search(owner, SearchQuery("lighthouse")).notice == "degraded"


def _nowhere() -> SearchSettings:
    return SearchSettings("meilisearch", "http://127.0.0.1:9", KEY)


def test_a_rebuild_empties_the_server_first(owner: User, server: FakeMeilisearch) -> None:
    said(owner, "lighthouse", title="Harbour")
    ready()
    [index] = server.indexes.values()
    index["message-stale"] = {"id": "message-stale", "user": owner.pk}
    list(rebuild.rebuild())
    assert "message-stale" not in server.documents
    assert len(server.documents) == 2


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, SearchSettings()),
        ({"MEILI_HOST": "http://m:7700/"}, SearchSettings("meilisearch", "http://m:7700")),
        (
            {"MEILI_HOST": "http://m", "MEILI_MASTER_KEY": "k", "MEILI_NO_SYNC": "true"},
            SearchSettings("meilisearch", "http://m", "k", is_synchronising=False),
        ),
        ({"MEILI_HOST": "http://m", "SEARCH": "false"}, SearchSettings()),
        ({"MEILI_HOST": "http://m", "SEARCH_BACKEND": "database"}, SearchSettings()),
    ],
)
def test_the_engine_follows_the_settings(
    variables: dict[str, str],
    expected: SearchSettings,
) -> None:
    assert search_settings(Environment(variables)) == expected


@pytest.mark.parametrize(
    "variables",
    [{"SEARCH_BACKEND": "elastic"}, {"SEARCH_BACKEND": "meilisearch"}, {"MEILI_HOST": "m:7700"}],
)
def test_a_wrong_setting_stops_the_start(variables: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured):
        search_settings(Environment(variables))
