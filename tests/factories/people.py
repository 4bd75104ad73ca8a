"""People, sign-ins and roles."""

from typing import Any

from django.test import Client

from accounts.access.permissions import permission_defaults
from accounts.auth.login import Login, login_complete
from accounts.limits.caller import Caller
from accounts.models import USER, Role, User
from librechat.kernel.ids import short_id

PASSWORD = "correct horse battery"
CALLER = Caller(address="192.0.2.7", user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0")


def person(
    email: str = "",
    *,
    password: str | None = PASSWORD,
    name: str = "Somebody",
    role: str = USER,
    email_verified: bool = True,
    **fields: object,
) -> User:
    """Return a new person."""
    return User.objects.create_user(
        email or f"{short_id(8).lower()}@example.org",
        password,
        name=name,
        role=role,
        email_verified=email_verified,
        **fields,
    )


def sign_in(user: User) -> Login:
    """Return a new sign-in of a person, with its tokens."""
    return login_complete(user=user, caller=CALLER)


def bearer(user: User) -> dict[str, str]:
    """Return the headers of a request with an access token: ``client.get(url, headers=…)``."""
    return {"Authorization": f"Bearer {sign_in(user).access_token}"}


def post_auth(client: Client, path: str, body: object = None, **kwargs: Any) -> Any:
    """Post JSON to a route of ``/api/auth``."""
    return client.post(f"/api/auth/{path}", body or {}, content_type="application/json", **kwargs)


def role(name: str, **allowed: dict[str, bool]) -> Role:
    """Return a new role that allows what is given: ``role("guest", AGENTS={"USE": True})``."""
    permissions = permission_defaults(name)
    for kind, answers in allowed.items():
        permissions[kind] = {**permissions[kind], **answers}
    return Role.objects.create(name=name, permissions=permissions)
