"""What a person can use."""

import pytest
from django.conf import LazySettings

from accounts.models import User
from agents.llm import available
from agents.llm.available import TitleSettings
from librechat.kernel import yaml_config
from tests.agents.available.configured import custom


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
