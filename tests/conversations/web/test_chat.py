from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.access.overrides import overrides_changed
from accounts.models import ConfigOverride, User
from conversations.models import Conversation, Generation, Message
from tests.conversations.web.conftest import SignIn, field, text_of
from tests.factories.threads import (
    answer_make,
    conversation_make,
    generation_make,
    question_make,
    turn_make,
)

SEND = {"text": "Name one prime.", "endpoint": "demo", "model": "demo"}


def test_a_stranger_at_the_door_is_sent_to_sign_in_and_back(db: None) -> None:
    response = Client().get("/c/new?prompt=hi")
    assert response.status_code == 302
    assert response["Location"] == "/login?next=/c/new%3Fprompt%3Dhi"


def test_the_root_leads_to_a_new_chat(owner_client: Client) -> None:
    assert owner_client.get("/")["Location"] == "/c/new"


def test_the_landing_page_greets_and_takes_a_message(owner_client: Client) -> None:
    html = text_of(owner_client.get("/c/new"))
    assert ", Owner</h1>" in html
    assert 'action="/c/new"' in html
    assert '<label class="visually-hidden" for="message-text">' in html


def test_the_landing_page_takes_model_and_text_from_its_address(owner_client: Client) -> None:
    html = text_of(owner_client.get("/c/new?model=m-9&endpoint=Mine&prompt=Hello <you>"))
    assert (field(html, "endpoint"), field(html, "model")) == ("Mine", "m-9")
    assert "Hello &lt;you&gt;</textarea>" in html


def test_a_new_chat_starts_with_the_model_used_last(owner_client: Client, owner: User) -> None:
    conversation_make(owner, endpoint="demo", model="demo")
    html = text_of(owner_client.get("/c/new"))
    assert (field(html, "endpoint"), field(html, "model")) == ("demo", "demo")


def test_a_card_shows_plain_words(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner, title="Decay")
    text = "# Fit\n\n> As *you* said:\n\n```py\nx = 1\n```\n\n- Channel **B**, $$x$$ 3 < 4"
    answer = answer_make(question_make(conversation), text)
    Conversation.objects.update(leaf_message_id=answer.message_id)
    html = text_of(owner_client.get("/c/new"))
    assert '<span class="recent-text">Fit As you said: Channel B , 3 &lt; 4</span>' in html


def test_a_temporary_chat_says_when_it_goes_by_the_settings_of_the_person(
    owner_client: Client,
    owner: User,
    clock_at: Callable[[datetime], None],
) -> None:
    clock_at(datetime(2026, 11, 20, 9, tzinfo=UTC))
    assert "deleted: 20 December" in text_of(owner_client.get("/c/new?temporary=1"))
    ConfigOverride.objects.create(
        principal_type="user",
        principal_id=owner.pk,
        overrides={"interface": {"temporaryChatRetention": 72}},
    )
    overrides_changed()
    assert "deleted: 23 November" in text_of(owner_client.get("/c/new?temporary=1"))


def test_a_temporary_chat_says_so_and_sends_so(owner_client: Client) -> None:
    html = text_of(owner_client.get("/c/new?temporary=1"))
    assert "composer-temporary" in html
    assert field(html, "is_temporary") == "1"
    owner_client.post("/c/new?temporary=1", {**SEND, "is_temporary": "1"})
    assert Conversation.objects.get().is_temporary


def test_sending_without_javascript_starts_an_answer(owner_client: Client, owner: User) -> None:
    response = owner_client.post("/c/new", SEND)
    conversation = Conversation.objects.get(user=owner)
    assert response["Location"] == f"/c/{conversation.conversation_id}"
    generation = Generation.objects.get()
    assert (generation.endpoint, generation.model) == ("demo", "demo")
    html = text_of(owner_client.get(response["Location"]))
    assert "Name one prime." in html
    assert '<meta http-equiv="refresh" content="3" />' in html
    assert f'data-generation-id="{generation.id}"' in html
    assert 'aria-busy="true"' in html


def test_a_second_message_goes_below_the_branch_that_is_shown(
    owner_client: Client, owner: User
) -> None:
    conversation = conversation_make(owner, parameters={"temperature": 0.3})
    _, answer = turn_make(conversation)
    path = f"/c/{conversation.conversation_id}"
    assert field(text_of(owner_client.get(path)), "parent_message_id") == answer.message_id
    sent = {**SEND, "parent_message_id": answer.message_id}
    assert owner_client.post(path, sent)["Location"] == path
    question = Message.objects.get(text="Name one prime.")
    assert question.parent_message_id == answer.message_id
    conversation.refresh_from_db()
    assert conversation.parameters == {"temperature": 0.3}


def test_the_same_form_sent_twice_asks_once(owner_client: Client) -> None:
    sent = {**SEND, "client_request_id": "0f1d6c4e-7f43-4c4e-9a46-6f0a55d1f3aa"}
    assert owner_client.post("/c/new", sent).status_code == 302
    assert owner_client.post("/c/new", sent).status_code == 302
    assert Message.objects.filter(is_created_by_user=True).count() == 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"text": "  "}, "Write a message first."),
        ({"text": "a\x00b"}, "Null characters are not allowed."),
        ({"client_request_id": "not a uuid"}, "This form is damaged: reload the page."),
        ({"parent_message_id": "unknown"}, "does not exist"),
    ],
)
def test_a_refused_message_changes_nothing_and_says_why(
    owner_client: Client,
    change: dict[str, str],
    problem: str,
) -> None:
    response = owner_client.post("/c/new", {**SEND, **change})
    assert response.status_code in {400, 404, 409}
    assert problem in text_of(response)
    assert not Message.objects.exists()


def test_a_refused_message_keeps_its_text(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    path = f"/c/{conversation.conversation_id}"
    response = owner_client.post(
        path, {**SEND, "text": "keep <me>", "parent_message_id": "unknown"}
    )
    assert response.status_code == 404
    assert "keep &lt;me&gt;</textarea>" in text_of(response)


def test_what_is_not_yours_does_not_exist(
    owner: User,
    stranger: User,
    sign_in: SignIn,
) -> None:
    conversation = conversation_make(owner, title="Secret plan")
    question, answer = turn_make(conversation)
    other = sign_in(stranger)
    path = f"/c/{conversation.conversation_id}"
    for address in (path, f"{path}/options", f"/_/thread/{conversation.conversation_id}"):
        response = other.get(address)
        assert response.status_code == 404
        assert "Secret plan" not in text_of(response)
    assert other.post(path, SEND).status_code == 404
    for action in ("rename", "archive", "unarchive", "delete", "restore"):
        assert other.post(f"{path}/{action}", {"title": "Mine"}).status_code == 404
    for message in (question, answer):
        for action in ("edit", "regenerate", "continue", "rate", "select"):
            body = {"text": "x", "mode": "save", "rating": "none"}
            response = other.post(f"{path}/m/{message.message_id}/{action}", body)
            assert response.status_code == 404
    assert Message.objects.count() == 2
    assert Conversation.objects.get().title == "Secret plan"


def test_titles_and_texts_cannot_become_markup(owner_client: Client, owner: User) -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    conversation = conversation_make(owner, title=attack, model=attack[:40])
    question = question_make(conversation, attack)
    answer_make(question, attack, sender=attack)
    for path in ("/c/new", f"/c/{conversation.conversation_id}", "/models"):
        html = text_of(owner_client.get(path))
        assert "<script>alert" not in html
        assert "<img src=x" not in html


def test_opening_a_chat_takes_its_unread_dot_away(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner, is_unread=True)
    assert "data-unread" in text_of(owner_client.get("/c/new"))
    assert "data-unread" not in text_of(owner_client.get(f"/c/{conversation.conversation_id}"))


def test_a_finished_chat_does_not_reload_itself(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    turn_make(conversation)
    html = text_of(owner_client.get(f"/c/{conversation.conversation_id}"))
    assert "http-equiv" not in html


@pytest.mark.django_db(transaction=True)
def test_stopping_a_chat_that_does_not_run_leads_back_to_it(owner: User, sign_in: SignIn) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    generation_make(answer, state="done")
    response = sign_in(owner).post(f"/c/{conversation.conversation_id}/stop")
    assert response["Location"] == f"/c/{conversation.conversation_id}"


@pytest.mark.django_db(transaction=True)
def test_only_the_owner_can_stop_a_chat(owner: User, stranger: User, sign_in: SignIn) -> None:
    conversation = conversation_make(owner)
    _, answer = turn_make(conversation)
    generation = generation_make(answer)
    path = f"/c/{conversation.conversation_id}/stop"
    assert sign_in(stranger).post(path).status_code == 404
    assert Client().post(path)["Location"] == "/login?next=/"
    generation.refresh_from_db()
    assert generation.is_active


def test_a_chat_takes_the_same_queries_whatever_its_length(
    owner_client: Client,
    owner: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    conversation = conversation_make(owner)
    last: Message | None = None
    for _ in range(60):
        _, last = turn_make(conversation, parent=last)
    path = f"/c/{conversation.conversation_id}"
    owner_client.get(path)
    with django_assert_max_num_queries(12):
        html = text_of(owner_client.get(path))
    assert html.count("<article") == 20
    assert html.count("message-near") == 10
    assert "data-older" in html
