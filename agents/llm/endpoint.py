"""An endpoint as it is configured for somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from agents.config import EndpointSettings
from agents.llm.providers.provider import Dialect

USER_PROVIDED = "user_provided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A configured way to models, with keys still as configured.

    ``type``: ``custom`` or the built-in's own name. ``models``: the configured list.
    ``is_fetched``: the list is asked from the provider, ``models`` stands in when it is down.
    ``by_model``: model → the endpoint that serves it, where each has its own (Azure).
    ``shared``: ``endpoints.all``.
    ``is_trusted``: the operator's own address; others are reached on the public internet only.
    ``rates``: model → prompt, completion, context, cacheRead, cacheWrite; None: the table's.
    """

    name: str
    type: str
    dialect: Dialect
    order: int
    label: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    options: Mapping[str, str] = field(default_factory=dict, repr=False)
    extra: Mapping[str, object] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()
    is_fetched: bool = False
    by_model: Mapping[str, "Endpoint"] = field(default_factory=dict)
    rates: Mapping[str, Mapping[str, float]] | None = None
    settings: EndpointSettings | None = None
    shared: EndpointSettings | None = None
    display_label: str = ""
    icon_url: str = ""
    custom_params: Mapping[str, object] | None = None
    is_trusted: bool = True

    @property
    def is_hidden(self) -> bool:
        """Whether it is not for the person it was looked up for."""
        return bool(self.settings and self.settings.hidden)

    @property
    def key_by_user(self) -> bool:
        """Whether everybody brings their own key."""
        return self.api_key == USER_PROVIDED

    @property
    def url_by_user(self) -> bool:
        """Whether everybody names their own address."""
        return self.base_url == USER_PROVIDED

    @property
    def is_by_user(self) -> bool:
        """Whether something is asked of the person."""
        return self.key_by_user or self.url_by_user


def is_address(text: str) -> bool:
    """Return whether a text is an http(s) address with a host and no credentials in it."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
