"""The queue below a chat, as a browser without script has it, and its fragments."""

import json

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Generation, Message, QueuedTurn, State
from conversations.services.changes import Change
from conversations.services.queued_turns import queued_turn_add
from conversations.streaming.activity import frame_of
from tests.conversations.web.conftest import SignIn, text_of
from tests.factories.threads import conversation_make, generation_make, turn_make

FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def running(owner: User) -> Generation:
    _, answer = turn_make(conversation_make(owner))
    return generation_make(answer)


def add(running: Generation, text: str) -> QueuedTurn:
    return queued_turn_add(conversation=running.conversation, text=text, request={})


def address(running: Generation) -> str:
    return f"/c/{running.conversation.conversation_id}"


def test_a_message_sent_while_an_answer_runs_waits_and_is_shown(
    owner_client: Client,
    running: Generation,
) -> None:
    sent = {
        "text": "And then?",
        "endpoint": "openAI",
        "model": "gpt-4o",
        "parent_message_id": running.response_message_id,
        "quotes": ["Ninety", "seven"],
    }
    answer = owner_client.post(address(running), sent, follow=True)
    [turn] = QueuedTurn.objects.all()
    assert (turn.text, turn.request["quotes"]) == ("And then?", ["Ninety", "seven"])
    assert "And then?" in text_of(answer)
    assert "Your message waits until the answer is there." in text_of(answer)
    assert Message.objects.count() == 2


def test_what_waits_is_edited_moved_and_removed_without_script(
    owner_client: Client,
    running: Generation,
) -> None:
    first, second = add(running, "One"), add(running, "Two")
    base = address(running)
    shown = text_of(owner_client.get(f"{base}?queued={first.pk}"))
    assert f'action="{base}/queue/{first.pk}/edit"' in shown
    changed = owner_client.post(f"{base}/queue/{first.pk}/edit", {"text": "First"})
    assert (changed.status_code, changed["Location"]) == (302, base)
    owner_client.post(f"{base}/queue/{second.pk}/move", {"position": "0"})
    assert list(QueuedTurn.objects.values_list("text", flat=True)) == ["Two", "First"]
    owner_client.post(f"{base}/queue/{second.pk}/remove")
    page = text_of(owner_client.get(base))
    assert f'action="{base}/queue/{second.pk}/restore"' in page
    assert "Two" not in page.partition("data-queue")[2].partition("</section>")[0]
    owner_client.post(f"{base}/queue/{second.pk}/restore")
    assert QueuedTurn.objects.get(pk=second.pk).failure is None


@pytest.mark.parametrize(("verb", "fields"), [("edit", {"text": ""}), ("move", {"position": "x"})])
def test_bad_input_changes_nothing(
    owner_client: Client,
    running: Generation,
    verb: str,
    fields: dict[str, str],
) -> None:
    turn = add(running, "One")
    answer = owner_client.post(
        f"{address(running)}/queue/{turn.pk}/{verb}",
        fields,
        headers=FRAGMENT,
    )
    assert answer.status_code == 400
    assert QueuedTurn.objects.get().text == "One"


def test_a_removal_offers_the_way_back(owner_client: Client, running: Generation) -> None:
    turn = add(running, "One")
    base = f"{address(running)}/queue/{turn.pk}"
    answer = owner_client.post(f"{base}/remove", headers=FRAGMENT)
    assert json.loads(answer["HX-Trigger"]) == {
        "lc:toast": {"text": "Message removed", "undo": f"{base}/restore"},
    }


def test_a_refused_message_says_why(owner_client: Client, running: Generation) -> None:
    turn = add(running, "One")
    QueuedTurn.objects.filter(pk=turn.pk).update(
        failure={"type": "concurrent", "message": "You have 1 answers running."},
    )
    assert "You have 1 answers running." in text_of(owner_client.get(address(running)))


def test_a_stopped_answer_says_that_the_queue_is_held(
    owner_client: Client,
    running: Generation,
) -> None:
    add(running, "One")
    held = "nothing is sent by itself"
    assert held not in text_of(owner_client.get(address(running)))
    Generation.objects.update(state=State.STOPPED)
    assert held in text_of(owner_client.get(address(running)))


def test_strangers_reach_nothing(
    stranger: User,
    sign_in: SignIn,
    running: Generation,
) -> None:
    turn = add(running, "One")
    client = sign_in(stranger)
    for verb in ("edit", "move", "send", "remove", "restore"):
        answer = client.post(
            f"{address(running)}/queue/{turn.pk}/{verb}",
            {"text": "Mine", "position": "0"},
        )
        assert answer.status_code == 404
    conversation_id = running.conversation.conversation_id
    assert client.get(f"/_/queue/{conversation_id}").status_code == 404
    [kept] = QueuedTurn.objects.all()
    assert (kept.text, kept.failure) == ("One", None)


def test_every_page_is_told_what_waits_and_which_answers_run(running: Generation) -> None:
    turn = add(running, "One")
    conversation_id = running.conversation.conversation_id
    frame = frame_of(Change(running.user_id, conversation_id, "queue"))
    assert (frame["type"], frame["conversationId"]) == ("queue", conversation_id)
    assert f'data-queued-id="{turn.pk}"' in frame["html"]
    assert f'data-generation-ids="{running.id}"' in frame["html"]
