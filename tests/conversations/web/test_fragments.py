import re
from datetime import timedelta

from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from conversations.models import Conversation, Message
from librechat.kernel import clock
from tests.conversations.web.conftest import text_of
from tests.factories.threads import conversation_make, question_make, turn_make

NEXT = re.compile(r'hx-get="([^"]+)"')
OLDER = re.compile(r'data-url="([^"]*/_/thread/[^"]+)"')


def rows_of(html: str) -> list[str]:
    return re.findall(r'<li class="row"\s+data-conversation-id="([^"]+)"', html)


def test_the_list_goes_on_page_by_page_without_gap_or_repeat(
    owner_client: Client,
    owner: User,
) -> None:
    now = clock.now()
    made = [
        conversation_make(owner, title=f"Chat {n}", updated_at=now - timedelta(hours=n))
        for n in range(70)
    ]
    html = text_of(owner_client.get("/c/new"))
    seen = rows_of(html)
    while found := NEXT.search(html):
        html = text_of(owner_client.get(found[1].replace("&amp;", "&")))
        seen += rows_of(html)
    assert seen == [conversation.conversation_id for conversation in made]


def test_a_group_that_goes_on_has_no_second_heading(owner_client: Client, owner: User) -> None:
    for n in range(35):
        conversation_make(owner, title=f"Chat {n}")
    html = text_of(owner_client.get("/c/new"))
    found = NEXT.search(html)
    assert found is not None
    more = text_of(owner_client.get(found[1].replace("&amp;", "&")))
    assert len(rows_of(more)) == 5
    assert 'data-group="today"' in more
    assert "<h2" not in more


def test_the_list_goes_on_without_javascript(owner_client: Client, owner: User) -> None:
    for n in range(31):
        conversation_make(owner, title=f"Chat {n}")
    html = text_of(owner_client.get("/c/new"))
    [link] = re.findall(r'href="(\?cursor=[^"]+)"', html)
    assert len(rows_of(text_of(owner_client.get(f"/c/new{link}")))) == 1


def test_the_list_shows_only_ones_own(owner_client: Client, stranger: User) -> None:
    conversation_make(stranger, title="Not for you")
    assert "Not for you" not in text_of(owner_client.get("/_/rows"))


def test_the_list_takes_the_same_queries_whatever_its_length(
    owner_client: Client,
    owner: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for n in range(31):
        conversation_make(owner, title=f"Chat {n}")
    owner_client.get("/_/rows")
    with django_assert_max_num_queries(6):
        owner_client.get("/_/rows")


def long_chat(owner: User, messages: int) -> tuple[Conversation, list[Message]]:
    conversation = conversation_make(owner)
    made: list[Message] = []
    for n in range(messages):
        made.append(question_make(conversation, f"Number {n}.", parent=made[-1] if made else None))
    return conversation, made


def test_older_messages_come_page_by_page_up_to_the_first(
    owner_client: Client,
    owner: User,
) -> None:
    conversation, made = long_chat(owner, 120)
    html = text_of(owner_client.get(f"/c/{conversation.conversation_id}"))
    shown = re.findall(r'data-message-id="([^"]+)"', html)
    while found := OLDER.search(html):
        html = text_of(owner_client.get(found[1].replace("&amp;", "&")))
        shown = re.findall(r'data-message-id="([^"]+)"', html) + shown
    assert shown == [message.message_id for message in made]


def test_older_messages_open_without_javascript(owner_client: Client, owner: User) -> None:
    conversation, made = long_chat(owner, 50)
    path = f"/c/{conversation.conversation_id}"
    [link] = re.findall(r'href="([^"]*\?before=[^"]+)"', text_of(owner_client.get(path)))
    html = text_of(owner_client.get(link.replace("&amp;", "&")))
    assert "Number 0." in html
    assert made[-1].message_id in html  # still what the next message answers


def test_one_message_can_be_asked_for(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    path = f"/_/message/{conversation.conversation_id}/{answer.message_id}"
    html = text_of(owner_client.get(path))
    assert html.count("<article") == 1
    assert "Ninety-seven." in html


def test_the_picker_links_each_model_to_the_chat_it_is_for(
    owner_client: Client,
    owner: User,
) -> None:
    conversation = conversation_make(owner, endpoint="demo", model="demo")
    html = text_of(owner_client.get(f"/_/picker?conversation={conversation.conversation_id}"))
    assert f'href="/c/{conversation.conversation_id}?endpoint=demo&amp;model=demo"' in html
    assert 'aria-selected="true"' in html
    page = text_of(owner_client.get("/models?temporary=1"))
    assert 'href="/c/new?endpoint=demo&amp;model=demo&amp;temporary=1"' in page


def test_a_fragment_tells_a_signed_out_script_where_to_go(db: None) -> None:
    response = Client().get("/_/rows", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, "/login")
