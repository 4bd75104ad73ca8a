"""What each provider says of Ada."""

from dataclasses import dataclass, field
from typing import Any

import pytest

ADDRESS = "ada@example.org"

CONFIRMED = {"email": ADDRESS, "email_verified": True, "name": "Ada L", "sub": "person-1"}


@dataclass(frozen=True)
class Wire:
    """What one provider says of Ada."""

    name: str
    claims: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    uid: str = "person-1"
    scope: frozenset[str] = frozenset()
    has_pkce: bool = True


WIRES = [
    Wire("google", claims=CONFIRMED, scope=frozenset({"openid", "profile", "email"})),
    Wire(
        "github",
        documents={
            "/profile": {"id": 7, "login": "ada", "name": "Ada L", "avatar_url": "https://a/7"},
            "/emails": [
                {"email": "old@example.org", "primary": False, "verified": True},
                {"email": ADDRESS, "primary": True, "verified": True},
            ],
        },
        uid="7",
        scope=frozenset({"user:email", "read:user"}),
    ),
    Wire(
        "discord",
        documents={
            "/profile": {
                "id": "8",
                "username": "ada",
                "global_name": "Ada L",
                "avatar": "abc",
                "email": ADDRESS,
                "verified": True,
            },
        },
        uid="8",
        scope=frozenset({"identify", "email"}),
    ),
    Wire(
        "facebook",
        documents={
            "/profile": {
                "id": "9",
                "name": "Ada L",
                "email": ADDRESS,
                "picture": {"data": {"url": "https://f/9.jpg"}},
            },
        },
        uid="9",
        scope=frozenset({"public_profile,email"}),
        has_pkce=False,
    ),
    Wire("apple", claims=CONFIRMED, scope=frozenset({"name", "email"}), has_pkce=False),
]

EACH = pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.name)
