from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message
from tests.conversations.web.conftest import text_of
from tests.factories.threads import answer_make, conversation_make, question_make, turn_make

SCRIPT = {"HX-Request": "true"}


def tree(owner: User) -> tuple[Conversation, Message, Message]:
    """Return a chat with two answers to its question, and those."""
    conversation = conversation_make(owner)
    question, first = turn_make(conversation)
    return conversation, first, answer_make(question, "Eighty-nine is below.")


def fork(client: Client, message: Message, **fields: str) -> Conversation:
    path = f"/c/{message.conversation.conversation_id}/m/{message.message_id}/fork"
    answer = client.post(path, fields)
    assert answer.status_code == 302
    return Conversation.objects.get(conversation_id=answer["Location"].rpartition("/")[2])


def test_a_branch_holds_the_visible_path(owner_client: Client, owner: User) -> None:
    conversation, first, _second = tree(owner)
    made = fork(owner_client, first)
    assert made.messages.count() == 2
    assert conversation.messages.count() == 3


def test_other_ways_take_more_or_less_along(owner_client: Client, owner: User) -> None:
    _conversation, first, second = tree(owner)
    assert fork(owner_client, first, option="includeBranches").messages.count() == 3
    assert fork(owner_client, first, option="targetLevel").messages.count() == 3
    after = question_make(second.conversation, "And then?", parent=second)
    alone = fork(owner_client, after, option="directPath", starts_here="on")
    assert alone.messages.get().text == "And then?"


def test_an_unknown_way_is_refused(owner_client: Client, owner: User) -> None:
    conversation, first, _second = tree(owner)
    path = f"/c/{conversation.conversation_id}/m/{first.message_id}/fork"
    assert owner_client.post(path, {"option": "everything"}).status_code == 400
    assert Conversation.objects.count() == 1
    assert text_of(owner_client.get(path)).count('type="radio"') == 3


def rate(client: Client, message: Message, fields: dict[str, str]) -> str:
    path = f"/c/{message.conversation.conversation_id}/m/{message.message_id}/rate"
    return text_of(client.post(path, fields, headers=SCRIPT))


def test_a_thumb_down_asks_why(owner_client: Client, owner: User) -> None:
    _question, answer = turn_make(conversation_make(owner))
    html = rate(owner_client, answer, {"rating": "thumbsDown"})
    assert "data-feedback" in html
    assert html.count('type="radio"') == 7
    assert "data-feedback" not in rate(owner_client, answer, {"rating": "none"})


def test_a_reason_and_a_note_are_kept_and_shown(owner_client: Client, owner: User) -> None:
    _question, answer = turn_make(conversation_make(owner))
    fields = {"rating": "thumbsDown", "tag": "inaccurate", "text": "It is <97>."}
    html = rate(owner_client, answer, fields)
    assert 'type="radio"' not in html
    assert "Wrong or incomplete" in html
    assert "It is &lt;97&gt;." in html
    answer.refresh_from_db()
    assert answer.feedback == fields
    page = f"/c/{answer.conversation.conversation_id}/m/{answer.message_id}/feedback"
    shown = text_of(owner_client.get(page))
    assert shown.count("checked") == 1
    assert "It is &lt;97&gt;." in shown


def test_a_reason_of_the_other_thumb_is_refused(owner_client: Client, owner: User) -> None:
    _question, answer = turn_make(conversation_make(owner))
    path = f"/c/{answer.conversation.conversation_id}/m/{answer.message_id}/rate"
    fields = {"rating": "thumbsUp", "tag": "inaccurate"}
    assert owner_client.post(path, fields).status_code == 400
    answer.refresh_from_db()
    assert answer.feedback is None


def test_without_a_script_a_rating_leads_back_to_the_message(
    owner_client: Client,
    owner: User,
) -> None:
    _question, answer = turn_make(conversation_make(owner))
    path = f"/c/{answer.conversation.conversation_id}"
    fields = {"rating": "thumbsDown", "tag": "other", "text": ""}
    sent = owner_client.post(f"{path}/m/{answer.message_id}/rate", fields)
    assert sent["Location"] == f"{path}#m-{answer.message_id}"
    assert "Something else" in text_of(owner_client.get(path))
