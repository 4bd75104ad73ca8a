"""What every request passes on its way in: bans, idle sessions, and who acts as somebody else."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth import logout as django_logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from accounts.auth.impersonation import RETURN, STOP, acting, is_closed, is_over
from accounts.auth.login import PAGE_SESSION
from accounts.limits.bans import ban_known, ban_of, banned, told
from accounts.limits.caller import Caller, Request, served
from accounts.limits.staff import is_staff
from accounts.models import AuthSession, Ban, User
from accounts.services.idle import session_touch
from accounts.web.language import speak, speak_english

SyncNext = Callable[[HttpRequest], HttpResponseBase]
AsyncNext = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

# Nothing of a person is behind these.
OUTSIDE = (
    "/static/",
    "/health",
    "/livez",
    "/readyz",
    "/metrics",
    "/favicon",
    "/manifest.webmanifest",
    "/sw.js",
    "/offline",
)
# The API asks for bans where it learns who calls; these ask nobody.
OPEN_API = (
    "/api/auth/register",
    "/api/auth/requestPasswordReset",
    "/api/auth/resetPassword",
)
# Ways in and out: they stay open, so that staff get in from a banned address; sign-in itself
# refuses who is banned. The page to sign in says so to the others.
WAYS_IN = ("/login", "/logout", "/oauth/", "/admin/login/")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a request, and the answer that ends it here, if any."""

    known: Request
    refusal: HttpResponse | None = None


@sync_and_async_middleware
def entrance(get_response: SyncNext | AsyncNext) -> SyncNext | AsyncNext:
    """Refuse who is banned, end what has ended, and say for whom the rest works."""
    if iscoroutinefunction(get_response):
        return _asynchronous(get_response)

    def serve(request: HttpRequest) -> HttpResponseBase:
        if _is_program(request):
            speak_english(request)
        entry = _entry(request)
        if entry.refusal is not None:
            return entry.refusal
        with served(entry.known):
            return cast("SyncNext", get_response)(request)  # a plain next step here

    return serve


def _asynchronous(get_response: AsyncNext) -> AsyncNext:
    look = sync_to_async(_entry)

    async def serve(request: HttpRequest) -> HttpResponseBase:
        if _is_program(request):
            speak_english(request)
        entry = _quick(request) if _is_quick(request) else await look(request)
        if entry.refusal is not None:
            return entry.refusal
        with served(entry.known):
            return await get_response(request)

    markcoroutinefunction(serve)
    return serve


def _is_quick(request: HttpRequest) -> bool:
    """Return whether there is nothing to look up: no page, and no page session behind it."""
    if request.path.startswith(OUTSIDE):
        return True
    return _is_program(request) and request.path not in OPEN_API


def _is_program(request: HttpRequest) -> bool:
    """Return whether a client of the API asks: a page of ours would bring its session alone."""
    if not request.path.startswith("/api/"):
        return False
    return "Authorization" in request.headers or not _has_session(request)


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _quick(request: HttpRequest) -> Entry:
    return Entry(Request(caller=Caller.of(request)))


def _entry(request: HttpRequest) -> Entry:
    if _is_quick(request):
        return _quick(request)
    caller = Caller.of(request)
    if request.path == STOP and _has_session(request) and RETURN in request.session:
        # Whatever became of the person meanwhile, the administrator gets back. Not asked for the
        # person: that would throw away an ended session and with it the way back.
        request.user = AnonymousUser()
        return Entry(Request(caller=caller))
    if not request.path.startswith("/api/") or request.path in OPEN_API:
        ban = _ban(request, caller)
        if ban is not None:
            return _kept_out(request, caller, ban)
    if _has_session(request):
        if RETURN in request.session:
            return _acting(request, caller)
        _end_idle(request)
        speak(request)
    return Entry(Request(caller=caller))


def _ban(request: HttpRequest, caller: Caller) -> Ban | None:
    """Return the visitor's ban; a session that a ban ended still says whose it was.

    For somebody with a session the table is asked: a ban that another process has just made
    must be told before the ended session is thrown away, and with it whose it was.
    """
    user_id = request.session.get(SESSION_KEY, "")
    look = ban_of if user_id else ban_known
    return look(
        user_id=user_id,
        address=caller.address,
        is_exempt=lambda: isinstance(request.user, User) and is_staff(request.user),
    )


def _kept_out(request: HttpRequest, caller: Caller, ban: Ban) -> Entry:
    # Not asked for the person: that would throw away the ended session and whose it was.
    request.user = AnonymousUser()
    known = Request(caller=caller, ban_notice=told(ban))
    if request.path.startswith(WAYS_IN):
        return Entry(known)
    error = banned(ban)
    if request.path.startswith("/api/") or _is_script(request):
        return Entry(known, _short(request, error.data["body"], error.status))
    with served(known):
        page = render(request, "accounts/banned.html", status=error.status)
    return Entry(known, page)


def _acting(request: HttpRequest, caller: Caller) -> Entry:
    """Let an administrator act as somebody else, for as long and as far as that goes."""
    session = acting(request)
    if session is None or is_over(session):
        django_logout(request)
        return Entry(Request(caller=caller), redirect(settings.LOGIN_URL))
    known = Request(
        caller=caller,
        impersonator=session.impersonator_id or "",
        acting_until=session.expires_at,
    )
    if not is_closed(request.path):
        return Entry(known)
    problem = _("This cannot be done while you act as somebody else. Nothing was changed.")
    if request.path.startswith("/api/") or _is_script(request):
        return Entry(known, _short(request, {"message": problem}, 403))
    with served(known):
        page = render(request, "problem.html", {"problem": problem}, status=403)
    return Entry(known, page)


def _end_idle(request: HttpRequest) -> None:
    """Sign out a page that nobody used for too long, where sessions end by disuse."""
    name = request.session.get(PAGE_SESSION, "")
    if not settings.SESSION_IDLE_EXPIRY or not name:
        return
    session = AuthSession.objects.alive().filter(pk=name).first()
    if session is None:
        django_logout(request)
    else:
        session_touch(session=session)


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def _short(request: HttpRequest, body: object, status: int) -> HttpResponse:
    response = JsonResponse(body, status=status, safe=False)
    if _is_script(request):
        response["HX-Redirect"] = settings.LOGIN_URL
    return response
