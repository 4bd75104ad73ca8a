"""Which other sites' pages may call the relay (the Fetch standard's CORS protocol)."""

from collections.abc import Mapping

from agents import config

Header = tuple[bytes, bytes]

# "*" does not cover Authorization, so each header is named.
REQUEST_HEADERS = ", ".join(
    (
        "authorization, x-api-key, api-key, content-type, anthropic-version, anthropic-beta",
        "anthropic-dangerous-direct-browser-access, openai-organization, openai-project",
        "openai-beta, idempotency-key, x-relay-tags, x-client-request-id",
        *(
            f"x-stainless-{name}"
            for name in [
                "arch",
                "lang",
                "os",
                "package-version",
                "retry-count",
                "runtime",
                "runtime-version",
                "timeout",
                "helper-method",
            ]
        ),
    )
)
EXPOSED = (
    b"x-request-id, request-id, retry-after, retry-after-ms, x-should-retry, x-relay-model, "
    b"x-relay-dropped, x-relay-cost, x-relay-cache, x-relay-estimated, x-ratelimit-limit-requests, "
    b"x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, "
    b"x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, "
    b"anthropic-ratelimit-requests-limit, anthropic-ratelimit-requests-remaining, "
    b"anthropic-ratelimit-requests-reset, anthropic-ratelimit-tokens-limit, "
    b"anthropic-ratelimit-tokens-remaining, anthropic-ratelimit-tokens-reset"
)
PREFLIGHT_SECONDS = b"600"


def cors_headers(headers: Mapping[str, str]) -> list[Header]:
    """Return what lets a page read an answer; nothing where no page asks."""
    origin = headers.get("origin")
    allowed = _allowed(origin) if origin else b""
    if not allowed:
        return []
    fields = [
        (b"access-control-allow-origin", allowed),
        (b"access-control-expose-headers", EXPOSED),
    ]
    return fields if allowed == b"*" else [*fields, (b"vary", b"Origin")]


def preflight_headers(headers: Mapping[str, str]) -> list[Header]:
    """Return the answer to a page that asks what it may do."""
    if not cors_headers(headers):
        return []
    fields = [
        (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
        (b"access-control-allow-headers", REQUEST_HEADERS.encode()),
        (b"access-control-max-age", PREFLIGHT_SECONDS),
    ]
    asks_private = headers.get("access-control-request-private-network") == "true"
    if asks_private and config.relay().allow_private_network:
        fields.append((b"access-control-allow-private-network", b"true"))
    return fields


def _allowed(origin: str) -> bytes:
    origins = config.relay().allowed_origins
    if "*" in origins:
        return b"*"
    return origin.encode("latin-1") if origin in origins else b""
