"""Sign-in, sign-out, registration and forgotten passwords under LibreChat's ``/api/auth``."""

from collections.abc import Sequence

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.bodies import body_of
from accounts.api.shapes import user_json
from accounts.auth.cookies import REFRESH, cookies_clear, cookies_set
from accounts.auth.drf import OptionalAuthentication, session_of
from accounts.auth.login import login_with_password, logout
from accounts.auth.openid_refresh import login_refresh
from accounts.auth.provider_grant import provider_of
from accounts.auth.saml_logout import sign_out_url
from accounts.errors import NotSignedInError
from accounts.limits.caller import Caller
from accounts.limits.drf import Limited
from accounts.services.mail import mail_is_configured
from accounts.services.password_reset import password_reset, password_reset_request
from accounts.services.people import user_register
from accounts.services.registration import Registration

TEXT = "text/plain; charset=utf-8"


LOGIN = inline_serializer(
    "Login",
    {"email": serializers.CharField(), "password": serializers.CharField()},
)
REGISTER = inline_serializer(
    "Register",
    {
        "name": serializers.CharField(),
        "username": serializers.CharField(required=False),
        "email": serializers.CharField(),
        "password": serializers.CharField(),
        "confirm_password": serializers.CharField(required=False),
        "token": serializers.CharField(required=False),
    },
)
RESET_REQUEST = inline_serializer("ResetRequest", {"email": serializers.CharField()})
RESET = inline_serializer(
    "Reset",
    {
        "userId": serializers.CharField(),
        "token": serializers.CharField(),
        "password": serializers.CharField(),
    },
)


class OpenView(Limited):
    """A view that needs nobody signed in."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes = (AllowAny,)


class RegisterView(OpenView):
    """Registration."""

    limit_rules = ("register",)

    @extend_schema(request=REGISTER, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Register; the answer is the same for an address that is taken."""
        body = body_of(request)
        user_register(
            Registration(
                name=body.get("name"),
                username=body.get("username"),
                email=body.get("email"),
                password=body.get("password"),
                confirmation=body.get("confirm_password"),
                invite=body.get("token"),
            ),
            caller=Caller.of(request),
        )
        if mail_is_configured() and not body.get("token"):
            return Response({"message": "Check your mail to confirm the address, then sign in."})
        return Response({"message": "Registration complete. You can sign in now."})


class LoginView(OpenView):
    """Sign-in."""

    limit_rules = ("login",)

    @extend_schema(request=LOGIN, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Sign in with e-mail and password."""
        body = body_of(request)
        login = login_with_password(
            email=body.get("email"),
            password=body.get("password"),
            caller=Caller.of(request),
        )
        response = Response({"token": login.access_token, "user": user_json(login.user)})
        cookies_set(response, login.refresh_token, login.session.expires_at)
        return response


class RefreshView(OpenView):
    """A new access token for the refresh cookie."""

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response | HttpResponse:
        """Rotate the refresh token; refusals are plain text, as LibreChat's clients expect."""
        token = request.COOKIES.get(REFRESH, "")
        if not token:
            return HttpResponse("Refresh token not provided", content_type=TEXT)
        try:
            login = login_refresh(token=token)
        except NotSignedInError as exc:
            return HttpResponse(exc.message, status=exc.status, content_type=TEXT)
        user = {name: value for name, value in user_json(login.user).items() if name != "id"}
        response = Response({"token": login.access_token, "user": user})
        session = login.session
        cookies_set(
            response,
            login.refresh_token,
            session.expires_at,
            provider=provider_of(session),
        )
        return response


class LogoutView(OpenView):
    """Sign-out."""

    authentication_classes = (OptionalAuthentication,)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """End the session and clear its cookies; also right when there is none."""
        refresh = request.COOKIES.get(REFRESH, "")
        leave_url = sign_out_url(request)
        logout(request, refresh_token=refresh, session_id=session_of(request))
        there = {"redirect": leave_url} if leave_url else {}
        response = Response({"message": "Logout successful", **there})
        cookies_clear(response)
        return response


class ResetRequestView(OpenView):
    """The first step of a forgotten password."""

    limit_rules = ("reset_request",)

    @extend_schema(request=RESET_REQUEST, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Mail a reset link; it is returned instead while no mail is set up."""
        link = password_reset_request(
            email=body_of(request).get("email"),
            caller=Caller.of(request),
        )
        if link is not None:
            return Response({"link": link})
        return Response({"message": "If the address has an account, a mail is on its way."})


class ResetView(OpenView):
    """The second step of a forgotten password."""

    limit_rules = ("reset_submit",)

    @extend_schema(request=RESET, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Set a new password with a reset link."""
        body = body_of(request)
        password_reset(
            token=body.get("token"),
            password=body.get("password"),
            user_id=body.get("userId", ""),
            caller=Caller.of(request),
        )
        return Response({"message": "Password reset was successful"})
