"""What a person can use, and the way to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache

from accounts.models import User
from agents import errors
from agents.llm import available, model_lists
from agents.llm.available import TitleSettings
from agents.services.credentials import credential_set
from librechat.kernel import clock, yaml_config
from tests.fakes.provider import FakeProvider


@pytest.fixture(autouse=True)
def _nothing_configured(settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    settings.CONFIG_VARIABLES = {}


def custom(**fields: Any) -> dict[str, Any]:
    block = {
        "name": "Mine",
        "apiKey": "sk-mine",
        "baseURL": "https://models.example.org/v1",
        "models": {"default": ["small", "large"]},
    }
    return {"endpoints": {"custom": [block | fields]}}


# --- Which endpoints -----------------------------------------------------------------------


def test_with_nothing_configured_there_is_the_demo(owner: User) -> None:
    assert available.models_for(owner) == {"demo": ["demo"]}
    found = available.resolve(owner, "demo", "demo")
    assert (found.connection.dialect, found.label, found.endpoint_type) == (
        "demo",
        "Demo",
        "custom",
    )
    assert found.title.is_on is False


def test_a_key_variable_switches_an_endpoint_on(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {
        "OPENAI_API_KEY": "sk-1",
        "OPENAI_MODELS": "gpt-4o, o3,gpt-4o",
        "OPENAI_REVERSE_PROXY": "https://proxy.example.org/v1/",
        "OPENAI_ORGANIZATION": "org-1",
        "ANTHROPIC_API_KEY": "user_provided",
        "GOOGLE_KEY": "g-1",
        "BEDROCK_AWS_DEFAULT_REGION": "eu-central-1",
    }
    infos = available.endpoints_for(owner)
    assert [(name, one.order, one.user_provide) for name, one in infos.items()] == [
        ("openAI", 0, False),
        ("google", 5, False),
        ("anthropic", 6, True),
        ("bedrock", 8, False),
    ]
    assert available.models_for(owner)["openAI"] == ["gpt-4o", "o3"]
    found = available.resolve(owner, "openAI", "gpt-4o")
    assert found.connection.base_url == "https://proxy.example.org/v1"
    assert found.connection.api_key == "sk-1"
    assert found.connection.options == {"organization": "org-1"}
    assert (found.label, found.context_window, found.max_output) == ("GPT-4o", 127_500, None)
    assert (found.user_provided, found.connection.is_trusted) == (False, True)
    assert "sk-1" not in repr(found)


def test_endpoints_orders_and_limits(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {
        "OPENAI_API_KEY": "a",
        "ANTHROPIC_API_KEY": "b",
        "GOOGLE_KEY": "c",
    }
    settings.ENDPOINTS = ["anthropic", "openAI"]
    with yaml_config.override(custom()):
        assert list(available.endpoints_for(owner)) == ["anthropic", "openAI"]


def test_a_custom_endpoint_stands_last_and_serves_its_models(owner: User) -> None:
    with yaml_config.override(
        custom(
            headers={
                "X-User": "{{LIBRECHAT_USER_EMAIL}} {{LIBRECHAT_USER_NICKNAME}}",
                "X-Chat": "{{LIBRECHAT_BODY_CONVERSATIONID}}{{LIBRECHAT_OPENID_ACCESS_TOKEN}}",
                "X-Name": "{{LIBRECHAT_USER_NAME}}",
            },
            addParams={"top_k": 5},
            dropParams=["stop"],
            modelDisplayLabel="House AI",
            iconURL="https://example.org/icon.png",
            tokenConfig={
                "small": {"prompt": 1, "completion": 2, "context": 9000, "cacheRead": 0.1}
            },
        ),
    ):
        owner.name = "Łucja\r\nX-Evil: 1"
        found = available.resolve(owner, "Mine", "small", body={"conversationId": "c-1"})
        info = available.endpoints_for(owner)["Mine"]
    assert info.order == 9999
    assert info.display_label == "House AI"
    assert found.endpoint_type == "custom"
    assert found.connection.headers == {
        "X-User": "owner@example.org ",
        "X-Chat": "c-1",
        "X-Name": "b64:xYF1Y2phWC1FdmlsOiAx",
    }
    assert found.connection.extra == {"top_k": 5}
    assert found.connection.dropped == frozenset({"stop"})
    assert (found.label, found.context_window) == ("House AI", 9000)
    assert found.endpoint_rates == {
        "small": {"prompt": 1, "completion": 2, "context": 9000, "cacheRead": 0.1},
    }


def test_the_way_lists_and_answers_are_asked_for_is_passed_on(owner: User) -> None:
    models = {"default": ["small"], "userIdQuery": True}
    with yaml_config.override(custom(directEndpoint=True, models=models)):
        found = available.resolve(owner, "Mine", "small")
    assert dict(found.connection.options) == {"direct": "true", "models_user": owner.pk}


@pytest.mark.parametrize(
    "broken",
    [{"name": "openAI"}, {"apiKey": "${UNSET}"}, {"baseURL": ""}, {"name": " "}],
)
def test_a_custom_endpoint_that_cannot_work_is_left_out(
    owner: User, broken: dict[str, str]
) -> None:
    with yaml_config.override(custom(**broken)):
        assert list(available.endpoints_for(owner)) == ["demo"]


def test_a_custom_endpoint_may_speak_anthropic_s_dialect(owner: User) -> None:
    with yaml_config.override(custom(provider="anthropic")):
        assert available.resolve(owner, "Mine", "small").connection.dialect == "anthropic"


def test_azure_groups_give_each_model_its_deployment(owner: User) -> None:
    groups = [
        {
            "group": "eu",
            "apiKey": "az-1",
            "instanceName": "my-eu",
            "version": "2025-01-01",
            "models": {"gpt-4o": {"deploymentName": "four-o", "version": "2025-02-02"}, "o3": True},
            "dropParams": ["user"],
        },
        {
            "group": "free",
            "apiKey": "az-2",
            "serverless": True,
            "baseURL": "https://free.example.org",
            "models": {"phi-4": True},
        },
        {"group": "off", "apiKey": "${UNSET}", "models": {"gpt-9": True}},
    ]
    with yaml_config.override({"endpoints": {"azureOpenAI": {"groups": groups}}}):
        assert available.models_for(owner) == {"azureOpenAI": ["gpt-4o", "o3", "phi-4"]}
        first = available.resolve(owner, "azureOpenAI", "gpt-4o").connection
        second = available.resolve(owner, "azureOpenAI", "o3").connection
        third = available.resolve(owner, "azureOpenAI", "phi-4").connection
    assert (first.dialect, first.api_key, dict(first.options)) == (
        "azure",
        "az-1",
        {"api_version": "2025-02-02", "deployment": "four-o", "instance": "my-eu"},
    )
    assert first.dropped == frozenset({"user"})
    assert second.options["deployment"] == "o3"
    assert (third.base_url, third.api_key, dict(third.options)) == (
        "https://free.example.org",
        "az-2",
        {"serverless": "true"},
    )


def test_azure_works_from_the_environment(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {
        "AZURE_API_KEY": "az",
        "AZURE_OPENAI_MODELS": "gpt-4.1",
        "AZURE_OPENAI_API_INSTANCE_NAME": "mine",
        "AZURE_OPENAI_API_VERSION": "2025-01-01",
        "AZURE_USE_MODEL_AS_DEPLOYMENT_NAME": "true",
    }
    found = available.resolve(owner, "azureOpenAI", "gpt-4.1").connection
    assert dict(found.options) == {
        "api_version": "2025-01-01",
        "deployment": "gpt-41",
        "instance": "mine",
    }


def test_azure_s_own_address_is_filled_in(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {
        "AZURE_API_KEY": "az",
        "AZURE_OPENAI_MODELS": "gpt-4o",
        "AZURE_OPENAI_API_INSTANCE_NAME": "mine",
        "AZURE_OPENAI_API_DEPLOYMENT_NAME": "four",
        "AZURE_OPENAI_BASEURL": "https://gate.example.org/${INSTANCE_NAME}/${DEPLOYMENT_NAME}",
    }
    found = available.resolve(owner, "azureOpenAI", "gpt-4o").connection
    assert found.base_url == "https://gate.example.org/mine/four"
    assert found.options["serverless"] == "true"


# --- Refusals ------------------------------------------------------------------------------


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


# --- Keys of one's own ---------------------------------------------------------------------


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


# --- Titles --------------------------------------------------------------------------------


def test_titles_are_on_with_the_model_in_use(owner: User) -> None:
    with yaml_config.override(custom(titleModel="current_model")):
        assert available.resolve(owner, "Mine", "small").title == TitleSettings(
            is_on=True,
            model="small",
            endpoint="Mine",
        )


def test_what_all_endpoints_say_about_titles_goes_first(owner: User) -> None:
    document = custom(titleConvo=True, titleModel="large", titlePrompt="Own {convo}")
    document["endpoints"]["all"] = {
        "titleConvo": False,
        "titleModel": "tiny",
        "titleEndpoint": "openAI",
        "titleTiming": "final",
        "titlePromptTemplate": "{input}",
    }
    with yaml_config.override(document):
        assert available.resolve(owner, "Mine", "small").title == TitleSettings(
            is_on=False,
            model="tiny",
            endpoint="openAI",
            prompt="Own {convo}",
            prompt_template="{input}",
            timing="final",
        )


# --- Lists asked from providers ------------------------------------------------------------


def provider_asked(provider: FakeProvider) -> int:
    return sum(request.path == "/v1/models" for request in provider.requests)


def fetching(provider: FakeProvider) -> dict[str, Any]:
    return custom(baseURL=f"{provider.url}/v1", models={"default": ["fallback"], "fetch": True})


def test_a_fetched_list_is_kept_for_a_while(owner: User, provider: FakeProvider) -> None:
    provider.models = ["b", "a"]
    with yaml_config.override(fetching(provider)):
        assert available.models_for(owner) == {"Mine": ["a", "b"]}
        provider.models = ["c"]
        assert available.models_for(owner) == {"Mine": ["a", "b"]}
        assert available.resolve(owner, "Mine", "a").connection.api_key == "sk-mine"


def test_while_the_provider_is_down_the_configured_list_serves(
    owner: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.llm.model_lists.WAIT_SECONDS", 0.2)
    document = custom(baseURL="http://127.0.0.1:9/v1", models={"default": ["one"], "fetch": True})
    with yaml_config.override(document):
        assert available.models_for(owner) == {"Mine": ["one"]}


def test_the_last_list_serves_while_a_new_one_is_fetched(
    owner: User,
    provider: FakeProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    threads = ThreadPoolExecutor(max_workers=1)
    monkeypatch.setattr(model_lists, "FRESH_SECONDS", 0)
    monkeypatch.setattr(model_lists, "_threads", threads)
    document = fetching(provider)
    document["endpoints"]["custom"][0]["apiKey"] = "sk-of-this-test"
    with yaml_config.override(document):
        provider.models = ["first"]
        assert available.models_for(owner) == {"Mine": ["first"]}
        provider.models = ["second"]
        assert available.models_for(owner) == {"Mine": ["first"]}
    threads.shutdown(wait=True)
    assert provider_asked(provider) == 2


def test_a_list_is_not_asked_without_one_s_own_key(owner: User, provider: FakeProvider) -> None:
    document = fetching(provider)
    document["endpoints"]["custom"][0]["apiKey"] = "user_provided"
    with yaml_config.override(document):
        assert available.models_for(owner) == {"Mine": ["fallback"]}


def test_an_ollama_that_answers_is_found_by_itself(
    owner: User,
    provider: FakeProvider,
    settings: LazySettings,
) -> None:
    provider.models = ["llama3.2:1b"]
    settings.PROVIDER_VARIABLES = {"OLLAMA_BASE_URL": f"{provider.url}/v1"}
    assert available.models_for(owner) == {"ollama": ["llama3.2:1b"]}
    found = available.resolve(owner, "ollama", "llama3.2:1b")
    assert (found.connection.dialect, found.connection.base_url) == ("ollama", provider.url)
    assert (found.label, found.endpoint_type) == ("Ollama", "custom")


def test_an_ollama_that_does_not_answer_is_not_there(owner: User, settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {"OLLAMA_BASE_URL": "http://127.0.0.1:9"}
    assert list(available.endpoints_for(owner)) == ["demo"]
    assert cache.get("ollama:http://127.0.0.1:9") == []


# --- The picker ----------------------------------------------------------------------------


def test_the_picker_shows_windows_and_known_prices(owner: User) -> None:
    with yaml_config.override(
        custom(tokenConfig={"small": {"prompt": 1, "completion": 2.5, "context": 9000}}),
    ):
        (group,) = available.picker_for(owner)
    assert (group.endpoint, group.label, group.icon, group.needs_key) == (
        "Mine",
        "Mine",
        "custom",
        False,
    )
    assert [(one.id, one.context_window, one.price_in, one.price_out) for one in group.models] == [
        ("small", 9000, 1.0, 2.5),
        ("large", 32_000, None, None),
    ]
