"""Second factors under LibreChat's ``/api/auth/2fa``, and the proof for sensitive acts."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.auth import OpenView
from accounts.api.bodies import body_of
from accounts.api.shapes import user_json
from accounts.auth.cookies import cookies_set
from accounts.auth.drf import signed_in
from accounts.auth.second_step import code_check, code_use, login_with_code
from accounts.auth.step_up import prove_with_code, prove_with_password, step_up_check
from accounts.limits.caller import Caller
from accounts.services.backup_codes import codes_of
from accounts.services.second_factors import (
    backup_codes_renew,
    second_factor_on,
    second_factor_remove,
    setup_finish,
    setup_fits,
    setup_prove,
    setup_start,
)

CODES = {
    "token": serializers.CharField(required=False),
    "backupCode": serializers.CharField(required=False),
}
PROOF = inline_serializer("TotpVerification", dict(CODES))
TEMPORARY = inline_serializer("TwoFactorTemp", {**CODES, "tempToken": serializers.CharField()})
STEP_UP = inline_serializer(
    "StepUp",
    {**CODES, "password": serializers.CharField(required=False)},
)


class EnableView(APIView):
    """The beginning of a setup."""

    @extend_schema(request=PROOF, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Return a secret and backup codes; nothing changes until they are confirmed.

        With two-factor sign-in on a code is needed, else a fresh sign-in.
        """
        user = signed_in(request)
        if second_factor_on(user):
            _check(request)
        else:
            step_up_check(request)
        setup = setup_start(user=user)
        return Response({"otpauthUrl": setup.url, "backupCodes": setup.codes})


class VerifyView(APIView):
    """Trying a code."""

    @extend_schema(request=PROOF, responses=None)
    def post(self, request: Request) -> Response:
        """Pass when the code fits, of the setup under way or of what is on; nothing is used up."""
        if not setup_fits(user=signed_in(request), code=str(body_of(request).get("token", ""))):
            _check(request)
        return Response()


class ConfirmView(APIView):
    """The end of a setup."""

    @extend_schema(request=PROOF, responses=None)
    def post(self, request: Request) -> Response:
        """Switch two-factor sign-in on."""
        user = signed_in(request)
        setup_prove(user=user, code=str(body_of(request).get("token", "")))
        setup_finish(user=user, caller=Caller.of(request))
        return Response()


class DisableView(APIView):
    """The end of two-factor sign-in."""

    @extend_schema(request=PROOF, responses=None)
    def post(self, request: Request) -> Response:
        """Remove app, passkeys and backup codes."""
        user = signed_in(request)
        if second_factor_on(user):
            _use(request)
        second_factor_remove(user=user, caller=Caller.of(request))
        return Response()


class RegenerateView(APIView):
    """New backup codes."""

    @extend_schema(request=PROOF, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Replace the backup codes."""
        user = signed_in(request)
        if second_factor_on(user):
            _use(request)
        codes = backup_codes_renew(user=user, caller=Caller.of(request))
        return Response({"backupCodes": codes, "backupCodesHash": codes_of(user)})


class VerifyTempView(OpenView):
    """The second step of a sign-in."""

    limit_rules = ("two_factor_ip",)

    @extend_schema(request=TEMPORARY, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Sign in with the token of the first step and a code."""
        body = body_of(request)
        login = login_with_code(
            token=body.get("tempToken"),
            code=body.get("token"),
            backup_code=body.get("backupCode"),
            caller=Caller.of(request),
        )
        response = Response({"token": login.access_token, "user": user_json(login.user)})
        cookies_set(response, login.refresh_token, login.session.expires_at)
        return response


class StepUpView(APIView):
    """A fresh proof."""

    @extend_schema(request=STEP_UP, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Prove who I am: for five minutes sensitive acts are open to this session."""
        user, body = signed_in(request), body_of(request)
        if second_factor_on(user):
            code, backup_code = body.get("token"), body.get("backupCode")
            prove_with_code(request, user, code=code, backup_code=backup_code)
        else:
            prove_with_password(request, user, password=body.get("password"))
        return Response({"message": "Confirmed for five minutes."})


def _check(request: Request) -> None:
    body = body_of(request)
    code_check(
        user=signed_in(request),
        code=body.get("token"),
        backup_code=body.get("backupCode"),
        caller=Caller.of(request),
    )


def _use(request: Request) -> None:
    body = body_of(request)
    code_use(
        user=signed_in(request),
        code=body.get("token"),
        backup_code=body.get("backupCode"),
        caller=Caller.of(request),
    )
