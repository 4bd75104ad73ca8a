"""Signing in elsewhere: leaving, coming back, and being told why it did not work."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View
from typing_extensions import override

from accounts.auth import social
from accounts.auth.cookies import cookies_set
from accounts.auth.login import NEXT, login_complete, page_open
from accounts.auth.oauth_state import posted_put
from accounts.auth.provider_grant import SIGN_OUT_HINT, grant_put, grant_take, provider_of
from accounts.auth.saml import SUBJECT
from accounts.errors import SecondFactorNeededError
from accounts.limits.caller import Caller
from accounts.limits.counters import limit_check
from accounts.services.identities import identity_user
from accounts.web.answers import next_url
from librechat.kernel.errors import AppError, NotFoundError

FAILED = "auth_failed"
MESSAGE = "sign_in_refusal"
HINTS = (SIGN_OUT_HINT, SUBJECT)
# What the sign-in page says; codes that are not here bring their own words in the session.
SENTENCES = {
    FAILED: _("The sign-in was not confirmed there. Try again, or sign in another way."),
    "sign_in_cancelled": _("You broke off the sign-in. Nothing was changed."),
    "sign_in_expired": _("That sign-in took too long or was used before. Start again."),
    "provider_mismatch": _(
        "There is already an account with your e-mail address that signs in another way."
        " Sign in the way you did before.",
    ),
    "email_missing": _(
        "No e-mail address was handed over, and an account needs one. Allow it there and try again."
    ),
    "email_not_verified": _(
        "Your e-mail address is not confirmed there. Confirm it, then sign in again.",
    ),
    "registration_closed": _("New accounts are not accepted here. Ask the people who run this."),
    "domain_not_allowed": _("E-mail addresses like yours cannot be used here."),
    "role_required": _("You are known there, but not as somebody who may use this."),
    "account_disabled": _("This account has been disabled. Ask the people who run this."),
    "too_many_requests": _("Too many tries. Wait a few minutes, then sign in again."),
}


class MethodView(View):
    """A step of signing in by one method."""

    method: social.Method

    @override
    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the method."""
        super().setup(request, *args, **kwargs)
        try:
            self.method = social.method_of(kwargs["name"])
        except NotFoundError as exc:
            raise Http404(exc.message) from exc


@method_decorator(never_cache, name="dispatch")
class DepartPage(MethodView):
    """The way to a provider."""

    def get(self, request: HttpRequest, **_name: str) -> HttpResponse:
        """Remember who left and where they wanted to go, and send them on."""
        caller = Caller.of(request)
        try:
            limit_check("login", address=caller.address)
            url = social.depart(request, self.method, next_url=next_url(request, ""))
        except AppError as exc:
            return _refused(request, exc)
        return redirect(url)


@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class ArrivePage(MethodView):
    """The way back. Posted answers carry no cookie of ours: they are put aside for a moment."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        """Sign in whoever the provider names."""
        caller = Caller.of(request)
        try:
            arrival = social.arrive(request, self.method)
            request.session[NEXT] = arrival.next
            grant_put(request, arrival)
            _hints_put(request, arrival.hints)
            user = identity_user(
                identity=arrival.identity,
                caller=caller,
                may_register=social.may_register(self.method),
            )
            login = login_complete(user=user, caller=caller, method=name)
        except SecondFactorNeededError:
            raise
        except AppError as exc:
            return _refused(request, exc)
        page_open(request, login)
        request.session.pop(NEXT, None)
        # Again: the session may have been another person's before.
        _hints_put(request, arrival.hints)
        wanted = arrival.next or settings.LOGIN_REDIRECT_URL
        response = redirect(f"{settings.DOMAIN_CLIENT}{wanted}")
        session = login.session
        cookies_set(
            response,
            login.refresh_token,
            session.expires_at,
            provider=provider_of(session),
        )
        return response

    def post(self, request: HttpRequest, **_name: str) -> HttpResponseBase:
        """Put a posted answer aside and let the browser come again with its cookies."""
        if not self.method.answers_by_post:
            return HttpResponseNotAllowed(["GET"])
        try:
            limit_check("login", address=Caller.of(request).address)
        except AppError as exc:
            return _refused(request, exc)
        return posted_put(request, request.POST.dict())


class ErrorPage(View):
    """Where LibreChat sends people whose sign-in elsewhere failed."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Go on to the sign-in page with the reason; it must not send them away again."""
        code = request.GET.get("error", FAILED)
        query = urlencode({"redirect": "false", "error": code[:64]})
        return redirect(f"{settings.LOGIN_URL}?{query}")


def refusal(request: HttpRequest) -> str:
    """Return why the last sign-in elsewhere failed, for the sign-in page; blank if it did not."""
    code = request.GET.get("error", "")
    own = request.session.pop(MESSAGE, "") if MESSAGE in request.session else ""
    if not code:
        return ""
    return str(SENTENCES.get(code) or own or SENTENCES[FAILED])


def leads_away(request: HttpRequest) -> bool:
    """Return whether the sign-in page hands people straight to the OpenID provider."""
    given = settings.SIGN_IN.openid
    wants = given is not None and given.auto_redirect and social.is_on("openid")
    return wants and request.GET.get("redirect") != "false"


def _hints_put(request: HttpRequest, hints: Mapping[str, object]) -> None:
    """Keep what is needed to sign out where somebody came from, and nothing of elsewhere."""
    for name in HINTS:
        request.session.pop(name, None)
    request.session.update(hints)


def _refused(request: HttpRequest, exc: AppError) -> HttpResponse:
    _hints_put(request, {})
    grant_take(request)
    if exc.code not in SENTENCES:
        request.session[MESSAGE] = exc.message
    return redirect(f"/oauth/error?{urlencode({'error': exc.code})}")
