"""The endpoints of the big providers, switched on by their key variable or an override's key."""

from agents.llm import catalog
from agents.llm.endpoint import Endpoint
from agents.llm.lines import Layers, line_of
from agents.llm.variables import models_of, order_of, variable


def open_ai(layers: Layers) -> Endpoint | None:
    """Return OpenAI, if it has a key."""
    own = layers.held.open_ai
    line = line_of(
        layers,
        own,
        layers.file.open_ai,
        address_variable="OPENAI_REVERSE_PROXY",
        key=variable("OPENAI_API_KEY"),
    )
    organization = variable("OPENAI_ORGANIZATION") if not line.has_own_key else ""
    return key_only(
        Endpoint(
            name="openAI",
            type="openAI",
            dialect="openai",
            order=order_of("openAI"),
            label=catalog.LABELS["openAI"],
            base_url=line.base_url,
            api_key=line.api_key,
            headers=line.headers,
            options={"organization": organization} if organization else {},
            models=models_of("OPENAI_MODELS", "openAI"),
            settings=own,
            shared=layers.held.every,
            is_trusted=line.is_operators,
        ),
    )


def anthropic(layers: Layers) -> Endpoint | None:
    """Return Anthropic, if it has a key."""
    own = layers.held.anthropic
    line = line_of(
        layers,
        own,
        layers.file.anthropic,
        address_variable="ANTHROPIC_REVERSE_PROXY",
        key=variable("ANTHROPIC_API_KEY"),
    )
    listed = tuple((own.models if own else None) or ())
    return key_only(
        Endpoint(
            name="anthropic",
            type="anthropic",
            dialect="anthropic",
            order=order_of("anthropic"),
            label=catalog.LABELS["anthropic"],
            base_url=line.base_url,
            api_key=line.api_key,
            headers=line.headers,
            models=listed or models_of("ANTHROPIC_MODELS", "anthropic"),
            settings=own,
            shared=layers.held.every,
            is_trusted=line.is_operators,
        ),
    )


def google(layers: Layers) -> Endpoint | None:
    """Return Google, if it has a key and the operator's address."""
    own = layers.held.google
    line = line_of(
        layers,
        own,
        layers.file.google,
        address_variable="GOOGLE_REVERSE_PROXY",
        key=variable("GOOGLE_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
    )
    if not line.is_operators:
        return None
    return key_only(
        Endpoint(
            name="google",
            type="google",
            dialect="google",
            order=order_of("google"),
            label=catalog.LABELS["google"],
            base_url=line.base_url,
            api_key=line.api_key,
            headers=line.headers,
            models=models_of("GOOGLE_MODELS", "google"),
            settings=own,
            shared=layers.held.every,
        ),
    )


def bedrock(layers: Layers) -> Endpoint | None:
    """Return AWS Bedrock, if it has a key or a region (then the machine's role signs).

    It is at the operator's address or nowhere.
    """
    own = layers.held.bedrock
    bearer = variable("BEDROCK_AWS_BEARER_TOKEN")
    secret = variable("BEDROCK_AWS_SECRET_ACCESS_KEY")
    region = variable("BEDROCK_AWS_DEFAULT_REGION")
    line = line_of(
        layers,
        own,
        layers.file.bedrock,
        address_variable="BEDROCK_REVERSE_PROXY",
        key=bearer or secret,
    )
    if not line.is_operators or not (line.api_key or region):
        return None
    listed = tuple((own.models if own else None) or ())
    return Endpoint(
        name="bedrock",
        type="bedrock",
        dialect="bedrock",
        order=order_of("bedrock"),
        label=catalog.LABELS["bedrock"],
        base_url=line.base_url,
        api_key=line.api_key,
        headers=line.headers,
        options=_signing(region, is_bearer=line.has_own_key or bool(bearer)),
        models=listed or models_of("BEDROCK_AWS_MODELS", "bedrock"),
        settings=own,
        shared=layers.held.every,
    )


def _signing(region: str, *, is_bearer: bool) -> dict[str, str]:
    """Return what signs Bedrock's calls beside the key; a Bedrock API key stands alone."""
    options = {
        "region": region,
        "access_key_id": variable("BEDROCK_AWS_ACCESS_KEY_ID"),
        "session_token": variable("BEDROCK_AWS_SESSION_TOKEN"),
        "auth": "bearer" if is_bearer else "",
    }
    return {name: value for name, value in options.items() if value}


def key_only(endpoint: Endpoint) -> Endpoint | None:
    """Return the endpoint if it has a key: without one it does not exist."""
    return endpoint if endpoint.api_key else None
