"""Errors about people and sign-in."""

from librechat.kernel.errors import AppError, ConflictError, ForbiddenError, InvalidInputError


class NotSignedInError(AppError):
    """Nobody is signed in, or the token is no longer good."""

    code = "not_signed_in"
    status = 401


class LoginRefusedError(AppError):
    """Unknown address or wrong password; both look the same."""

    code = "login_refused"
    status = 404  # what LibreChat's clients expect


class EmailNotVerifiedError(AppError):
    """The password is right, but the address was never confirmed."""

    code = "email_not_verified"
    status = 422


class AccountDisabledError(ForbiddenError):
    """The account is switched off."""

    code = "account_disabled"


class EmailLoginOffError(ForbiddenError):
    """Sign-in by e-mail and password is switched off."""

    code = "email_login_off"


class RegistrationClosedError(ForbiddenError):
    """New accounts are not accepted."""

    code = "registration_closed"


class DomainNotAllowedError(ForbiddenError):
    """Addresses of this domain are not accepted."""

    code = "domain_not_allowed"


class InvalidRegistrationError(AppError):
    """The registration form has mistakes; the message names each field."""

    code = "invalid_registration"
    status = 404  # what LibreChat's clients expect


class SessionEndedError(NotSignedInError):
    """The refresh token belongs to no living session."""

    code = "session_ended"


class RefreshTokenReusedError(SessionEndedError):
    """A refresh token was presented a second time; its session is ended."""

    code = "refresh_token_reused"


class PasswordResetOffError(ForbiddenError):
    """Password reset is switched off."""

    code = "password_reset_off"


class InvalidResetTokenError(InvalidInputError):
    """The reset link is unknown, used or too old."""

    code = "invalid_reset_token"


class WrongPasswordError(InvalidInputError):
    """The current password is not right."""

    code = "wrong_password"


class AccountDeletionOffError(ForbiddenError):
    """People may not delete their own account here."""

    code = "account_deletion_off"


class LastAdminError(ConflictError):
    """The last administrator cannot be removed or demoted while others have accounts."""

    code = "last_admin"


class TooManyRequestsError(AppError):
    """A limit was reached; ``retry_after_seconds`` says when to come back."""

    code = "too_many_requests"
    status = 429
