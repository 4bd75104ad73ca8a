"""``actions`` and ``langfuse`` of librechat.yaml."""

from typing import Literal

from librechat.kernel.yaml_config import Section


class LangfuseTrace(Section):
    """``langfuse.trace``."""

    user_id_field: (
        Literal[
            "id",
            "email",
            "username",
            "name",
            "openidId",
            "samlId",
            "ldapId",
            "googleId",
            "githubId",
            "discordId",
            "appleId",
            "facebookId",
        ]
        | None
    ) = None
    user_metadata_fields: (
        list[
            Literal[
                "id",
                "email",
                "username",
                "name",
                "openidId",
                "samlId",
                "ldapId",
                "googleId",
                "githubId",
                "discordId",
                "appleId",
                "facebookId",
                "role",
                "provider",
            ]
        ]
        | None
    ) = None
    conversation_metadata_fields: (
        list[
            Literal[
                "conversationId",
                "endpoint",
                "endpointType",
                "provider",
                "model",
                "modelLabel",
                "spec",
            ]
        ]
        | None
    ) = None


class LangfuseConfig(Section):
    """``langfuse``."""

    enabled: bool | None = None
    public_key: str | None = None
    secret_key: str | None = None
    project_id: str | None = None
    secret_key_preview: str | None = None
    destination: str | None = None
    headers: dict[str, str] | None = None
    trace: LangfuseTrace | None = None


class ActionsConfig(Section):
    """``actions``."""

    allowed_domains: list[str] | None = None
    allowed_addresses: list[str] | None = None
