"""LibreChat's own client library, run by Node."""

from tests.fakes.client.library import Library, Refused, install

__all__ = ["Library", "Refused", "install"]
