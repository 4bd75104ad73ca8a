"""The page of a shared chat: for anybody, without a script, nothing beyond the snapshot."""

from hashlib import sha256

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.errors import NotSignedInError
from accounts.limits.counters import client_address, limit_check
from accounts.models import User
from conversations.access import shared_link_get
from conversations.models import SharedLink
from conversations.queries.shared_thread import shared_thread
from conversations.services.shares import share_fork
from conversations.web.pages import page, person, refusal, sign_in_first
from librechat.kernel.errors import AppError

KEEP_SECONDS = 60


@require_GET
def share(request: HttpRequest, share_id: str) -> HttpResponse:
    """Show a shared chat; ``?leaf=`` chooses another of its branches."""
    user = request.user if isinstance(request.user, User) else None
    try:
        link = shared_link_get(user, share_id)
    except NotSignedInError:
        return sign_in_first(request)
    except AppError as error:
        return refusal(request, error)
    tag = _tag(request, link, user)
    if request.headers.get("If-None-Match") == tag:
        return _cacheable(HttpResponse(status=304), tag, is_public=user is None)
    thread = shared_thread(link, leaf_id=request.GET.get("leaf", ""))
    context = {"link": link, "thread": thread, "is_signed_in": user is not None}
    response = render(request, "conversations/share.html", context)
    return _cacheable(response, tag, is_public=user is None)


@require_POST
@page
def fork(request: HttpRequest, share_id: str) -> HttpResponse:
    """Continue a shared chat as one's own."""
    user = person(request)
    for rule in ("fork_ip", "fork_user"):
        limit_check(rule, user=user, address=client_address(request))
    link = shared_link_get(user, share_id)
    index = request.POST.get("index", "")
    copy = share_fork(
        user=user,
        link=link,
        target_index=int(index) if index.isdecimal() else None,
    )
    messages.success(request, _("This is your own copy. The shared chat stays as it is."))
    return redirect("chat", copy.conversation_id)


def _tag(request: HttpRequest, link: SharedLink, user: User | None) -> str:
    """Return what names this very page: link, snapshot, branch, language, theme, visitor."""
    look = (request.LANGUAGE_CODE, request.COOKIES.get("theme", ""), user.pk if user else "")
    leaf = request.GET.get("leaf", "")[:64]
    digest = sha256("\n".join((leaf, *look)).encode()).hexdigest()
    return f'"{link.pk}-{link.revision}-{digest[:12]}"'


def _cacheable(response: HttpResponse, tag: str, *, is_public: bool) -> HttpResponse:
    """Let caches keep the page for a minute: a revoked link is gone that soon everywhere."""
    response["ETag"] = tag
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "same-origin"
    if is_public:
        patch_cache_control(response, public=True, max_age=KEEP_SECONDS)
    else:
        patch_cache_control(response, private=True, no_cache=True)
    return response
