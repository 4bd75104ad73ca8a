"""Confirming e-mail addresses under LibreChat's ``/api/user/verify``."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import OpenView
from accounts.api.bodies import body_of
from accounts.limits.caller import Caller
from accounts.services.verification import verification_finish, verification_resend

VERIFY = inline_serializer(
    "Verify",
    {"email": serializers.CharField(), "token": serializers.CharField()},
)
RESEND = inline_serializer("VerifyResend", {"email": serializers.CharField()})


class VerifyView(OpenView):
    """The second step: the token of the mail."""

    limit_rules = ("verify_submit",)

    @extend_schema(request=VERIFY, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Count an address as verified."""
        body = body_of(request)
        verification_finish(
            email=body.get("email"),
            token=body.get("token"),
            caller=Caller.of(request),
        )
        return Response({"status": "success", "message": "The e-mail address is verified."})


class ResendView(OpenView):
    """The mail once more."""

    limit_rules = ("verify_request",)

    @extend_schema(request=RESEND, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Mail the link again; the answer is the same for every address."""
        verification_resend(email=body_of(request).get("email"))
        return Response({"message": "If the address waits for it, a mail is on its way."})
