import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Generation, Message
from tests.conversations.web.conftest import text_of
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
    turn_make,
)

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def conversation(owner: User) -> Conversation:
    return conversation_make(owner, endpoint="demo", model="demo")


def path_of(message: Message, action: str) -> str:
    return f"/c/{message.conversation.conversation_id}/m/{message.message_id}/{action}"


def test_an_edit_is_saved_without_a_new_answer(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    _, answer = turn_make(conversation)
    response = owner_client.post(path_of(answer, "edit"), {"text": "Better.", "mode": "save"})
    assert response["Location"].endswith(f"#m-{answer.message_id}")
    assert "Better." in text_of(owner_client.get(response["Location"]))
    assert not Generation.objects.exists()


def test_an_edit_can_be_answered_anew_beside_the_old_one(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    question, _ = turn_make(conversation)
    body = {"text": "Name two primes.", "mode": "rerun"}
    assert owner_client.post(path_of(question, "edit"), body).status_code == 302
    other = Message.objects.get(text="Name two primes.")
    assert other.parent_message_id == question.parent_message_id
    question.refresh_from_db()
    assert question.text == "Name one prime above 90."
    assert Generation.objects.get().user_message_id == other.message_id


def test_an_edit_page_shows_the_form_in_the_place_of_the_message(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    question = question_make(conversation, "One & <two>")
    path = f"/c/{conversation.conversation_id}?edit={question.message_id}"
    html = text_of(owner_client.get(path))
    assert f'action="{path_of(question, "edit")}"' in html
    assert "One &amp; &lt;two&gt;</textarea>" in html
    fragment = f"/_/message/{conversation.conversation_id}/{question.message_id}/edit"
    assert "One &amp; &lt;two&gt;</textarea>" in text_of(owner_client.get(fragment))


@pytest.mark.parametrize("body", [{"text": "", "mode": "save"}, {"text": "x", "mode": "other"}])
def test_a_senseless_edit_changes_nothing(
    owner_client: Client,
    conversation: Conversation,
    body: dict[str, str],
) -> None:
    question, _ = turn_make(conversation)
    assert owner_client.post(path_of(question, "edit"), body).status_code == 400
    question.refresh_from_db()
    assert question.text == "Name one prime above 90."


def test_regenerate_makes_a_second_version(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    question, answer = turn_make(conversation)
    assert owner_client.post(path_of(answer, "regenerate")).status_code == 302
    versions = Message.objects.filter(parent_message_id=question.message_id)
    assert versions.count() == 2
    generation = Generation.objects.get()
    assert generation.response_message_id != answer.message_id
    assert "2 / 2" in text_of(owner_client.get(f"/c/{conversation.conversation_id}"))


def test_regenerate_uses_the_model_chosen_on_the_page(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    _, answer = turn_make(conversation)
    body = {"endpoint": "Other", "model": "m-9"}
    owner_client.post(path_of(answer, "regenerate"), body)
    generation = Generation.objects.get()
    assert (generation.endpoint, generation.model) == ("Other", "m-9")


def test_a_script_is_told_what_to_follow(owner_client: Client, conversation: Conversation) -> None:
    _, answer = turn_make(conversation)
    told = owner_client.post(path_of(answer, "regenerate"), headers=SCRIPT).json()
    generation = Generation.objects.get()
    assert told == {
        "conversationId": conversation.conversation_id,
        "generationId": generation.id,
        "responseMessageId": generation.response_message_id,
        "url": f"/c/{conversation.conversation_id}",
    }


def test_a_question_cannot_be_regenerated(owner_client: Client, conversation: Conversation) -> None:
    question, _ = turn_make(conversation)
    assert owner_client.post(path_of(question, "regenerate")).status_code == 400
    assert not Generation.objects.exists()


def test_a_stopped_answer_offers_to_go_on_and_does(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    question = question_make(conversation)
    answer = answer_make(question, "Ninety", unfinished=True, finish_reason="stopped")
    assert "Continue" in text_of(owner_client.get(f"/c/{conversation.conversation_id}"))
    assert owner_client.post(path_of(answer, "continue")).status_code == 302
    assert Generation.objects.get().user_message_id == question.message_id


def test_an_answer_that_runs_already_is_not_started_twice(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    _, answer = turn_make(conversation)
    generation_make(answer)
    response = owner_client.post(path_of(answer, "regenerate"), headers=SCRIPT)
    assert (response.status_code, response.json()["code"]) == (409, "RUN_STILL_ACTIVE")
    assert Generation.objects.count() == 1


def test_a_rating_stays_and_can_be_taken_back(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    _, answer = turn_make(conversation)
    html = text_of(
        owner_client.post(path_of(answer, "rate"), {"rating": "thumbsDown"}, headers=SCRIPT),
    )
    assert "data-reply-footer" in html
    assert html.count('aria-pressed="true"') == 1
    answer.refresh_from_db()
    assert answer.feedback is not None
    assert answer.feedback["rating"] == "thumbsDown"
    owner_client.post(path_of(answer, "rate"), {"rating": "none"})
    answer.refresh_from_db()
    assert answer.feedback is None
    assert owner_client.post(path_of(answer, "rate"), {"rating": "stars"}).status_code == 400


def test_a_chosen_version_stays_after_a_reload(
    owner_client: Client,
    conversation: Conversation,
) -> None:
    question = question_make(conversation)
    first, second = answer_make(question, "First one."), answer_make(question, "Second one.")
    path = f"/c/{conversation.conversation_id}"
    assert "Second one." in text_of(owner_client.get(path))
    owner_client.post(path_of(first, "select"))
    html = text_of(owner_client.get(path))
    assert "First one." in html
    assert "Second one." not in html
    fragment = text_of(owner_client.post(path_of(second, "select"), headers=SCRIPT))
    assert "Second one." in fragment
    assert "<html" not in fragment
