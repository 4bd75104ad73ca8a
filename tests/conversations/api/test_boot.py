"""What LibreChat's client asks at boot, for features that hold nothing yet."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories.people import sign_in


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/api/search/enable", True),
        ("/api/tags", []),
        ("/api/presets", []),
        (
            "/api/projects?sortBy=lastConversationAt&limit=25",
            {"projects": [], "nextCursor": None},
        ),
        ("/api/share/link/C", {"success": False, "shareId": None, "conversationId": "C"}),
        ("/api/files", []),
        ("/api/files/config", {}),
        ("/api/files/speech/config/get", {"sttExternal": False, "ttsExternal": False}),
    ],
)
def test_the_client_boots_on_empty_answers(owner: User, path: str, answer: object) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(owner).access_token}")
    response = client.get(path)
    assert (response.status_code, response.json()) == (200, answer)
