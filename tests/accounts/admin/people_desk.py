"""Actions on people, as an administrator's form sends them."""

from typing import Any

from django.test import Client

PEOPLE = "/admin/accounts/user/"


def act(desk: Client, action: str, *chosen: Any, path: str = PEOPLE, **given: object) -> Any:
    """Choose an action and confirm it."""
    names = [one.pk for one in chosen]
    body = {"action": action, "_selected_action": names, "confirmed": "yes", **given}
    return desk.post(path, body, follow=True)
