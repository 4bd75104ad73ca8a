"""A refusal speaks the language of who reads it: pages theirs, the API's clients English."""

from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.services.profile import preference_set
from billing.errors import BudgetExceededError, InsufficientBalanceError
from tests.conversations.streaming.pages import heard, opened
from tests.conversations.web.conftest import text_of
from tests.factories.budgets import budget_make
from tests.factories.budgets import opened as held
from tests.factories.people import PASSWORD, sign_in
from tests.factories.threads import conversation_make

GERMAN = {"Accept-Language": "de"}
NOBODY = "000000000000000000000000"
CHAT = "5d1f7a52-4a4e-4e0e-9a8c-000000000000"

MISSING = {
    f"/c/{CHAT}": "Diesen Chat gibt es nicht.",
    f"/share/{'x' * 21}": "Diesen geteilten Chat gibt es nicht.",
    f"/projects/{NOBODY}": "Dieses Projekt gibt es nicht.",
    f"/library/{NOBODY}": "Diesen Prompt gibt es nicht.",
    f"/settings/data/move-in/{NOBODY}": "Diesen Import gibt es nicht.",
}
REFUSED = {
    f"/c/{CHAT}/archive": "Diesen Chat gibt es nicht.",
    f"/bookmarks/{NOBODY}/delete": "Dieses Lesezeichen gibt es nicht.",
    f"/presets/{NOBODY}/delete": "Diese Vorlage gibt es nicht.",
    f"/shared-links/{'x' * 21}/delete": "Diesen Link gibt es nicht.",
}


@pytest.mark.parametrize(("path", "sentence"), MISSING.items())
def test_a_page_that_is_not_there_says_so_in_the_readers_language(
    owner_client: Client, path: str, sentence: str
) -> None:
    answer = owner_client.get(path, headers={**GERMAN, "HX-Request": "true"})
    assert (answer.status_code, answer["Content-Language"]) == (404, "de")
    assert answer.json()["message"] == sentence


@pytest.mark.parametrize(("path", "sentence"), REFUSED.items())
def test_an_act_of_a_page_is_refused_in_the_readers_language(
    owner_client: Client, path: str, sentence: str
) -> None:
    answer = owner_client.post(path, headers={**GERMAN, "HX-Request": "true"})
    assert (answer.status_code, answer.json()["message"]) == (404, sentence)


def test_a_chat_without_messages_cannot_be_shared_in_german(
    owner_client: Client, owner: User
) -> None:
    chat = conversation_make(owner)
    chosen = {"scope": "tree", "audience": "named", "days": "7"}
    answer = owner_client.post(f"/c/{chat.conversation_id}/share", chosen, headers=GERMAN)
    assert "In diesem Chat gibt es nichts zu teilen." in text_of(answer)


def test_a_file_to_import_is_refused_with_what_is_wrong_in_it(owner_client: Client) -> None:
    file = SimpleUploadedFile("conversations.json", b'{"a": ')
    answer = owner_client.post("/settings/data/move-in", {"file": file}, headers=GERMAN)
    assert answer.status_code == 422
    assert "Es wurde nichts importiert" in text_of(answer)


def test_a_picture_is_refused_in_german(owner_client: Client) -> None:
    file = SimpleUploadedFile("me.png", b"no picture")
    answer = owner_client.post(
        "/settings/account/avatar", {"picture": file}, headers=GERMAN, follow=True
    )
    assert "kein lesbares PNG, JPEG, WebP" in text_of(answer)


def test_a_sign_in_is_refused_and_then_limited_in_german(owner: User) -> None:
    visitor = Client()
    wrong = {"email": owner.email, "password": "not this one"}
    page = text_of(visitor.post("/login", wrong, headers=GERMAN))
    assert "das Passwort stimmt nicht." in page
    for _ in range(7):
        page = text_of(visitor.post("/login", wrong, headers=GERMAN))
    assert "Zu viele Anmeldeversuche, versuche es nach 5 Minuten noch einmal." in page


def test_the_choice_of_a_person_outweighs_their_browser(owner: User) -> None:
    preference_set(user=owner, name="language", value="fr")
    headers = {**GERMAN, "HX-Request": "true"}
    browser = Client()
    browser.force_login(owner)
    answer = browser.get(f"/c/{CHAT}", headers=headers)
    assert (
        answer.json()["message"] == "Cette conversation n\N{RIGHT SINGLE QUOTATION MARK}existe pas."
    )


def test_a_page_that_asks_the_api_reads_its_own_language(owner_client: Client) -> None:
    answer = archive(owner_client)
    assert (answer.status_code, answer["Content-Language"]) == (404, "de")
    assert "Diesen Chat gibt es nicht." in text_of(answer)


def test_a_client_of_the_api_reads_english_whatever_its_browser_asks(
    owner: User, owner_client: Client
) -> None:
    preference_set(user=owner, name="language", value="fr")
    token = {"Authorization": f"Bearer {sign_in(owner).access_token}"}
    for client in (Client(), owner_client):  # the second has a page open as well
        answer = archive(client, token)
        assert (answer.status_code, answer["Content-Language"]) == (404, "en")
        assert "This conversation does not exist." in text_of(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/resetPassword"])
def test_a_client_without_a_session_reads_english(path: str) -> None:
    body = {"email": "nobody@example.com", "password": PASSWORD, "token": "x", "userId": NOBODY}
    answer = Client().post(path, body, content_type="application/json", headers=GERMAN)
    assert (answer.status_code >= 400, answer["Content-Language"]) == (True, "en")
    assert answer.json()["message"] in {
        "The e-mail address or the password is not right.",
        "Password reset is not allowed.",
    }


def archive(client: Client, headers: Mapping[str, str] | None = None) -> Any:
    body = {"arg": {"conversationId": CHAT, "isArchived": True}}
    return client.post(
        "/api/convos/archive",
        body,
        content_type="application/json",
        headers={**GERMAN, **(headers or {})},
    )


def test_money_is_refused_in_the_language_of_who_pays(owner: User) -> None:
    budget_make("user", user=owner, name="Team", limit=100, period="total")
    with translation.override("de"):
        with pytest.raises(BudgetExceededError) as budget:
            held(owner, "a", prompt=1000)
        balance = InsufficientBalanceError(balance=5, token_cost=9, prompt_tokens=1)
    assert budget.value.message.startswith("Das Budget „Team“ ")
    assert balance.message.endswith(" zu niedrig: 5 Credits, gebraucht werden 9.")
    assert balance.data["body"] == {
        "type": "token_balance",
        "balance": 5,
        "tokenCost": 9,
        "promptTokens": 1,
    }


@pytest.mark.django_db(transaction=True)
async def test_an_open_page_is_refused_in_the_language_its_person_chose(owner: User) -> None:
    await sync_to_async(preference_set)(user=owner, name="language", value="de")
    async with opened(owner) as page:
        await heard(page)
        await page.send_json_to({"type": "subscribe", "generation": NOBODY})
        assert (await heard(page))["message"] == "Diese Antwort gibt es nicht."
        await page.send_json_to({"type": "jump"})
        assert (await heard(page))["message"] == "Diese Nachricht wird nicht verstanden."


def handshake(cookie: str, accepts: str) -> list[tuple[bytes, bytes]]:
    lines = (
        (b"cookie", f"theme=dark; lang={cookie}" if cookie else ""),
        (b"accept-language", accepts),
    )
    return [(name, value.encode()) for name, value in lines if value]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("chosen", "cookie", "accepts", "sentence"),
    [
        ("", "de", "", "Diese Nachricht wird nicht verstanden."),
        ("", "de-DE", "fr", "Diese Nachricht wird nicht verstanden."),
        ("", "", "de-AT,de;q=0.8,en;q=0.5", "Diese Nachricht wird nicht verstanden."),
        ("en", "de", "de", "This message is not understood."),
        ("", "xx", "tlh", "This message is not understood."),
        ("", "", "", "This message is not understood."),
    ],
)
async def test_an_open_page_is_refused_in_the_language_its_page_speaks(
    owner: User, chosen: str, cookie: str, accepts: str, sentence: str
) -> None:
    if chosen:
        await sync_to_async(preference_set)(user=owner, name="language", value=chosen)
    async with opened(owner, headers=handshake(cookie, accepts)) as page:
        await heard(page)
        await page.send_json_to({"type": "jump"})
        assert (await heard(page))["message"] == sentence


async def test_two_open_pages_speak_each_their_language(owner: User) -> None:
    async with (
        opened(owner, headers=handshake("de", "")) as german,
        opened(owner, headers=handshake("fr", "")) as french,
    ):
        for page in (german, french):
            await heard(page)
            await page.send_json_to({"type": "jump"})
        assert (await heard(german))["message"] == "Diese Nachricht wird nicht verstanden."
        assert "compris" in (await heard(french))["message"]
