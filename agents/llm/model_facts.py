"""What providers' own lists tell about their models, kept beside the lists."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

from django.core.cache import cache

from agents.llm.endpoint import Endpoint
from agents.llm.providers.provider import Connection
from agents.llm.wire.model_list import UNKNOWN, ModelFacts
from librechat.kernel.errors import CACHE_AWAY

Told: TypeAlias = Mapping[str, ModelFacts]

KEPT_SECONDS = 30 * 24 * 60 * 60  # a limit outlives the lists: it hardly ever changes
MOST_READ = 64
NOTHING: Told = {}

# Cache key → the mark it was read under and what it held: lists are long and seldom change.
_read: dict[str, tuple[str, Told]] = {}


def facts_keep(connection: Connection, told: Told) -> None:
    """Keep what a list tells; a model of which it tells nothing keeps what was told before.

    A list without a model changes nothing.
    """
    if not told:
        return
    key = _key(connection)
    before = _of_cache(key)
    merged = {
        model: facts if facts != UNKNOWN else before.get(model, UNKNOWN)
        for model, facts in told.items()
    }
    kept = {model: asdict(facts) for model, facts in merged.items() if facts != UNKNOWN}
    if kept or before:
        cache.set_many({key: kept, f"{key}:mark": uuid.uuid4().hex}, KEPT_SECONDS)


def facts_known(endpoints: Iterable[Endpoint]) -> dict[str, Told]:
    """Return endpoint → model → what its list told last; nobody is asked.

    While the cache is away nothing is known: the built-in table serves.
    """
    keys = {one.name: _key(one) for one in endpoints}
    try:
        marks = cache.get_many([f"{key}:mark" for key in keys.values()])
        return {name: _under(key, marks.get(f"{key}:mark", "")) for name, key in keys.items()}
    except CACHE_AWAY:
        return dict.fromkeys(keys, NOTHING)


def facts_told(endpoint: Endpoint) -> Told:
    """Return model → what an endpoint's list told last; nobody is asked."""
    return facts_known([endpoint])[endpoint.name]


def _under(key: str, mark: str) -> Told:
    if not mark:
        return NOTHING
    held = _read.get(key)
    if held is None or held[0] != mark:
        if len(_read) >= MOST_READ:
            _read.clear()
        held = _read[key] = (mark, _of_cache(key))
    return held[1]


def _of_cache(key: str) -> Told:
    """Return what another version may have kept, too."""
    kept: dict[str, dict[str, Any]] = cache.get(key) or {}
    names = ModelFacts.__slots__
    return {
        model: ModelFacts(**{name: value for name, value in fields.items() if name in names})
        for model, fields in kept.items()
    }


def _key(place: Endpoint | Connection) -> str:
    """Return the cache key: an address tells everybody the same, whosever key asks."""
    trust = "operator's" if place.is_trusted else ""
    parts = [place.name, place.dialect, place.base_url.rstrip("/"), trust]
    return "model-facts:" + hashlib.sha256("\x00".join(parts).encode()).hexdigest()
