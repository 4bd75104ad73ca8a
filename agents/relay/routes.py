"""The relay's addresses: what each is for, and which of its names a request used."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from agents.relay.problems import Speech

Work: TypeAlias = Literal[
    "chat", "count_tokens", "models", "model", "plain", "multipart", "usage", "key", "response"
]
ROOTS = ("/v1", "/api/agents/v1")  # the second is LibreChat's door for programs
DOUBLED = "/v1/v1/"  # what a base URL with /v1 makes of an SDK that adds its own


@dataclass(frozen=True, slots=True)
class Route:
    """One address. path: below the version. scope: of ``RELAY_ROUTES``."""

    path: str
    methods: tuple[str, ...]
    work: Work
    scope: str
    speech: Speech = "openai"
    wire: str = ""


POST, GET = ("POST",), ("GET", "HEAD")
ROUTES: tuple[Route, ...] = (
    Route("/chat/completions", POST, "chat", "chat", wire="chat"),
    Route("/messages", POST, "chat", "messages", "anthropic", wire="messages"),
    Route("/messages/count_tokens", POST, "count_tokens", "messages", "anthropic"),
    Route("/responses", POST, "chat", "responses", wire="responses"),
    Route("/responses/input_tokens", POST, "count_tokens", "responses"),
    Route("/embeddings", POST, "plain", "embeddings"),
    Route("/completions", POST, "plain", "chat"),
    Route("/images/generations", POST, "plain", "images"),
    Route("/audio/speech", POST, "plain", "audio"),
    Route("/audio/transcriptions", POST, "multipart", "audio"),
    Route("/models", GET, "models", "models"),
    Route("/usage", GET, "usage", "models"),
    Route("/key", GET, "key", "models"),
)
BY_PATH: Mapping[str, Route] = {route.path: route for route in ROUTES}
ONE_MODEL = Route("/models/", GET, "model", "models")
ONE_RESPONSE = Route("/responses/", (*GET, "DELETE"), "response", "responses")
UNKNOWN = Route("", (), "chat", "chat")
# Without the version only what no page of ours can be.
BARE = frozenset({"/chat/completions", "/messages", "/messages/count_tokens", "/embeddings"})


def route_of(path: str, method: str) -> tuple[Route, str] | None:
    """Return the route and what follows it in the path; None for what is not the relay's.

    A path below the version that leads nowhere is ``UNKNOWN``.
    """
    below = _below_version(path)
    if below is None:
        bare = path.rstrip("/")
        return (BY_PATH[bare], "") if bare in BARE and method in {"POST", "OPTIONS"} else None
    found = BY_PATH.get(below)
    if found is not None:
        return found, ""
    for route in (ONE_MODEL, ONE_RESPONSE):
        if below.startswith(route.path):
            return route, below.removeprefix(route.path)
    return UNKNOWN, ""


def speech_of(route: Route, path: str, headers: Mapping[str, str]) -> Speech:
    """Return in which dialect a request wants to be answered."""
    if route is UNKNOWN:
        return "anthropic" if "/messages" in path or "anthropic-version" in headers else "openai"
    if route.work in {"models", "model"} and "anthropic-version" in headers:
        return "anthropic"
    return route.speech


def _below_version(path: str) -> str | None:
    if path.startswith(DOUBLED):
        path = path[3:]
    for root in ROOTS:
        if path == root or path.startswith(f"{root}/"):
            return path.removeprefix(root).rstrip("/")
    return None
