"""The search page and the palette's fragment."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Project
from conversations.search.indexing import conversation_index, messages_index
from conversations.search.search import building_began
from librechat.kernel import clock
from tests.conversations.web.conftest import inline_code, text_of
from tests.factories.threads import bookmark, conversation_make, question_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def lighthouse(owner: User) -> str:
    """The address of a message, below many others, that is found by "lighthouse"."""
    project = Project.objects.create(user=owner, name="Towers")
    chat = conversation_make(owner, "Harbour", project=project)
    bookmark(chat, "sea")
    message = question_make(chat, "A <b>lighthouse</b> at sea", files=[{"file_id": "f"}])
    conversation_index(chat)
    messages_index([message])
    return f"/c/{chat.conversation_id}?m={message.message_id}#m-{message.message_id}"


def test_the_page_marks_what_was_found_and_links_to_the_message(
    owner_client: Client,
    lighthouse: str,
) -> None:
    html = text_of(owner_client.get("/search", {"q": "lighthouse"}))
    assert f'href="{lighthouse}"' in html
    assert "A &lt;b&gt;<mark>lighthouse</mark>&lt;/b&gt; at sea" in html
    assert inline_code(html) == []


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        ({"project": "unassigned"}, False),
        ({"tag": "sea", "files": "1", "role": "user", "archived": "no", "sort": "newest"}, True),
        ({"role": "assistant"}, False),
        ({"archived": "yes"}, False),
        ({"model": "nothing"}, False),
        ({"from": "2020-01-01", "to": "2020-01-02"}, False),
        ({"from": "2020-01-01"}, True),
    ],
)
def test_the_address_repeats_the_filters(
    owner_client: Client,
    lighthouse: str,
    filters: dict[str, str],
    is_found: bool,
) -> None:
    html = text_of(owner_client.get("/search", {"q": "lighthouse", **filters}))
    assert (lighthouse in html) == is_found
    assert ("<p>Nothing matches." in html) != is_found
    for name, value in filters.items():
        assert f'name="{name}"' in html
        assert f'"{value}"' in html or name == "files"


def test_a_project_and_a_day_narrow_the_search(
    owner: User,
    owner_client: Client,
    lighthouse: str,
) -> None:
    project, today = Project.objects.get(user=owner), clock.now()
    asked = {"q": "lighthouse", "project": project.id, "to": f"{today:%Y-%m-%d}"}
    assert lighthouse in text_of(owner_client.get("/search", asked))
    yesterday = f"{today - timedelta(days=1):%Y-%m-%d}"
    assert lighthouse not in text_of(owner_client.get("/search", {**asked, "to": yesterday}))


@pytest.mark.parametrize(
    "wrong",
    [{"project": "b" * 24}, {"tag": "other"}, {"from": "yesterday"}, {"role": "x"}],
)
def test_a_wrong_filter_is_refused_and_finds_nothing(
    owner_client: Client,
    lighthouse: str,
    wrong: dict[str, str],
) -> None:
    response = owner_client.get("/search", {"q": "lighthouse", **wrong})
    assert response.status_code == 422
    assert lighthouse not in text_of(response)
    assert "field-error" in text_of(response)


@pytest.mark.parametrize("start", ["-1", "x", "9" * 30, "²"])
def test_a_wrong_start_is_no_error(owner_client: Client, lighthouse: str, start: str) -> None:
    response = owner_client.get("/search", {"q": "lighthouse", "start": start})
    assert response.status_code == 200


def test_pages_follow_each_other(owner: User, owner_client: Client) -> None:
    chat = conversation_make(owner)
    messages_index([question_make(chat, f"lighthouse {number}") for number in range(25)])
    first = text_of(owner_client.get("/search", {"q": "lighthouse", "sort": "newest"}))
    assert first.count("search-hit") == 1 + 20  # the list and its rows
    assert 'href="?q=lighthouse&amp;sort=newest&amp;start=20"' in first
    second = text_of(owner_client.get("/search?q=lighthouse&sort=newest&start=20"))
    assert second.count('class="search-hit"') == 5
    assert 'href="?q=lighthouse&amp;sort=newest"' in second


def test_the_page_costs_the_same_however_much_is_found(
    owner: User,
    owner_client: Client,
    django_assert_max_num_queries: object,
) -> None:
    for number in range(15):
        chat = conversation_make(owner, f"lighthouse {number}")
        conversation_index(chat)
        messages_index([question_make(chat, "lighthouse")])
    owner_client.get("/c/new")  # the menus are known then
    with django_assert_max_num_queries(16):  # type: ignore[operator] # pytest-django's fixture
        owner_client.get("/search", {"q": "lighthouse"})


def test_an_index_in_the_making_is_told(owner_client: Client, lighthouse: str) -> None:
    building_began()
    html = text_of(owner_client.get("/search", {"q": "lighthouse"}))
    assert "some results may be missing" in html
    assert lighthouse in html


def test_the_palette_shows_titles_first_then_messages(owner: User, owner_client: Client) -> None:
    chat = conversation_make(owner, "Lighthouse keeper")
    message = question_make(chat, "Which lighthouse?")
    conversation_index(chat)
    messages_index([message])
    html = text_of(owner_client.get("/_/palette", {"q": "lightho"}))
    hits = html.split("data-palette-hit>")[1:]
    assert f'href="/c/{chat.conversation_id}"' in hits[0]
    assert f'href="/c/{chat.conversation_id}?m={message.message_id}' in hits[1]
    assert 'href="/search?q=lightho"' in html


def test_the_palette_shows_recent_chats_before_anything_is_typed(
    owner: User,
    owner_client: Client,
    stranger: User,
) -> None:
    conversation_make(owner, "Mine")
    conversation_make(stranger, "Theirs")
    html = text_of(owner_client.get("/_/palette"))
    assert "Mine" in html
    assert "Theirs" not in html
    assert "data-palette-all" not in html


def test_the_palette_says_when_nothing_matches(owner_client: Client) -> None:
    assert "data-palette-none" in text_of(owner_client.get("/_/palette", {"q": "nothing"}))


def test_a_chat_opens_around_the_message_that_was_found(owner: User, owner_client: Client) -> None:
    chat = conversation_make(owner)
    parent, messages = None, []
    for number in range(80):
        parent = question_make(chat, f"number {number}", parent)
        messages.append(parent)
    other = question_make(chat, "another branch")
    html = text_of(owner_client.get(f"/c/{chat.conversation_id}?m={messages[10].message_id}"))
    assert f'id="m-{messages[10].message_id}"' in html
    assert html.count("<article") == 20
    assert "Go to the newest messages" in html
    assert "Show earlier messages" in html
    assert f'name="parent_message_id" value="{messages[-1].message_id}"' in " ".join(html.split())
    html = text_of(owner_client.get(f"/c/{chat.conversation_id}?m={other.message_id}"))
    assert html.count("<article") == 1
    assert "Go to the newest messages" not in html
