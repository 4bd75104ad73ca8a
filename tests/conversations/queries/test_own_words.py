"""Stored words of ours, read in another language than they were written in."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.profile import preference_set
from agents.engine.run import CUT, TOO_LONG, TOO_MANY_STEPS
from agents.errors import InvalidUserKeyError, ProviderAuthError, ProviderRejectedError
from agents.llm.providers.provider import Connection
from agents.llm.providers.refusals import refusal
from agents.llm.wire import decoding
from agents.llm.wire.failures import UpstreamError
from billing.errors import BudgetExceededError
from conversations.generation.endings import RESTARTED, ending_of_event, ending_of_failure
from conversations.models import Message, QueuedTurn
from conversations.queries import own_words
from conversations.queries.errors_shown import error_view
from conversations.queries.followups import queue_view
from conversations.queries.own_words import LONGEST, PREFIX, said
from conversations.queries.replies import error_of, notice_view
from tests.conversations.web.conftest import text_of
from tests.factories.budgets import budget_make
from tests.factories.budgets import opened as held
from tests.factories.people import sign_in
from tests.factories.threads import answer_make, conversation_make, question_make

ROOT = Path(__file__).parents[3]
LANGUAGES = [code for code, _name in settings.LANGUAGES]


def german(msgid: str, **values: object) -> str:
    with translation.override("de"):
        told = translation.gettext(msgid)
    assert told != msgid
    return told % values


BROKEN = "Something went wrong here (error x1)."
BROKEN_DE = german("Something went wrong here (error %(error)s).", error="x1")
SAVED = "The provider stopped answering; the text so far is saved."
SAVED_DE = german(SAVED)
KEY_DE = german(ProviderAuthError.sentence, provider="OpenAI")
THEIRS = "401 Incorrect API key provided: see your account."


@pytest.mark.parametrize("written", LANGUAGES)
def test_a_sentence_of_ours_is_known_in_every_language_it_was_written_in(written: str) -> None:
    with translation.override(written):
        fixed = InvalidUserKeyError.of().message
        named = ProviderAuthError.by("OpenAI").message
        broken = translation.gettext("Something went wrong here (error %(error)s).")
    with translation.override("de"):
        assert said(named) == KEY_DE
        assert said(broken % {"error": "x1"}) == BROKEN_DE
    assert said(fixed) == "Your API key cannot be used. Set a new key and send again."


def test_what_stands_in_front_of_our_words_stays() -> None:
    with translation.override("de"):
        assert said(f"{PREFIX}401 {ProviderAuthError.by('OpenAI').message}") == (
            f"{PREFIX}401 {KEY_DE}"
        )
    assert said(f"{PREFIX}401 {KEY_DE}").startswith(f"{PREFIX}401 OpenAI did not accept")


@pytest.mark.parametrize(
    "words",
    [
        THEIRS,
        PREFIX + THEIRS,
        f"{BROKEN} And more.",
        f"They said: {SAVED}",
        "Nobody knows. It said: Go away.",
        "Not Found",
        "%(provider)s",
        '{"type":"no_user_key"}',
        "",
        " ",
        f"Something went wrong here (error {'x' * LONGEST}).",
    ],
)
def test_words_that_are_not_ours_stay_as_they_are(words: str) -> None:
    for language in LANGUAGES:
        with translation.override(language):
            assert said(words) == words


def test_a_providers_words_are_quoted_untouched_in_the_readers_sentence() -> None:
    failure = UpstreamError("rejected", "Temperature is off. It said: no", "", is_retryable=False)
    connection = Connection(name="OpenAI", base_url="", api_key="", dialect="openai")
    with translation.override("fr"):
        stored = refusal(connection, failure).message
    with translation.override("de"):
        sentence = ProviderRejectedError.by("OpenAI").message
        assert said(stored) == (f"{sentence} Die Meldung lautete: Temperature is off. It said: no")


def test_what_the_engine_says_without_a_language_is_known() -> None:
    from_engine = [one.message for one in (CUT, TOO_LONG, TOO_MANY_STEPS, decoding.CUT)]
    assert [one for one in [*from_engine, RESTARTED, *of_the_wire()] if not is_known(one)] == []
    assert not is_known(THEIRS)


def of_the_wire() -> list[str]:
    """Return the plain sentences with which the wire ends a stream."""
    sources = [
        *(ROOT / "agents/llm/wire").glob("*.py"),
        ROOT / "conversations/generation/runner.py",
    ]
    told = r'(?:Failed\("\w+", |Unreadable\(|report\.message or )"([^"]+)"'
    found = [one for path in sources for one in re.findall(told, path.read_text("utf-8"))]
    assert len(found) > 7
    return [*found, "The provider answered with status 502."]


def is_known(sentence: str) -> bool:
    return own_words._own(sentence) is not None


def failed(owner: User, told: str, **fields: Any) -> Message:
    content = [{"type": "text", "text": "Half"}, {"type": "error", "error": told}]
    answer = {"content": content, "finish_reason": "error"} | fields
    return answer_make(question_make(conversation_make(owner)), **answer)


@pytest.mark.parametrize(
    ("stored", "reason", "shown"),
    [
        (PREFIX + BROKEN, "error", BROKEN_DE),
        (SAVED, "cut", SAVED_DE),
        (PREFIX + THEIRS, "error", THEIRS),
        (THEIRS, "cut", THEIRS),
    ],
)
def test_the_page_says_a_failed_answer_in_the_readers_language(
    owner: User, stored: str, reason: str, shown: str
) -> None:
    message = failed(owner, stored, finish_reason=reason)
    preference_set(user=owner, name="language", value="de")
    browser = Client()
    browser.force_login(owner)
    page = text_of(browser.get(f"/c/{message.conversation.conversation_id}"))
    assert f"<p>{shown}</p>" in page


@pytest.mark.parametrize(("chosen", "shown"), [("de", BROKEN_DE), ("", BROKEN), ("fr", None)])
def test_the_api_says_it_in_the_language_the_person_chose(
    owner: User, chosen: str, shown: str | None
) -> None:
    message = failed(owner, PREFIX + BROKEN_DE)
    theirs = failed(owner, PREFIX + THEIRS)
    preference_set(user=owner, name="language", value=chosen)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    with translation.override(chosen or "en"):
        expected = shown or translation.gettext("Something went wrong here (error %(error)s).") % {
            "error": "x1"
        }
    for address in addresses(message):
        [part] = errors(client.get(address).json())
        assert part == {"type": "error", "error": PREFIX + expected}
    [part] = errors(client.get(addresses(theirs)[0]).json())
    assert part == {"type": "error", "error": PREFIX + THEIRS}
    message.refresh_from_db()
    assert message.content[1]["error"] == PREFIX + BROKEN_DE  # nothing stored is touched


def addresses(message: Message) -> list[str]:
    chat = message.conversation.conversation_id
    return [
        f"/api/messages/{chat}",
        f"/api/messages/{chat}/{message.message_id}",
        f"/api/messages?conversationId={chat}",
    ]


def errors(answer: Any) -> list[dict[str, Any]]:
    rows = answer["messages"] if isinstance(answer, dict) else answer
    return [part for row in rows for part in row.get("content", []) if part["type"] == "error"]


def test_an_imported_message_that_failed_keeps_its_shape(owner: User) -> None:
    message = failed(owner, THEIRS, error=True, content=[])
    Message.objects.filter(pk=message.pk).update(text=BROKEN)
    preference_set(user=owner, name="language", value="de")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    [_, row] = client.get(addresses(message)[0]).json()
    assert (row["text"], row["error"], row["content"]) == (BROKEN_DE, True, [])


def test_the_row_of_a_notice_and_of_a_waiting_message_are_the_readers(owner: User) -> None:
    refused = {"type": "model_spec", "message": "Choose a model first."}
    chat = conversation_make(owner)
    turn = QueuedTurn.objects.create(
        conversation=chat, user=owner, position=0, text="Hi", request={}, failure=refused
    )
    notice = "The budget “Team” is used up: small answers instead of large."
    with translation.override("de"):
        [shown] = queue_view(chat).turns
        assert shown.failure == {
            "type": "model_spec",
            "message": translation.gettext(refused["message"]),
        }
        title = notice_view(notice, 0).title
    assert title.startswith("Das Budget „Team“ ")
    assert title.endswith(" small antwortet anstelle von large.")
    turn.refresh_from_db()
    assert turn.failure == refused


def test_what_a_run_stores_is_what_is_known_again() -> None:
    with translation.override("es"):
        failure = ending_of_failure(RuntimeError("secret"), has_begun=False)
        lost = ending_of_event(CUT)
    for ending in (failure, lost):
        [part] = ending.error_part(has_content=False)
        assert is_known(part["error"].removeprefix(PREFIX))
    shown = error_view(failure.sentence).text
    assert shown == f"Something went wrong here (error {failure.error['id']})."


@pytest.mark.parametrize("period", ["total", "month"])
def test_a_budgets_refusal_is_said_anew_in_the_readers_language(owner: User, period: str) -> None:
    budget_make("user", user=owner, name="Team", limit=100, period=period)
    said_in: dict[str, BudgetExceededError] = {}
    for language in ("en", "de"):
        with translation.override(language), pytest.raises(BudgetExceededError) as refused:
            held(owner, language, prompt=1000)
        said_in[language] = refused.value
    ending = ending_of_failure(said_in["de"], has_begun=False)
    message = failed(owner, ending.sentence, metadata={"error": ending.error})
    shown = error_of(message, "failed")
    assert shown is not None
    assert (shown.title, shown.text) == ("A budget is used up", said_in["en"].message)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"limit": 1},
        {"limit": {}, "left": 1, "measure": "tokens", "rule": "Team", "resetsAt": None},
        {"limit": 9, "left": 1, "measure": "tokens", "rule": "Team", "resetsAt": "soon"},
        {"limit": 9, "left": 1, "measure": "tokens", "rule": "Team", "resetsAt": {"a": 1}},
    ],
)
def test_a_budgets_refusal_without_its_facts_is_said_as_stored(facts: dict[str, Any]) -> None:
    assert error_view({"type": "budget", "message": "No more.", **facts}).text == "No more."
