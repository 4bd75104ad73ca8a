"""The made-up provider's token endpoint, when it gives refresh tokens."""

from collections.abc import Callable
from typing import Any

from tests.fakes.identity.wires import Wires


class Grants:
    """Gives ``refresh-1``, ``refresh-2`` …; ``instead`` answers a refresh in their place."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._given = 0
        self.instead: Callable[[], Any] | None = None
        self.more: dict[str, Any] = {}
        wires.documents["/token"] = self._answer

    @property
    def refreshed_with(self) -> list[str]:
        """The refresh tokens that were sent, oldest first."""
        return [
            fields["refresh_token"]
            for path, fields, _ in self._wires.asked
            if path == "/token" and fields["grant_type"] == "refresh_token"
        ]

    def _answer(self, fields: dict[str, str]) -> Any:
        if fields["grant_type"] == "refresh_token" and self.instead is not None:
            return self.instead()
        self._given += 1
        return {
            "access_token": f"access-{self._given}",
            "id_token": self._wires.id_token(),
            "refresh_token": f"refresh-{self._given}",
            "token_type": "Bearer",
            "expires_in": 300,
            **self.more,
        }
