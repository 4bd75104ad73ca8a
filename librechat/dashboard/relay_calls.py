"""Relay calls that are being served now, for the live page."""

import time
from dataclasses import dataclass

from accounts.models import ApiKey
from agents.relay.live import running_everywhere
from agents.relay.neighbours import Sighting

MOST_RUNNING = 100


@dataclass(frozen=True, slots=True)
class RelayRunning:
    """A call that is being served.

    key: the beginning of its key. alias: the name its client uses; endpoint and model: who is
    asked now, blank before that. tokens: of the answer so far, about one for each event.
    """

    id: str
    user: str
    team: str
    key: str
    alias: str
    endpoint: str
    model: str
    seconds: int
    tokens: int


def relay_running() -> tuple[list[RelayRunning], int]:
    """Return the calls of all processes, oldest first, at most a hundred; and how many there are.

    Of processes that share no Redis, this one's. One query when any runs, none otherwise.
    """
    found, total = running_everywhere()
    shown = found[:MOST_RUNNING]
    names = {call.key_id for call in shown}
    keys: dict[str, ApiKey] = {}
    if names:
        keys = ApiKey.objects.select_related("group").in_bulk(list(names))
    return [_told(call, keys.get(call.key_id)) for call in shown], total


def _told(call: Sighting, key: ApiKey | None) -> RelayRunning:
    return RelayRunning(
        id=call.id,
        user=call.user,
        team=str(key.group) if key and key.group else "",
        key=key.prefix if key else "",
        alias=call.alias,
        endpoint=call.endpoint,
        model=call.model,
        seconds=max(0, int(time.time() - call.started_at)),
        tokens=call.tokens,
    )
