"""The relay's door in this process, as the tests of its modules have it."""

from tests.agents.relay.conftest import door, relay_config

__all__ = ["door", "relay_config"]
