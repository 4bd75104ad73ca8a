"""The exchange of passkeys (WebAuthn) with a browser.

A challenge is kept in the page session, is good for one answer, one purpose and five minutes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.errors import PasskeyRefusedError
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services.passkeys import passkey_use, passkeys_of
from librechat.kernel import clock

CHALLENGE = "passkey_challenge"
LIFETIME = timedelta(minutes=5)
MAX_ANSWER_LENGTH = 64 * 1024
REFUSED = gettext_noop("The passkey was not accepted. Nothing was changed; please try again.")


@dataclass(frozen=True, slots=True)
class Registered:
    """A verified registration: what to store, and where its count of signatures starts."""

    credential: dict[str, object]
    sign_count: int


def passkeys_possible() -> bool:
    """Return whether browsers allow passkeys at our address: a name, not a number, over TLS."""
    address = urlsplit(settings.DOMAIN_CLIENT)
    host = address.hostname or ""
    is_number = host.replace(".", "").isdigit() or ":" in host
    return not is_number and (address.scheme == "https" or host == "localhost")


def registration_begin(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser needs to make a passkey for somebody."""
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(
            id=user.pk.encode(),
            name=user.email,
            display_name=user.display_name,
        ),
        credentials=_descriptors(user),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        extensions={"credProps": True},
    )
    _keep(request, "register", state)
    return dict(options)


def registration_finish(request: HttpRequest, answer: object) -> Registered:
    """Verify the browser's answer.

    answer: its JSON text.

    Raises:
        PasskeyRefusedError: it is malformed, of another origin or challenge, or too late.
    """
    state = _take(request, "register")
    credential = _parsed(answer)
    try:
        response = RegistrationResponse.from_dict(credential)
        verified = _server().register_complete(state, response)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as exc:
        raise PasskeyRefusedError(_(REFUSED)) from exc
    return Registered(credential, verified.counter)


def authentication_begin(
    request: HttpRequest,
    purpose: str,
    user: User | None,
) -> dict[str, Any]:
    """Return what the browser needs to prove that it has a passkey.

    user: whose passkeys to ask for; None to let the person choose one, which must then check
    who uses it (by fingerprint, PIN …), because nothing else is asked.
    """
    options, state = _server().authenticate_begin(
        _descriptors(user) if user else None,
        user_verification=(
            UserVerificationRequirement.PREFERRED if user else UserVerificationRequirement.REQUIRED
        ),
    )
    _keep(request, purpose, state)
    return dict(options)


def authentication_finish(
    request: HttpRequest,
    purpose: str,
    answer: object,
    user: User | None,
) -> Authenticator:
    """Verify the browser's answer and return the passkey that was used.

    user: whose passkey it must be; None for whoever the passkey names.

    Raises:
        PasskeyRefusedError: it is malformed, unknown, of another origin or challenge, too late,
            or its key seems to have been copied.
    """
    state = _take(request, purpose)
    given = _parsed(answer)
    try:
        response = AuthenticationResponse.from_dict(given)
        passkey = _passkey(response, user)
        credential = _credential(passkey)
        _server().authenticate_complete(state, [credential], response)
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError) as exc:
        raise PasskeyRefusedError(_(REFUSED)) from exc
    count = response.response.authenticator_data.counter
    passkey_use(passkey=passkey, sign_count=count, caller=Caller.of(request))
    return passkey


def _server() -> Fido2Server:
    address = urlsplit(settings.DOMAIN_CLIENT)
    origin = f"{address.scheme}://{address.netloc}"
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=address.hostname or "", name=settings.APP_TITLE),
        verify_origin=lambda given: given == origin,
    )


def _passkey(response: AuthenticationResponse, user: User | None) -> Authenticator:
    handle = response.response.user_handle
    owner = handle.decode() if handle is not None else user and user.pk
    if owner is None or (user is not None and owner != user.pk):
        raise ValueError("Nobody, or somebody else, is named.")
    rows = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, user=owner)
    for row in rows.select_related("user"):
        if _credential(row).credential_id == response.raw_id:
            return row
    raise ValueError("Unknown credential.")


def _credential(passkey: Authenticator) -> AttestedCredentialData:
    stored = RegistrationResponse.from_dict(passkey.data["credential"])
    data: AttestedCredentialData | None = (
        stored.response.attestation_object.auth_data.credential_data
    )
    if data is None:
        raise ValueError("The stored passkey has no key.")
    return data


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            type=PublicKeyCredentialType.PUBLIC_KEY,
            id=websafe_decode(str(passkey.data["credential"]["rawId"])),
        )
        for passkey in passkeys_of(user)
    ]


def _keep(request: HttpRequest, purpose: str, state: Mapping[str, object]) -> None:
    request.session[CHALLENGE] = {
        "purpose": purpose,
        "state": dict(state),
        "until": (clock.now() + LIFETIME).timestamp(),
    }


def _take(request: HttpRequest, purpose: str) -> dict[str, str]:
    kept = request.session.pop(CHALLENGE, None)
    if kept is None or kept["purpose"] != purpose or kept["until"] <= clock.now().timestamp():
        raise PasskeyRefusedError(_("The request ran out. Please try again."))
    state: dict[str, str] = kept["state"]
    # Two requests with one session see the same challenge; the cache lets one of them through.
    if not cache.add(f"{CHALLENGE}:{state['challenge']}", "used", LIFETIME.total_seconds()):
        raise PasskeyRefusedError(_("The request ran out. Please try again."))
    return state


def _parsed(answer: object) -> dict[str, object]:
    try:
        if isinstance(answer, str) and len(answer) <= MAX_ANSWER_LENGTH:
            parsed = json.loads(answer)
            if isinstance(parsed, dict):
                return parsed
    except (ValueError, RecursionError):
        pass
    raise PasskeyRefusedError(_(REFUSED))
