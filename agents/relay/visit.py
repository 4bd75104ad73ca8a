"""One request that came through the door: whose it is, and what it wants."""

from dataclasses import dataclass

from agents.relay.exchange import Exchange
from agents.relay.keys import KeyFacts
from agents.relay.live import Live
from agents.relay.problems import Speech
from agents.relay.record import Record
from agents.relay.routes import Route
from agents.relay.service import Service


@dataclass(frozen=True, slots=True)
class Visit:
    """``rest``: what follows the route in the path, as the name of a model."""

    service: Service
    exchange: Exchange
    facts: KeyFacts
    record: Record
    route: Route
    rest: str
    speech: Speech
    live: Live
