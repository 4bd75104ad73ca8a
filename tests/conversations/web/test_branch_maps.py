"""The map of a chat's branches."""

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conversations.models import Conversation, Message
from conversations.queries.branch_map import branch_map, words_of
from tests.conversations.web.conftest import SignIn, inline_code, text_of
from tests.factories.threads import answer_make, conversation_make, question_make

FRAGMENT = {"HX-Request": "true"}


def forked(owner: User, forks: int = 1) -> Conversation:
    """Return a chat that answers each of some questions twice."""
    chat = conversation_make(owner)
    parent: Message | None = None
    for turn in range(forks):
        question = question_make(chat, f"Question {turn}", parent)
        answer_make(question, f"Old {turn}", metadata={})
        parent = answer_make(question, f"**Better** answer {turn}")
    if parent:
        Conversation.objects.filter(pk=chat.pk).update(leaf_message_id=parent.message_id)
    chat.refresh_from_db()
    return chat


def test_the_map_marks_where_one_is(owner: User, owner_client: Client) -> None:
    chat = forked(owner)
    page = f"/c/{chat.conversation_id}/branches"
    html = text_of(owner_client.get(page))
    assert "2 branches. The one you see is marked." in html
    assert "Better answer 0" in html
    assert html.count('aria-current="true"') == 1
    assert html.index("Old 0") < html.index("Better answer 0")
    assert inline_code(html) == []
    piece = text_of(owner_client.get(page, headers=FRAGMENT))
    assert "<html" not in piece
    assert "Better answer 0" in piece


def test_a_chat_without_versions_and_an_empty_one_say_so(
    owner: User,
    owner_client: Client,
) -> None:
    chat = conversation_make(owner)
    page = f"/c/{chat.conversation_id}/branches"
    assert "There is no message yet." in text_of(owner_client.get(page))
    question_make(chat)
    assert "This chat has one branch." in text_of(owner_client.get(page))


def test_the_map_goes_on_above_a_row(owner: User) -> None:
    chat = forked(owner, 5)
    whole = branch_map(chat)
    assert len(whole.rows) == 11
    assert (whole.branches, whole.before, whole.is_last) == (6, "", True)
    last = branch_map(chat, limit=4)
    assert last.rows == whole.rows[-4:]
    above = branch_map(chat, before=last.before, limit=4)
    assert above.rows == whole.rows[3:7]
    assert not above.is_last
    top = branch_map(chat, before=above.before, limit=4)
    assert top.rows == whole.rows[:3]
    assert top.before == ""
    assert branch_map(chat, before="unknown", limit=4) == last


def test_a_page_of_the_map_comes_without_the_rest_of_a_page(
    owner: User,
    owner_client: Client,
) -> None:
    chat = forked(owner, 40)
    page = f"/c/{chat.conversation_id}/branches"
    before = branch_map(chat).before
    piece = text_of(owner_client.get(page, {"before": before}, headers=FRAGMENT))
    assert piece.count("data-branch-message") == 81 - 60
    assert "<ol" not in piece
    assert "Show the newest branches" in text_of(owner_client.get(page, {"before": before}))


def test_a_map_that_is_read_again_keeps_the_pages_above(owner: User, owner_client: Client) -> None:
    chat = forked(owner, 6)
    whole = branch_map(chat)
    last = branch_map(chat, limit=4)
    grown = branch_map(chat, first=whole.rows[3].message_id, limit=4)
    assert (grown.rows, grown.before) == (whole.rows[3:], whole.rows[3].message_id)
    assert branch_map(chat, first=whole.rows[0].message_id, limit=4) == whole
    assert branch_map(chat, first=whole.rows[-1].message_id, limit=4) == last
    assert branch_map(chat, first="unknown", limit=4) == last
    top = forked(owner, 40)
    page = f"/c/{top.conversation_id}/branches"
    first = branch_map(top, limit=81).rows[0].message_id
    read = text_of(owner_client.get(page, {"first": first}, headers=FRAGMENT))
    assert read.count("data-branch-message") == 81


def test_a_longer_map_asks_no_more_of_the_database(
    owner: User,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    chat = forked(owner, 70)
    with django_assert_num_queries(2):
        assert len(branch_map(chat).rows) == 60


def test_a_leaf_that_is_gone_leaves_the_newest_branch_current(owner: User) -> None:
    chat = forked(owner)
    chat.leaf_message_id = "gone"
    assert [row.is_current for row in branch_map(chat).rows] == [True, False, True]


def test_a_stranger_sees_no_map(owner: User, stranger: User, sign_in: SignIn) -> None:
    chat = forked(owner)
    assert sign_in(stranger).get(f"/c/{chat.conversation_id}/branches").status_code == 404


def test_words_are_short_and_plain() -> None:
    assert words_of("# Title\n\n- one\n- `two` **three**") == "Title one two three"
    assert words_of("x" * 300) == "x" * 120 + "…"
    assert words_of("a well-known e-mail") == "a well-known e-mail"
