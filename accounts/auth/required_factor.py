"""Roles whose people must have a second factor: until then nothing else is open to them."""

from django.utils.translation import gettext as _

from accounts.errors import SecondFactorRequiredError
from accounts.limits.caller import serving
from accounts.models import User
from accounts.services.second_factors import second_factor_missing

OPEN_PREFIX = "/api/auth/"
OPEN_PATHS = frozenset({"/api/user", "/api/config", "/api/banner"})


def required_factor_check(user: User, path: str) -> None:
    """Pass when the person may use this path of the API.

    An administrator who acts as them has proved who they are themselves, and could not set up
    the person's factor either.

    Raises:
        SecondFactorRequiredError: they must set up a second factor first.
    """
    if path.startswith(OPEN_PREFIX) or path in OPEN_PATHS or serving().impersonator:
        return
    if second_factor_missing(user):
        raise SecondFactorRequiredError(
            _("Your role requires two-factor sign-in. Set it up in the settings to go on."),
        )
