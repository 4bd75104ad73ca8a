"""What is remembered while somebody is away signing in elsewhere.

A state lives in the session of the browser that left, works once and for ten minutes, or as
long as ``registration.oauthStateTtlMs`` says; allauth keeps it. Providers that post their answer
come without the session's cookie (SameSite): the answer is put aside under a cookie of its own,
and the browser comes once more with both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponseRedirect

from accounts import config
from accounts.errors import SignInExpiredError
from accounts.services.identities import Identity
from librechat.kernel import clock

UNTIL = "until"
POSTED = "posted_sign_in"
POSTED_COOKIE = "posted-sign-in"
POSTED_SECONDS = 300
POSTED_FIELDS = ("SAMLResponse", "RelayState", "code", "state", "error", "iss", "user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody came back. next: the page of ours they wanted, or blank.

    refresh_token: to go on with the session at the provider, where that is on and it gave one.
    lasts: for how long the provider need not be asked again. hints: what the page session keeps
    for signing out there.
    """

    identity: Identity
    next: str = ""
    hints: Mapping[str, object] = field(default_factory=dict)
    refresh_token: str = ""
    lasts: timedelta = timedelta()


def state_stash(
    request: HttpRequest,
    method: str,
    state: dict[str, Any],
    *,
    state_id: str | None = None,
) -> str:
    """Remember a state for one answer to one method; return its name."""
    lasts = _lasts()
    name: str = statekit.stash_state(
        request,
        provider_id=method,
        state={**state, UNTIL: (clock.now() + lasts).timestamp()},
        state_id=state_id,
    )
    longer = lasts.total_seconds() - statekit.STATE_TTL
    if longer > 0:
        # allauth forgets after a time of its own, counted from the one it wrote down.
        states = statekit.get_states(request)
        kept, since, provider_id = states[name]
        states[name] = (kept, since + longer, provider_id)
        request.session[statekit.STATES_SESSION_KEY] = states
    return name


def _lasts() -> timedelta:
    milliseconds = config.registration().oauth_state_ttl_ms
    return timedelta(seconds=statekit.STATE_TTL if milliseconds is None else milliseconds / 1_000)


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
    if state is None or state.pop(UNTIL, 0) <= clock.now().timestamp():
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
