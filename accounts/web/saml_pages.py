"""What a SAML identity provider asks of us: our metadata, and signing people out."""

import logging

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View

from accounts.auth.cookies import cookies_clear
from accounts.auth.method_settings import SamlSettings, saml_is_installed
from accounts.auth.saml_logout import message_take, metadata, saml_on
from accounts.errors import ProviderFailedError

logger = logging.getLogger(__name__)


def _given() -> SamlSettings:
    given = saml_on()
    if given is None or not saml_is_installed():
        raise Http404("SAML is not switched on.")
    return given


class MetadataPage(View):
    """Our metadata, for whoever sets us up at the identity provider."""

    def get(self, _request: HttpRequest) -> HttpResponse:
        """Return the document."""
        try:
            document = metadata(_given())
        except ProviderFailedError as exc:
            logger.warning("There is no SAML metadata: %s", exc)
            raise Http404("SAML is not configured right; the log says why.") from exc
        return HttpResponse(document, content_type="application/samlmetadata+xml")


@method_decorator(never_cache, name="dispatch")
class SingleLogoutPage(View):
    """Where the identity provider sends browsers that sign out."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Do what its message says and go on."""
        given = _given()
        if not given.logout_url:
            raise Http404("Single logout is not switched on.")
        try:
            url = message_take(request, given)
        except ProviderFailedError as exc:
            logger.warning("A SAML message about signing out was refused: %s", exc)
            return HttpResponseBadRequest(
                "This message about signing out is not good; nothing was changed.",
                content_type="text/plain; charset=utf-8",
            )
        response = redirect(url)
        if not request.user.is_authenticated:  # somebody else may be signed in here
            cookies_clear(response)
        return response
