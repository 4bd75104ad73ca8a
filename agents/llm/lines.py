"""Where an endpoint is, and with what it is spoken to: the operator's keys stay at their addresses.

The addresses of the environment and of librechat.yaml are the operator's. Any other address came
with an override: it is met with what that override brought along and nothing else, and only on
the public internet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from agents import config
from agents.config import EndpointsConfig
from agents.llm.variables import text, variable


class Block(Protocol):
    """What all endpoints with one address of their own say about it."""

    @property
    def base_url(self) -> str | None:
        """Return the address as written."""
        ...

    @property
    def api_key(self) -> str | None:
        """Return the key as written."""
        ...

    @property
    def headers(self) -> dict[str, str] | None:
        """Return the headers as written."""
        ...


@dataclass(frozen=True, slots=True)
class Layers:
    """The endpoints as they hold for somebody, and as the file has them."""

    held: EndpointsConfig
    file: EndpointsConfig

    @classmethod
    def of(cls, held: EndpointsConfig) -> "Layers":
        """Return what holds, beside the file as it is."""
        return cls(held, config.endpoints())

    def headers(self, own: Mapping[str, str] | None) -> dict[str, str]:
        """Return headers over those of all endpoints, for the operator's addresses only."""
        every = self.held.every.headers if self.held.every else None
        return {**(every or {}), **(own or {})}


@dataclass(frozen=True, slots=True)
class Line:
    """An address with what goes there; ``has_own_key``: the key came with an override."""

    base_url: str
    api_key: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    is_operators: bool
    has_own_key: bool


def line_of(
    layers: Layers,
    own: Block | None,
    file: Block | None,
    *,
    address_variable: str = "",
    key: str = "",
) -> Line:
    """Return the line of an endpoint of the environment; ``key``: the environment's."""
    address, api_key = _texts(own)
    file_address, file_key = _texts(file)
    headers = (own.headers if own else None) or {}
    if address != file_address:
        return Line(address, api_key, headers, is_operators=False, has_own_key=True)
    has_own_key = bool(api_key) and api_key != file_key
    return Line(
        base_url=(variable(address_variable) if address_variable else "") or address,
        api_key=api_key if has_own_key else key,
        headers=layers.headers(headers),
        is_operators=True,
        has_own_key=has_own_key,
    )


def _texts(block: Block | None) -> tuple[str, str]:
    return (text(block.base_url), text(block.api_key)) if block else ("", "")
