"""Projects."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from conversations.models import Conversation, Project
from conversations.queries.projects import ProjectQuery, project_json, project_page
from conversations.services.bin import bin_restore
from conversations.services.projects import (
    conversation_move,
    project_change,
    project_create,
    project_delete,
    project_get,
)
from librechat.kernel import clock
from librechat.kernel.errors import InvalidInputError, NotFoundError
from tests.factories.threads import conversation_make

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def garden(owner: User) -> Project:
    return project_create(
        user=owner,
        name=" My  garden ",
        description="Beds",
        instructions="Use metric units.",
        defaults={"endpoint": "openAI", "model": "gpt-4o", "colour": "green", "spec": ""},
    )


def every_page(user: User, sort_by: str, direction: str) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = project_page(
            user,
            ProjectQuery(cursor=cursor, limit=2, sort_by=sort_by, sort_direction=direction),
        )
        found += [project.name for project in page.projects]
        cursor = page.next_cursor
    return found


def test_a_project_keeps_what_it_is_told_and_nothing_else(garden: Project) -> None:
    assert garden.name == "My garden"
    assert garden.defaults == {"endpoint": "openAI", "model": "gpt-4o"}


@pytest.mark.parametrize("name", ["", " ", "x" * 101, "a\x00"])
def test_a_project_without_a_possible_name_is_not_made(owner: User, name: str) -> None:
    with pytest.raises(InvalidInputError):
        project_create(user=owner, name=name)
    assert not Project.objects.exists()


def test_a_change_leaves_the_rest_alone(garden: Project) -> None:
    project_change(project=garden, texts={"description": "Trees"})
    garden.refresh_from_db()
    assert (garden.name, garden.description) == ("My garden", "Trees")
    assert garden.instructions == "Use metric units."
    assert garden.defaults == {"endpoint": "openAI", "model": "gpt-4o"}


def test_the_row_tells_how_many_chats_and_which_was_last(owner: User, garden: Project) -> None:
    conversation_make(owner, project=garden, updated_at=START)
    last = conversation_make(owner, project=garden, updated_at=START + timedelta(days=1))
    conversation_make(owner, project=garden, deleted_at=clock.now())
    [shown] = project_page(owner, ProjectQuery()).projects
    row = project_json(shown)
    assert (row["conversationCount"], row["lastConversationId"]) == (2, last.conversation_id)
    assert row["lastConversationAt"] == "2026-11-02T00:00:00.000Z"


@pytest.mark.parametrize("sort_by", ["name", "createdAt", "updatedAt", "lastConversationAt", "?"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_join_to_the_whole_list(owner: User, sort_by: str, direction: str) -> None:
    for number in range(5):
        project = project_create(user=owner, name=f"P{number % 3}")
        if number % 2:
            conversation_make(owner, project=project, updated_at=START)
    whole = project_page(owner, ProjectQuery(sort_by=sort_by, sort_direction=direction))
    assert every_page(owner, sort_by, direction) == [one.name for one in whole.projects]
    assert sorted(every_page(owner, sort_by, direction)) == ["P0", "P0", "P1", "P1", "P2"]


def test_a_deleted_project_frees_its_chats_and_comes_back_with_them(
    owner: User,
    garden: Project,
) -> None:
    inside = conversation_make(owner, "inside", project=garden)
    moved = conversation_make(owner, "moved on", project=garden)
    item, freed = project_delete(project=garden)
    assert freed == 2
    assert Conversation.objects.filter(project=None, deleted_at=None).count() == 2
    other = project_create(user=owner, name="Other")
    conversation_move(conversation=moved, project=other)
    bin_restore(user=owner, item_id=item.pk)
    inside.refresh_from_db()
    moved.refresh_from_db()
    restored = Project.objects.get(name="My garden")
    assert (restored.instructions, inside.project_id) == ("Use metric units.", restored.pk)
    assert moved.project_id == other.pk


def test_strangers_find_no_project_and_no_chat_of_it(
    owner: User,
    stranger: User,
    garden: Project,
) -> None:
    assert project_page(stranger, ProjectQuery()).projects == []
    with pytest.raises(NotFoundError):
        project_get(user=stranger, project_id=garden.pk)
    assert Conversation.objects.visible_to(stranger).count() == 0
