"""Azure: deployments from groups and from the environment."""

from django.conf import LazySettings

from accounts.models import User
from agents.llm import available
from librechat.kernel import yaml_config


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
