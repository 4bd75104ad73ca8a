"""How pages answer forms."""

import math

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.errors import FreshProofNeededError, SecondFactorNeededError
from librechat.kernel.errors import AppError

INVALID = 422
PARENT_STATUSES = frozenset({403, 429, 503})


def next_url(request: HttpRequest, default: str) -> str:
    """Return where to go on to: a page of ours, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted,
        allowed_hosts={request.get_host()},
        require_https=request.is_secure(),
    )
    return wanted if is_ours else default


def refuse(form: forms.Form, field: str | None, exc: AppError) -> int:
    """Show a failure on the form, next to the field it is about; return the status.

    Raises:
        SecondFactorNeededError, FreshProofNeededError: handed on, a page of its own follows.
    """
    if isinstance(exc, SecondFactorNeededError | FreshProofNeededError):
        raise exc
    form.add_error(field, exc.message)
    return exc.status if exc.status in PARENT_STATUSES else INVALID


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    *,
    refused: AppError | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return a page; after a refusal by a limit it says when to come back."""
    response = render(request, template, context, status=status)
    wait = refused.data.get("retry_after_seconds") if refused else None
    if isinstance(wait, int | float):
        response["Retry-After"] = str(math.ceil(wait))
    return response
