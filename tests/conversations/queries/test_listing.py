"""The conversation list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, Project
from conversations.queries.listing import ListQuery, conversation_page
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError
from tests.factories.threads import bookmark, conversation_make

START = datetime(2026, 11, 1, tzinfo=UTC)


def titles(user: User, **query: Any) -> list[str]:
    return [one.title for one in conversation_page(user, ListQuery(**query)).conversations]


def every_page(user: User, **query: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = conversation_page(user, ListQuery(cursor=cursor, limit=3, **query))
        found += [one.title for one in page.conversations]
        cursor = page.next_cursor
    return found


@pytest.fixture
def ten(owner: User) -> list[Conversation]:
    # Pairs share a moment, so that ties are broken by the row's id.
    return [
        conversation_make(
            owner,
            f"{(number * 7) % 10}",
            updated_at=START + timedelta(hours=number // 2),
            created_at=START - timedelta(hours=number),
        )
        for number in range(10)
    ]


@pytest.mark.parametrize("sort_by", ["updatedAt", "createdAt", "title", "archivedAt", "nonsense"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_join_to_the_whole_list_in_every_order(
    owner: User,
    ten: list[Conversation],
    sort_by: str,
    direction: str,
) -> None:
    query = {"sort_by": sort_by, "sort_direction": direction}
    assert every_page(owner, **query) == titles(owner, **query)
    assert sorted(every_page(owner, **query)) == [str(number) for number in range(10)]


def test_the_newest_change_comes_first(owner: User, ten: list[Conversation]) -> None:
    assert titles(owner, limit=2) == [ten[9].title, ten[8].title]
    assert titles(owner, sort_by="createdAt", limit=1) == [ten[0].title]
    assert titles(owner, sort_by="title", sort_direction="asc") == [str(n) for n in range(10)]


@pytest.mark.parametrize("cursor", ["x", "e30=", "bnVsbA==", "W10=", "💥", "a" * 5000])
def test_an_unreadable_cursor_means_the_first_page(
    owner: User,
    ten: list[Conversation],
    cursor: str,
) -> None:
    assert titles(owner, cursor=cursor) == titles(owner)


def test_only_one_s_own_listed_conversations_are_there(owner: User, stranger: User) -> None:
    conversation_make(owner, "mine")
    conversation_make(owner, "temporary", is_temporary=True)
    conversation_make(owner, "deleted", deleted_at=clock.now())
    conversation_make(owner, "expired", expired_at=clock.now() - timedelta(hours=1))
    conversation_make(owner, "archived", is_archived=True, archived_at=clock.now())
    conversation_make(stranger, "foreign")
    assert titles(owner) == ["mine"]
    assert titles(owner, is_archived=True) == ["archived"]


def test_pinned_ones_can_be_asked_for_and_left_out(owner: User) -> None:
    conversation_make(owner, "pinned", is_pinned=True)
    conversation_make(owner, "plain")
    assert titles(owner, pinned=True) == ["pinned"]
    assert titles(owner, pinned=False) == ["plain"]
    assert sorted(titles(owner)) == ["pinned", "plain"]


def test_search_looks_into_titles_without_wildcards(owner: User) -> None:
    conversation_make(owner, "100% prime")
    conversation_make(owner, "1000 primes")
    assert titles(owner, search="0% PRI") == ["100% prime"]
    assert titles(owner, search="_") == []


def test_any_of_the_tags_is_enough_and_parts_of_a_tag_are_not(owner: User) -> None:
    bookmark(conversation_make(owner, "a"), "Saved", "Grüße")
    bookmark(conversation_make(owner, "b"), 'with "quotes"')
    bookmark(conversation_make(owner, "c"), "SavedLater")
    assert titles(owner, tags=("Saved",)) == ["a"]
    assert titles(owner, tags=("Grüße",)) == ["a"]
    assert titles(owner, tags=('with "quotes"', "Saved"), sort_by="title") == ["b", "a"]
    assert titles(owner, tags=("%",)) == []


def test_projects_divide_the_list(owner: User) -> None:
    project = Project.objects.create(user=owner, name="Garden").pk
    conversation_make(owner, "in", project_id=project)
    conversation_make(owner, "out")
    assert titles(owner, project_id=project.upper()) == ["in"]
    assert titles(owner, project_id="unassigned") == ["out"]
    with pytest.raises(InvalidInputError):
        titles(owner, project_id="'; drop")


def test_a_page_is_one_query(
    owner: User,
    ten: list[Conversation],
    django_assert_num_queries: Any,
) -> None:
    with django_assert_num_queries(1):
        conversation_page(owner, ListQuery(limit=5))
