"""How the OpenAPI document describes sign-in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from typing_extensions import override


class AuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call] # untyped
    """A bearer token, or the page session."""

    target_class = "accounts.auth.drf.Authentication"
    name = "bearer"

    @override
    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class OptionalAuthenticationScheme(AuthenticationScheme):  # type: ignore[no-untyped-call] # untyped
    """The same where it may be left out."""

    target_class = "accounts.auth.drf.OptionalAuthentication"
    name = "optionalBearer"
