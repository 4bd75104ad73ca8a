"""Azure OpenAI: groups of librechat.yaml or an override, or one deployment from the environment.

Each group brings its key. One at an address that no group of the file has came with an override.
"""

from collections.abc import Mapping
from dataclasses import replace

from agents.config import AzureGroup
from agents.llm import catalog
from agents.llm.endpoint import Endpoint
from agents.llm.lines import Layers
from agents.llm.variables import models_of, order_of, text, variable


def endpoint(layers: Layers) -> Endpoint | None:
    """Return Azure OpenAI, if there are groups or the environment has a key."""
    own, file = layers.held.azure_open_ai, layers.file.azure_open_ai
    headers = (own.headers if own else None) or {}
    key = variable("AZURE_API_KEY", "AZURE_OPENAI_API_KEY")
    bare = Endpoint(
        name="azureOpenAI",
        type="azureOpenAI",
        dialect="azure",
        order=order_of("azureOpenAI"),
        label=catalog.LABELS["azureOpenAI"],
        headers=layers.headers(headers),
        settings=own,
        shared=layers.held.every,
    )
    if own is not None and own.groups:
        operators = {_place(group) for group in file.groups} if file else set()
        foreign = replace(bare, headers=headers, is_trusted=False)
        served = {
            model: one
            for group in own.groups
            for model, one in _of_group(
                bare if _place(group) in operators else foreign,
                group,
            ).items()
        }
        return replace(bare, models=tuple(served), by_model=served) if served else None
    return _of_environment(replace(bare, api_key=key)) if key else None


def _place(group: AzureGroup) -> tuple[str, str]:
    return group.instance_name or "", group.base_url or ""


def _of_group(bare: Endpoint, group: AzureGroup) -> Mapping[str, Endpoint]:
    key = text(group.api_key)
    if not key:
        return {}
    shared = replace(
        bare,
        api_key=key,
        headers={**bare.headers, **(group.additional_headers or {})},
        extra=group.add_params or {},
        dropped=frozenset(group.drop_params or ()),
    )
    if group.serverless:
        options = {"api_version": text(group.version), "serverless": "true"}
        one = replace(shared, base_url=text(group.base_url), options=_set(options))
        return dict.fromkeys(group.models, one)
    served: dict[str, Endpoint] = {}
    for model, setting in group.models.items():
        own = None if isinstance(setting, bool) else setting
        deployment = text(own.deployment_name if own else "") or text(group.deployment_name)
        version = text(own.version if own else "") or text(group.version)
        served[model] = _deployed(
            shared,
            pattern=group.base_url or "",
            instance=text(group.instance_name),
            deployment=deployment or model,
            version=version,
        )
    return served


def _of_environment(bare: Endpoint) -> Endpoint:
    models = models_of("AZURE_OPENAI_MODELS", "azureOpenAI")
    own_name = variable("AZURE_USE_MODEL_AS_DEPLOYMENT_NAME").lower() == "true"
    named = variable("AZURE_OPENAI_API_DEPLOYMENT_NAME")
    served = {
        model: _deployed(
            bare,
            pattern=variable("AZURE_OPENAI_BASEURL"),
            instance=variable("AZURE_OPENAI_API_INSTANCE_NAME"),
            # Azure's deployment names have no dots.
            deployment=model.replace(".", "") if own_name or not named else named,
            version=variable("AZURE_OPENAI_API_VERSION"),
        )
        for model in models
    }
    return replace(bare, models=models, by_model=served)


def _deployed(
    shared: Endpoint,
    *,
    pattern: str,
    instance: str,
    deployment: str,
    version: str,
) -> Endpoint:
    """Return the endpoint of one deployment.

    ``pattern``: an address of the operator's own, complete but for the two names in it.
    """
    address = pattern.replace("${INSTANCE_NAME}", instance)
    address = address.replace("${DEPLOYMENT_NAME}", deployment)
    options = {
        "api_version": version,
        "deployment": deployment,
        "instance": instance,
        "serverless": "true" if address else "",
    }
    return replace(shared, base_url=address, options=_set(options))


def _set(options: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in options.items() if value}
