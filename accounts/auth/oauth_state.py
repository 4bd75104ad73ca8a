"""What is remembered while somebody is away signing in elsewhere.

A state lives in the session of the browser that left, works once and for ten minutes; allauth
keeps it. Providers that post their answer come without the session's cookie (SameSite): the
answer is put aside under a cookie of its own, and the browser comes once more with both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponseRedirect

from accounts.errors import SignInExpiredError
from accounts.services.identities import Identity

POSTED = "posted_sign_in"
POSTED_COOKIE = "posted-sign-in"
POSTED_SECONDS = 300
POSTED_FIELDS = ("SAMLResponse", "RelayState", "code", "state", "error", "iss", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody came back. next: the page of ours they wanted, or blank."""

    identity: Identity
    next: str = ""
    id_token: str = ""


def state_stash(
    request: HttpRequest,
    method: str,
    state: dict[str, Any],
    *,
    state_id: str | None = None,
) -> str:
    """Remember a state for one answer to one method; return its name."""
    name: str = statekit.stash_state(
        request,
        provider_id=method,
        state=state,
        state_id=state_id,
    )
    return name


def state_take(request: HttpRequest, method: str, state_id: str | None) -> dict[str, Any]:
    """Return a state and forget it.

    Raises:
        SignInExpiredError: this browser has no such state, or not any more.
    """
    state: dict[str, Any] | None = statekit.unstash_state(
        request,
        provider_id=method,
        state_id=state_id or "",
    )
    if state is None:
        raise SignInExpiredError("This sign-in is no longer waited for. Start again.")
    return state


def posted_put(request: HttpRequest, fields: Mapping[str, str]) -> HttpResponseRedirect:
    """Put a posted answer aside; return the redirect on which the browser comes again."""
    response = HttpResponseRedirect(request.path)
    aside = LoginSession(request, POSTED, POSTED_COOKIE)
    aside.store.update({name: fields[name] for name in POSTED_FIELDS if name in fields})
    aside.store.set_expiry(POSTED_SECONDS)
    aside.save(response)
    response.cookies[POSTED_COOKIE]["httponly"] = True
    return response


def posted_take(request: HttpRequest) -> dict[str, str]:
    """Return the answer that was put aside and forget it; empty when there is none."""
    aside = LoginSession(request, POSTED, POSTED_COOKIE)
    fields = {name: str(value) for name, value in aside.store.items() if name[0] != "_"}
    aside.delete()
    return fields
