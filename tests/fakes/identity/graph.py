"""Microsoft Graph, as far as it is asked: the groups of whoever the token is of, in pages."""

from typing import Any

import jwt

from tests.fakes.identity.wires import Wires

SOURCE = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://graph.windows.net/me/getMemberObjects"}},
}
APP = "00000003-0000-0000-c000-000000000000"


class Graph:
    """Stands on the made-up provider's own server; ``pages`` are the groups it hands out."""

    def __init__(self, wires: Wires, *pages: list[str]) -> None:
        self.wires = wires
        self.url = f"{wires.url}/v1.0"
        for number, groups in enumerate(pages):
            path = "/v1.0/me/getMemberObjects" + (f"/{number}" if number else "")
            page: dict[str, Any] = {
                "@odata.context": f"{self.url}/$metadata#Collection(Edm.String)",
                "value": groups,
            }
            if number + 1 < len(pages):
                page["@odata.nextLink"] = f"{self.url}/me/getMemberObjects/{number + 1}"
            wires.documents[path] = page

    @property
    def tokens(self) -> list[str]:
        """What each request to Graph showed, oldest first."""
        return [
            headers["Authorization"].removeprefix("Bearer ")
            for path, _, headers in self.wires.asked
            if path.startswith("/v1.0/")
        ]

    def token(self, audience: str = APP) -> str:
        """Return an access token for an audience."""
        return jwt.encode({"aud": audience}, self.wires.key, algorithm="RS256")
