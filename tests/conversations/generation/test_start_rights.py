"""Starts that the settings and rights of a person do not allow."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access.overrides import overrides_changed
from accounts.access.permissions import permission_defaults
from accounts.models import ConfigOverride, Role, User
from agents.errors import UnknownEndpointError
from conversations.errors import TemporaryChatError
from conversations.generation.refusals import start_check
from conversations.generation.start import generation_start
from conversations.models import Conversation, Generation, Message
from librechat.kernel import yaml_config
from librechat.kernel.errors import AppError
from tests.conversations.generation.turns import request
from tests.factories.people import bearer

pytestmark = pytest.mark.django_db
HOUSE = {
    "name": "House",
    "apiKey": "sk-operator",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["small"]},
}


@pytest.fixture(autouse=True)
def _every_endpoint_is_there() -> None:
    """Ask for the real endpoints here."""


def lay(user: User, overrides: dict[str, Any]) -> ConfigOverride:
    row = ConfigOverride.objects.create(
        principal_type="user",
        principal_id=user.pk,
        overrides=overrides,
    )
    overrides_changed()
    return row


def refused(kind: type[AppError], user: User, **fields: Any) -> None:
    with pytest.raises(kind):
        generation_start(user, body=request(**fields))
    for table in (Conversation, Message, Generation):
        assert not table.objects.exists()


def test_an_endpoint_hidden_from_a_person_starts_nothing(owner: User, stranger: User) -> None:
    with yaml_config.override({"endpoints": {"custom": [HOUSE | {"hidden": True}]}}):
        row = lay(owner, {"endpoints": {"custom": [{"name": "House", "hidden": False}]}})
        refused(UnknownEndpointError, stranger, endpoint="House", model="small")
        refused(UnknownEndpointError, stranger, endpoint="Nowhere", model="small")
        generation = generation_start(owner, body=request(endpoint="House", model="small"))
        assert generation.status == "started"
        row.delete()
        overrides_changed()
        with pytest.raises(UnknownEndpointError):
            generation_start(owner, body=request(endpoint="House", model="small"))
    assert Generation.objects.count() == 1


def test_the_client_is_told_in_librechats_words(stranger: User, client: Client) -> None:
    with yaml_config.override({"endpoints": {"custom": [HOUSE | {"hidden": True}]}}):
        answer = client.post(
            "/api/agents/chat/House",
            {"text": "Hello", "endpoint": "House", "model": "small"},
            content_type="application/json",
            headers=bearer(stranger),
        )
    assert answer.status_code == 400
    assert answer.json()["type"] == "invalid_agent_provider"


def test_an_agent_brings_its_endpoint_along(owner: User) -> None:
    with yaml_config.override({"endpoints": {"custom": [HOUSE]}}):
        start_check(owner, request(endpoint="agents", agent_id="agent_1"))


def test_temporary_chats_that_are_switched_off_are_refused(
    owner: User,
    stranger: User,
    client: Client,
) -> None:
    with yaml_config.override({"interface": {"temporaryChat": False}}):
        refused(TemporaryChatError, owner, endpoint="demo", is_temporary=True)
    lay(owner, {"interface": {"temporaryChat": False}})
    refused(TemporaryChatError, owner, endpoint="demo", is_temporary=True)
    generation_start(stranger, body=request(endpoint="demo", is_temporary=True))
    generation_start(owner, body=request(endpoint="demo"))
    assert Conversation.objects.get(is_temporary=True).user == stranger
    answer = client.post(
        "/api/agents/chat/demo",
        {"text": "Hello", "endpoint": "demo", "model": "demo", "isTemporary": True},
        content_type="application/json",
        headers=bearer(owner),
    )
    assert answer.status_code == 403
    assert answer.json() == {"message": "Forbidden: Insufficient permissions"}


def test_temporary_chats_need_the_right_of_the_role(owner: User) -> None:
    rights = permission_defaults("USER") | {"TEMPORARY_CHAT": {"USE": False}}
    Role.objects.update_or_create(name="USER", defaults={"permissions": rights})
    refused(TemporaryChatError, owner, endpoint="demo", is_temporary=True)


def test_a_usual_start_is_checked_without_a_query(owner: User) -> None:
    with yaml_config.override({"endpoints": {"custom": [HOUSE]}}):
        start_check(owner, request(endpoint="House"))
        with CaptureQueriesContext(connection) as queries:
            start_check(owner, request(endpoint="House"))
    assert len(queries) == 0
