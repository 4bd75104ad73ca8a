"""Signing in elsewhere: the table of methods, leaving for one, and coming back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_urlsafe

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import config
from accounts.auth import saml
from accounts.auth.method_settings import ClientSettings, SamlSettings, SignInSettings
from accounts.auth.oauth_state import Arrival, posted_take, state_stash, state_take
from accounts.auth.provider_grant import openid_arrival
from accounts.auth.social_adapter import Wire
from accounts.errors import ProviderFailedError, SignInCancelledError
from librechat.kernel.errors import NotFoundError

logger = logging.getLogger(__name__)

REASON_LENGTH = 300
CANCELLED = frozenset({"access_denied", "user_cancelled_authorize", "user_cancelled_login"})
# What allauth and the parsing of foreign answers end with; the network's errors are OSErrors.
FAILURES = (
    OSError,
    OAuth2Error,
    PermissionDenied,
    AttributeError,
    ImportError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to sign in elsewhere.

    label: what its button says. wire: the class that speaks its protocol; blank for SAML.
    answers_by_post: its answer is posted, so it comes without our session's cookie.
    is_directory: the operator's own directory: whoever it knows may have an account.
    """

    name: str
    label: str | Promise
    wire: str = ""
    answers_by_post: bool = False
    is_directory: bool = False


METHODS = {
    method.name: method
    for method in (
        Method(
            name="google",
            label=_("Continue with Google"),
            wire="accounts.auth.social_adapter.Google",
        ),
        Method(
            name="facebook",
            label=_("Continue with Facebook"),
            wire="accounts.auth.social_adapter.Facebook",
        ),
        Method(
            name="github",
            label=_("Continue with GitHub"),
            wire="accounts.auth.social_adapter.GitHub",
        ),
        Method(
            name="discord",
            label=_("Continue with Discord"),
            wire="accounts.auth.social_adapter.Discord",
        ),
        Method(
            name="apple",
            label=_("Continue with Apple"),
            wire="accounts.auth.social_adapter.Apple",
            answers_by_post=True,
        ),
        Method(
            name="openid",
            label=_("Continue with OpenID"),
            wire="accounts.auth.openid.OpenId",
            is_directory=True,
        ),
        Method(
            name="saml",
            label=_("Continue with SAML"),
            answers_by_post=True,
            is_directory=True,
        ),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A method on the sign-in page. image_url: the operator's own picture, or blank."""

    name: str
    label: str
    image_url: str = ""


def is_on(name: str) -> bool:
    """Return whether a method is switched on."""
    return settings.ALLOW_SOCIAL_LOGIN and name in settings.SIGN_IN.names


def buttons() -> list[Button]:
    """Return the methods of the sign-in page in the order of ``registration.socialLogins``."""
    known = (name for name in config.registration().social_logins if name in METHODS)
    return [_button(name) for name in dict.fromkeys(known) if is_on(name)]


def _button(name: str) -> Button:
    given: SignInSettings = settings.SIGN_IN
    own = {"openid": given.openid, "saml": given.saml}.get(name)
    label = own.label if own else ""
    return Button(
        name=name,
        label=label or str(METHODS[name].label),
        image_url=own.image_url if own else "",
    )


def method_of(name: str) -> Method:
    """Return a method that is switched on.

    Raises:
        NotFoundError: there is none of that name.
    """
    if not is_on(name):
        raise NotFoundError(gettext("This way to sign in is not switched on."))
    return METHODS[name]


def may_register(method: Method) -> bool:
    """Return whether people the product does not know may come in by a method."""
    return method.is_directory or settings.ALLOW_SOCIAL_REGISTRATION


def depart(request: HttpRequest, method: Method, *, next_url: str) -> str:
    """Return where to send somebody who wants to sign in.

    next_url: the page of ours to go on to afterwards, already known to be ours; or blank.

    Raises:
        ProviderFailedError: the provider cannot be reached or is not as configured.
    """
    try:
        given: SamlSettings | None = settings.SIGN_IN.saml
        if given is not None and method.name == "saml":
            return saml.depart(request, given, next_url)
        return _depart(request, method, next_url)
    except (*FAILURES, ProviderFailedError) as exc:
        raise _failed(method, exc) from exc


def arrive(request: HttpRequest, method: Method) -> Arrival:
    """Return who came back from a provider.

    Raises:
        SignInExpiredError: this browser does not wait for such an answer.
        SignInCancelledError: the person said no there.
        RoleRequiredError: the provider knows them, but not with the role that is needed.
        ProviderFailedError: anything else that is not a proof of who they are.
    """
    fields = posted_take(request) if method.answers_by_post else request.GET.dict()
    try:
        given: SamlSettings | None = settings.SIGN_IN.saml
        if given is not None and method.name == "saml":
            return saml.arrive(request, given, fields)
        return _arrive(request, method, fields)
    except (*FAILURES, ProviderFailedError) as exc:
        raise _failed(method, exc) from exc


def _failed(method: Method, exc: Exception) -> ProviderFailedError:
    reason = f"{type(exc).__name__}: {exc}"[:REASON_LENGTH]
    logger.warning("Sign-in with %s failed: %s", method.name, reason)
    return ProviderFailedError("The other side could not confirm who you are. Try again.")


def _wire(request: HttpRequest, method: Method) -> Wire:
    given: SignInSettings = settings.SIGN_IN
    client = given.openid if method.name == "openid" else given.providers[method.name]
    make: Callable[[HttpRequest, ClientSettings | None], Wire] = import_string(method.wire)
    return make(request, client)


def _depart(request: HttpRequest, method: Method, next_url: str) -> str:
    wire = _wire(request, method)
    pkce = generate_code_challenge() if wire.uses_pkce else {}
    verifier = pkce.pop("code_verifier", "")
    nonce = token_urlsafe(24) if wire.uses_nonce else ""
    client = wire.get_client(request, wire.app)
    state = {"next": next_url, "nonce": nonce, "verifier": verifier}
    client.state = state_stash(request, method.name, state)
    params = {**wire.params, **pkce, **({"nonce": nonce} if nonce else {})}
    url: str = client.get_redirect_url(wire.authorize_url, wire.scope, params)
    return url


def _arrive(request: HttpRequest, method: Method, fields: Mapping[str, str]) -> Arrival:
    state = state_take(request, method.name, fields.get("state"))
    if fields.get("error") in CANCELLED:
        raise SignInCancelledError("Sign-in was cancelled there.")
    if "code" not in fields:
        raise ProviderFailedError(f"The provider answered {fields.get('error', 'nothing')}.")
    wire = _wire(request, method)
    if fields.get("iss", wire.issuer) != wire.issuer:
        raise ProviderFailedError("The answer is of another provider.")
    client = wire.get_client(request, wire.app)
    answer = client.get_access_token(fields["code"], pkce_code_verifier=state["verifier"])
    identity = wire.identity({**answer, "posted_user": fields.get("user")}, nonce=state["nonce"])
    if method.name != "openid":
        return Arrival(identity=identity, next=state["next"])
    return openid_arrival(identity, answer, next_url=state["next"])
