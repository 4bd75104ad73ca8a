"""The way to an endpoint: what is offered, and keys and addresses of one's own."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.models import User
from agents import errors
from agents.llm import available
from agents.services.credentials import credential_set
from librechat.kernel import clock, yaml_config
from tests.agents.available.configured import custom


def refused(user: User, endpoint: str, model: str) -> dict[str, Any]:
    with pytest.raises(errors.SetupError) as caught:
        available.resolve(user, endpoint, model)
    body = caught.value.data["body"]
    assert isinstance(body, dict)
    return body


def test_an_unknown_endpoint_is_refused(owner: User) -> None:
    assert refused(owner, "openAI", "gpt-4o")["type"] == "invalid_agent_provider"


@pytest.mark.parametrize("model", ["gpt-9", "x" * 257, "small\nlarge", "<script>", " small"])
def test_a_model_that_is_not_offered_is_refused(owner: User, model: str) -> None:
    with yaml_config.override(custom()):
        assert refused(owner, "Mine", model) == {
            "type": "illegal_model_request",
            "info": f"Mine|{model[:256]}",
        }


@pytest.mark.parametrize("model", ["", "  "])
def test_no_model_is_refused(owner: User, model: str) -> None:
    with yaml_config.override(custom()):
        assert refused(owner, "Mine", model) == {"type": "missing_model"}


@pytest.fixture
def own_key() -> Iterator[None]:
    with yaml_config.override(custom(apiKey="user_provided")):
        yield


@pytest.fixture
def own_address() -> Iterator[None]:
    with yaml_config.override(custom(apiKey="user_provided", baseURL="user_provided")):
        yield


@pytest.mark.usefixtures("own_key")
def test_without_one_s_own_key_the_client_is_told(owner: User, stranger: User) -> None:
    credential_set(stranger, name="Mine", value="sk-theirs")
    assert available.endpoints_for(owner)["Mine"].user_provide is True
    assert refused(owner, "Mine", "small") == {"type": "no_user_key"}


@pytest.mark.usefixtures("own_key")
@pytest.mark.parametrize("value", ["sk-own", '{"apiKey": "sk-own"}', '{"apiKey":" sk-own "}'])
def test_one_s_own_key_is_used(owner: User, value: str) -> None:
    credential_set(owner, name="Mine", value=value)
    found = available.resolve(owner, "Mine", "small")
    assert found.connection.api_key == "sk-own"
    assert (found.user_provided, found.connection.is_trusted) == (True, True)


@pytest.mark.usefixtures("own_key")
@pytest.mark.parametrize("value", ["{}", '{"apiKey": 5}', '{"apiKey": ""}'])
def test_a_stored_value_without_a_key_is_invalid(owner: User, value: str) -> None:
    credential_set(owner, name="Mine", value=value)
    assert refused(owner, "Mine", "small") == {"type": "invalid_user_key"}


@pytest.mark.usefixtures("own_key")
def test_an_expired_key_is_named_with_its_end(owner: User) -> None:
    end = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    credential_set(owner, name="Mine", value="sk", expires_at=end)
    assert refused(owner, "Mine", "small") == {
        "type": "expired_user_key",
        "expiredAt": "2026-01-02T03:04:05.000Z",
        "endpoint": "Mine",
    }


@pytest.mark.usefixtures("own_key")
def test_a_key_works_until_its_end(owner: User) -> None:
    credential_set(owner, name="Mine", value="sk", expires_at=clock.now() + timedelta(minutes=1))
    assert available.resolve(owner, "Mine", "small").connection.api_key == "sk"


@pytest.mark.usefixtures("own_key")
def test_a_key_that_cannot_be_decrypted_is_invalid(owner: User, settings: LazySettings) -> None:
    credential_set(owner, name="Mine", value="sk")
    settings.CREDS_KEYS = ["another"]
    assert refused(owner, "Mine", "small") == {"type": "invalid_user_key"}


@pytest.mark.usefixtures("own_address")
def test_an_address_of_one_s_own_is_not_trusted_and_knows_its_own_models(owner: User) -> None:
    credential_set(owner, name="Mine", value='{"apiKey":"k","baseURL":"http://10.0.0.5/v1/"}')
    found = available.resolve(owner, "Mine", "whatever-they-run")
    assert found.connection.base_url == "http://10.0.0.5/v1"
    assert found.connection.is_trusted is False


@pytest.mark.usefixtures("own_address")
@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("sk", "no_base_url"),
        ('{"apiKey":"k","baseURL":"ftp://x"}', "invalid_base_url"),
        ('{"apiKey":"k","baseURL":"http://u:p@x/"}', "invalid_base_url"),
        ('{"apiKey":"k","baseURL":"http://[::"}', "invalid_base_url"),
    ],
)
def test_a_missing_or_wrong_address_is_named(owner: User, value: str, kind: str) -> None:
    credential_set(owner, name="Mine", value=value)
    assert refused(owner, "Mine", "small")["type"] == kind
