"""What every engine finds, and what none of them shows."""

from datetime import timedelta

import pytest

from accounts.models import User
from conversations.models import Project
from conversations.services.conversations import (
    conversation_delete,
    conversation_rename,
    conversation_restore,
)
from conversations.services.messages import message_delete, message_edit
from librechat.kernel import clock
from tests.conversations.search.conftest import Find, marks, said, texts
from tests.factories.threads import answer_make, bookmark, conversation_make, question_make

pytestmark = pytest.mark.django_db


def test_words_are_found_in_messages_and_titles(find: Find, owner: User) -> None:
    said(owner, "How tall is the lighthouse?", "Unrelated words", title="Harbour")
    said(owner, "Something else", title="The lighthouse keeper")
    page = find("lighthouse")
    assert sorted(texts(page)) == ["How tall is the lighthouse?", "The lighthouse keeper"]
    assert marks(page) == ["lighthouse", "lighthouse"]
    assert page.notice == ""


def test_a_title_comes_before_a_message(find: Find, owner: User) -> None:
    said(owner, "On the beach there is a lighthouse that nobody visits any more")
    said(owner, "Nothing here", title="A lighthouse on the beach that nobody visits any more")
    assert texts(find("lighthouse"))[0].startswith("A lighthouse")


def test_more_about_a_word_comes_first(find: Find, owner: User) -> None:
    said(owner, "One volcano among many other words of a rather long and rambling message here")
    said(owner, "Volcano, volcano, volcano")
    assert texts(find("volcano"))[0] == "Volcano, volcano, volcano"


def test_all_words_must_be_there(find: Find, owner: User) -> None:
    said(owner, "red apple", "green apple", "red pear")
    assert texts(find("apple red ")) == ["red apple"]


def test_the_word_being_typed_matches_as_a_beginning(find: Find, owner: User) -> None:
    said(owner, "photosynthesis")
    assert texts(find("photosyn")) == ["photosynthesis"]
    assert marks(find("photosyn")) == ["photosynthesis"]
    assert texts(find("photosyn ")) == []


def test_a_phrase_in_quotes_is_found_in_this_order(find: Find, owner: User) -> None:
    said(owner, "big red house", "red big house")
    page = find('"red house"')
    assert texts(page) == ["big red house"]
    assert marks(page) == ["red house"]


def test_a_word_with_a_minus_is_excluded(find: Find, owner: User) -> None:
    said(owner, "jaguar the animal", "jaguar the car")
    assert texts(find("jaguar -car")) == ["jaguar the animal"]
    assert texts(find('jaguar -"the animal"')) == ["jaguar the car"]
    assert texts(find("-car")) == []


@pytest.mark.parametrize(
    ("text", "query", "mark"),
    [
        ("我昨天去了东京塔看日落", "东京", "东京"),
        ("東京タワーへ行きました", "タワー", "タワー"),
        ("나는 한국어를 배운다", "한국", "한국"),
        ("ประเทศไทยสวยงามมาก", "ไทย", "ไทย"),
        ("مَرْحَبًا بالعالم الجميل", "مرحبا", "مَرْحَبًا"),
        ("ذهب أحمد إلى المدرسة", "احمد", "أحمد"),
        ("שָׁלוֹם לכולם", "שלום", "שָׁלוֹם"),
        ("Ein Café in Zürich", "cafe", "Café"),
        ("a cafe around the corner", "café ", "cafe"),
        ("GROSSE Straße", "strasse", "Straße"),
        ("हिन्दी में लिखा", "हिन्दी ", "हिन्दी"),
        ("Всё хорошо", "все ", "Всё"),
    ],
)
def test_scripts_and_accents(find: Find, owner: User, text: str, query: str, mark: str) -> None:
    said(owner, text, "other words")
    page = find(query)
    assert texts(page) == [text]
    assert "".join(marks(page)) == mark


def test_characters_that_do_not_stand_together_are_no_match(find: Find, owner: User) -> None:
    said(owner, "京都と東北")
    assert texts(find("東京")) == []


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '"""',
        "'",
        "a' OR '1'='1",
        "user_id : x",
        "body:lighthouse",
        "NEAR(a b, 3)",
        "AND OR NOT",
        "* ^ ( ) { } + -",
        "-",
        '-"',
        "lighthouse AND",
        "a & | ! <-> :*",
        "\\",
        "%s %(x)s",
        "\x00",
        "user = \"x\" OR user != 'y'",
        '") OR user_id : ("',
        "; DROP TABLE conversations_searchdocument; --",
    ],
)
def test_no_character_means_anything_to_an_engine(find: Find, owner: User, query: str) -> None:
    said(owner, "lighthouse")
    assert texts(find(query)) in ([], ["lighthouse"])
    assert texts(find("lighthouse")) == ["lighthouse"]


def test_words_of_a_query_language_are_words(find: Find, owner: User) -> None:
    said(owner, "near and far, not here or there", "far away")
    assert texts(find("NEAR AND NOT OR far")) == ["near and far, not here or there"]


def test_a_monstrous_query_is_bounded(find: Find, owner: User) -> None:
    said(owner, "lighthouse")
    assert texts(find("lighthouse " * 50 + "x" * 100_000)) == ["lighthouse"]
    assert texts(find(" ".join(f'"{"a " * 40}"' for _ in range(100)))) == []


def test_nobody_finds_what_others_wrote(find: Find, owner: User, stranger: User) -> None:
    said(owner, "my secret lighthouse", title="Secret lighthouse")
    assert texts(find("lighthouse", stranger)) == []
    assert len(find("lighthouse").hits) == 2


def test_deleted_temporary_and_expired_chats_are_not_found(find: Find, owner: User) -> None:
    said(owner, "lighthouse one", title="lighthouse", is_temporary=True)
    said(owner, "lighthouse two", expired_at=clock.now() - timedelta(seconds=1))
    [three] = said(owner, "lighthouse three", title="lighthouse")
    assert len(find("lighthouse").hits) == 2
    conversation_delete(conversation=three.conversation)
    assert find("lighthouse").hits == ()
    conversation_restore(user=owner, conversation_id=three.conversation.conversation_id)
    assert len(find("lighthouse").hits) == 2


def test_a_deleted_message_is_not_found(find: Find, owner: User) -> None:
    [one] = said(owner, "lighthouse")
    assert len(find("lighthouse").hits) == 1
    message_delete(message=one)
    assert find("lighthouse").hits == ()


def test_an_edit_and_a_new_title_are_found_and_the_old_words_are_not(
    find: Find,
    owner: User,
) -> None:
    [one] = said(owner, "lighthouse", title="Harbour")
    find("lighthouse")
    message_edit(message=one, text="windmill")
    conversation_rename(conversation=one.conversation, title="Meadow")
    assert [texts(find(word)) for word in ("lighthouse", "harbour")] == [[], []]
    assert [texts(find(word)) for word in ("windmill", "meadow")] == [["windmill"], ["Meadow"]]


def test_answers_and_hidden_branches_are_found(find: Find, owner: User) -> None:
    question = question_make(conversation_make(owner), "Which?")
    answer_make(question, "The lighthouse.")
    answer_make(question, "The windmill.")
    page = find("lighthouse")
    assert [(hit.role, marks(page)) for hit in page.hits] == [("assistant", ["lighthouse"])]


def test_an_excerpt_of_an_answer_has_no_signs_of_markdown(find: Find, owner: User) -> None:
    text = "## Towers\n\n- The **lighthouse** of [Ouessant](https://a.test/x) is *very tall*."
    answer_make(question_make(conversation_make(owner), "**Which** one?"), text)
    [hit] = find('"very tall" lighthouse').hits
    assert "".join(part.text for part in hit.excerpt) == (
        "Towers The lighthouse of Ouessant is very tall."
    )
    assert [part.text for part in hit.excerpt if part.is_match] == ["lighthouse", "very tall"]


def test_the_address_behind_a_link_is_found_and_shown(find: Find, owner: User) -> None:
    text = "the [red](https://lighthouse.test/x) house"
    answer_make(question_make(conversation_make(owner), "Which?"), text)
    assert marks(find("lighthouse")) == ["lighthouse"]


def test_a_question_is_shown_as_it_was_typed(find: Find, owner: User) -> None:
    said(owner, "is **this** bold")
    [hit] = find("bold").hits
    assert "".join(part.text for part in hit.excerpt) == "is **this** bold"


def test_reasoning_is_not_what_was_said(find: Find, owner: User) -> None:
    parts = [{"type": "think", "think": "lighthouse"}, {"type": "text", "text": "windmill"}]
    answer_make(question_make(conversation_make(owner), "Which?"), content=parts)
    assert find("lighthouse").hits == ()
    assert len(find("windmill").hits) == 1


def test_filters(find: Find, owner: User) -> None:
    project = Project.objects.create(user=owner, name="Towers")
    first = conversation_make(owner, "New Chat", project=project, is_archived=True)
    bookmark(first, "sea")
    moment = clock.now() - timedelta(days=10)
    old = question_make(first, "old lighthouse", created_at=moment, files=[{"file_id": "f"}])
    earlier = clock.now() - timedelta(minutes=1)
    chosen = {"model": "claude-x", "endpoint": "anthropic", "created_at": earlier}
    answer_make(old, "new lighthouse", **chosen)
    said(owner, "plain lighthouse", agent_id="agent_1")

    def found(**fields: object) -> list[str]:
        page = find("lighthouse", sort="newest", **fields)
        return ["".join(part.text for part in hit.excerpt) for hit in page.hits]

    both, plain = ["new lighthouse", "old lighthouse"], ["plain lighthouse"]
    assert found(project_id=project.id) == both
    assert found(project_id="unassigned") == plain
    assert found(project_id="nothing") == []
    assert found(tags=("sea", "none")) == both
    assert found(archived="yes") == both
    assert found(archived="no") == plain
    assert found(model="claude-x") == ["new lighthouse"]
    assert found(model="agent_1") == plain
    assert found(endpoint="anthropic") == ["new lighthouse"]
    assert found(role="assistant") == ["new lighthouse"]
    assert found(role="user") == [*plain, "old lighthouse"]
    assert found(has_files=True) == ["old lighthouse"]
    assert found(until=moment + timedelta(days=1)) == ["old lighthouse"]
    assert found(since=moment + timedelta(days=1)) == [*plain, "new lighthouse"]
    assert found(since=moment, until=moment) == []


def test_pages_hold_every_hit_once(find: Find, owner: User) -> None:
    said(owner, *(f"lighthouse {number}" for number in range(25)))
    seen: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = find("lighthouse", limit=10, offset=offset)
        seen += texts(page)
        offset = page.next_offset
    assert len(seen) == len(set(seen)) == 25


def test_newest_first(find: Find, owner: User) -> None:
    for days in (3, 1, 2):
        moment = clock.now() - timedelta(days=days)
        question_make(conversation_make(owner, "New Chat"), f"lighthouse {days}", created_at=moment)
    assert texts(find("lighthouse", sort="newest")) == [
        "lighthouse 1",
        "lighthouse 2",
        "lighthouse 3",
    ]
