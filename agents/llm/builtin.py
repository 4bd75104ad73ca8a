"""The endpoints of the big providers, switched on by their key variable."""

from agents import config
from agents.llm import catalog
from agents.llm.endpoint import Endpoint
from agents.llm.variables import headers_of, models_of, order_of, text, variable


def open_ai() -> Endpoint | None:
    """Return OpenAI, if it has a key."""
    own = config.endpoints().open_ai
    organization = variable("OPENAI_ORGANIZATION")
    return key_only(
        Endpoint(
            name="openAI",
            type="openAI",
            dialect="openai",
            order=order_of("openAI"),
            label=catalog.LABELS["openAI"],
            base_url=variable("OPENAI_REVERSE_PROXY") or text(own.base_url if own else ""),
            api_key=variable("OPENAI_API_KEY"),
            headers=headers_of(own),
            options={"organization": organization} if organization else {},
            models=models_of("OPENAI_MODELS", "openAI"),
            settings=own,
        ),
    )


def anthropic() -> Endpoint | None:
    """Return Anthropic, if it has a key."""
    own = config.endpoints().anthropic
    listed = tuple((own.models if own else None) or ())
    return key_only(
        Endpoint(
            name="anthropic",
            type="anthropic",
            dialect="anthropic",
            order=order_of("anthropic"),
            label=catalog.LABELS["anthropic"],
            base_url=variable("ANTHROPIC_REVERSE_PROXY") or text(own.base_url if own else ""),
            api_key=variable("ANTHROPIC_API_KEY"),
            headers=headers_of(own),
            models=listed or models_of("ANTHROPIC_MODELS", "anthropic"),
            settings=own,
        ),
    )


def google() -> Endpoint | None:
    """Return Google, if it has a key."""
    own = config.endpoints().google
    return key_only(
        Endpoint(
            name="google",
            type="google",
            dialect="google",
            order=order_of("google"),
            label=catalog.LABELS["google"],
            base_url=variable("GOOGLE_REVERSE_PROXY") or text(own.base_url if own else ""),
            api_key=variable("GOOGLE_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"),
            headers=headers_of(own),
            models=models_of("GOOGLE_MODELS", "google"),
            settings=own,
        ),
    )


def bedrock() -> Endpoint | None:
    """Return AWS Bedrock, if it has a key or a region (then the machine's role signs)."""
    bearer = variable("BEDROCK_AWS_BEARER_TOKEN")
    secret = variable("BEDROCK_AWS_SECRET_ACCESS_KEY")
    region = variable("BEDROCK_AWS_DEFAULT_REGION")
    if not (bearer or secret or region):
        return None
    own = config.endpoints().bedrock
    options = {
        "region": region,
        "access_key_id": variable("BEDROCK_AWS_ACCESS_KEY_ID"),
        "session_token": variable("BEDROCK_AWS_SESSION_TOKEN"),
        "auth": "bearer" if bearer else "",
    }
    listed = tuple((own.models if own else None) or ())
    return Endpoint(
        name="bedrock",
        type="bedrock",
        dialect="bedrock",
        order=order_of("bedrock"),
        label=catalog.LABELS["bedrock"],
        base_url=variable("BEDROCK_REVERSE_PROXY") or text(own.base_url if own else ""),
        api_key=bearer or secret,
        headers=headers_of(own),
        options={name: value for name, value in options.items() if value},
        models=listed or models_of("BEDROCK_AWS_MODELS", "bedrock"),
        settings=own,
    )


def key_only(endpoint: Endpoint) -> Endpoint | None:
    """Return the endpoint if it has a key: without one it does not exist."""
    return endpoint if endpoint.api_key else None
