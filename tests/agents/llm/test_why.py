"""Why somebody sees a model, or does not."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from accounts.models import User
from agents.llm import available
from agents.llm.why import why
from agents.services.visibility import Place, visibility_set
from librechat.kernel import yaml_config
from tests.factories.rights import group

pytestmark = pytest.mark.django_db

HOUSE = {
    "name": "House",
    "apiKey": "sk-house",
    "baseURL": "https://models.example.org/v1",
    "models": {"default": ["small", "large"]},
}


@pytest.fixture(autouse=True)
def _an_endpoint(settings: LazySettings) -> Iterator[None]:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    with yaml_config.override({"endpoints": {"custom": [HOUSE]}}):
        yield


def told(user: User, endpoint: str, model: str) -> list[tuple[bool, str]]:
    return [(step.is_met, step.text) for step in why(user, endpoint, model)]


def test_what_nobody_restricted_is_for_everybody(owner: User) -> None:
    assert told(owner, "House", "small") == [
        (True, "The endpoint is configured for this person."),
        (True, "The endpoint is for everybody."),
        (True, "The model is for everybody who sees the endpoint."),
        (True, "The endpoint offers the model."),
    ]


def test_the_first_condition_that_is_not_met_is_the_last_that_is_told(
    owner: User,
    stranger: User,
    admin: User,
) -> None:
    staff = group("Staff", owner).pk
    visibility_set(place=Place("House"), roles=[], groups=[staff], actor=admin)
    visibility_set(place=Place("House", "large"), roles=["ADMIN"], groups=[], actor=admin)
    assert told(owner, "House", "large")[-1] == (False, "The model is only for others.")
    assert why(owner, "House", "large")[-1].allowed == {("role", "ADMIN")}
    assert told(stranger, "House", "large")[-1] == (False, "The endpoint is only for others.")
    assert why(stranger, "House", "")[-1].allowed == {("group", staff)}
    assert told(owner, "House", "")[-1] == (
        True,
        "The endpoint is restricted, and this person is among those named.",
    )


def test_what_is_not_there_is_said(owner: User) -> None:
    assert told(owner, "Nowhere", "small") == [
        (False, "For this person no such endpoint is configured, or it is hidden."),
    ]
    assert told(owner, "House", "huge")[-1] == (
        False,
        "The model is not on the endpoint's list.",
    )


def test_a_key_of_one_s_own_is_asked_for_but_hides_nothing(owner: User) -> None:
    own = HOUSE | {"apiKey": "user_provided"}
    with yaml_config.override({"endpoints": {"custom": [own]}}):
        last = why(owner, "House", "small")[-1]
        assert last.is_met
        assert "have to set a key" in last.text
        assert available.models_for(owner) == {"House": ["small", "large"]}


@pytest.mark.parametrize("model", ["", "small", "large", "huge"])
@pytest.mark.parametrize("endpoint", ["House", "Nowhere"])
def test_what_is_told_is_what_is_seen(
    owner: User,
    stranger: User,
    admin: User,
    endpoint: str,
    model: str,
) -> None:
    staff = group("Staff", owner).pk
    visibility_set(place=Place("House"), roles=["ADMIN"], groups=[staff], actor=admin)
    visibility_set(place=Place("House", "large"), roles=["ADMIN"], groups=[], actor=admin)
    for user in (owner, stranger, admin):
        lists = available.models_for(user)
        is_seen = endpoint in lists and (not model or model in lists[endpoint])
        assert why(user, endpoint, model)[-1].is_met == is_seen
