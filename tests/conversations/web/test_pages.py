"""What holds on every page: the policy, names of controls, tokens in forms."""

import re

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation
from tests.conversations.web.conftest import inline_code, text_of
from tests.factories.threads import answer_make, conversation_make, generation_make, question_make

PAGES = (
    "/c/new",
    "/c/new?temporary=1",
    "/c/{id}",
    "/c/{id}?edit={message}",
    "/c/{id}/options",
    "/models",
    "/settings/api-keys",
    "/c/unknown",
)


@pytest.fixture
def conversation(owner: User) -> Conversation:
    conversation = conversation_make(owner)
    question = question_make(conversation)
    answer_make(
        question, content=[{"type": "think", "think": "Hm."}, {"type": "text", "text": "A"}]
    )
    answer_make(
        question, "", content=[{"type": "error", "error": '{"type": "no_user_key"}'}], error=True
    )
    running = answer_make(question, "So far")
    generation_make(running)
    return conversation


@pytest.fixture(params=PAGES)
def html(request: pytest.FixtureRequest, owner_client: Client, conversation: Conversation) -> str:
    message = conversation.messages.filter(is_created_by_user=True).get()
    path = request.param.format(id=conversation.conversation_id, message=message.message_id)
    return text_of(owner_client.get(path))


def test_no_page_needs_inline_code(html: str) -> None:
    assert inline_code(html) == []


def test_every_posting_form_carries_a_token(html: str) -> None:
    forms = re.findall(r"<form\b.*?</form>", html, re.DOTALL)
    posting = [form for form in forms if 'method="post"' in form]
    assert all("csrfmiddlewaretoken" in form for form in posting)


def test_every_control_has_a_name(html: str) -> None:
    labelled = set(re.findall(r'<label[^>]*\bfor="([^"]+)"', html))
    for tag in re.findall(r"<(?:input|textarea|select)\b[^>]*>", html):
        if 'type="hidden"' in tag:
            continue
        found = re.search(r'\bid="([^"]+)"', tag)
        assert "aria-label=" in tag or (found and found[1] in labelled), tag
    for attributes, inner in re.findall(r"<button\b([^>]*)>(.*?)</button>", html, re.DOTALL):
        words = re.sub(r"<[^>]+>", "", inner).strip()
        assert "aria-label=" in attributes or words, attributes


def test_every_page_has_one_main_heading_and_landmark(html: str) -> None:
    shown = re.sub(r"<template\b.*?</template>", "", html, flags=re.DOTALL)
    assert shown.count("<main") == 1
    assert len(re.findall(r"<h1\b", shown)) == 1


def test_ids_are_used_once(html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))


def test_the_policy_is_strict(owner_client: Client) -> None:
    policy = owner_client.get("/c/new")["Content-Security-Policy"]
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_page_is_never_kept_by_a_shared_cache(owner_client: Client) -> None:
    assert "no-store" in owner_client.get("/c/new")["Cache-Control"]


def test_the_theme_comes_from_the_server(owner_client: Client, owner: User) -> None:
    assert 'data-theme="system"' in text_of(owner_client.get("/c/new"))
    owner.preferences = {"theme": "dark"}
    owner.save()
    assert 'data-theme="dark"' in text_of(owner_client.get("/c/new"))


def test_an_error_card_offers_the_way_on(owner_client: Client, owner: User) -> None:
    conversation = conversation_make(owner)
    question = question_make(conversation)
    content = [{"type": "error", "error": '{"type": "no_user_key"}'}]
    answer_make(question, "", content=content, error=True, endpoint="anthropic")
    html = text_of(owner_client.get(f"/c/{conversation.conversation_id}"))
    assert 'href="/settings/api-keys?endpoint=anthropic"' in html
    assert "data-picker-open" in html.partition("data-error")[2]
