"""Errors about people and sign-in."""

from django.utils.translation import gettext as _

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


class ProviderFailedError(ForbiddenError):
    """Whoever was asked elsewhere did not confirm who this is, or not as agreed."""

    code = "auth_failed"


class SignInCancelledError(ForbiddenError):
    """Sign-in elsewhere was broken off there."""

    code = "sign_in_cancelled"


class SignInExpiredError(ForbiddenError):
    """An answer from elsewhere belongs to no sign-in of this browser, or came too late."""

    code = "sign_in_expired"


class ProviderMismatchError(ForbiddenError):
    """The address belongs to an account that signs in another way."""

    code = "provider_mismatch"


class EmailMissingError(ForbiddenError):
    """The provider gave no e-mail address, and an account needs one."""

    code = "email_missing"


class RoleRequiredError(ForbiddenError):
    """The provider knows this person, but not as somebody who may use the product."""

    code = "role_required"


class SessionEndedError(NotSignedInError):
    """The refresh token belongs to no living session."""

    code = "session_ended"


class RefreshTokenReusedError(SessionEndedError):
    """A refresh token was presented a second time; its session is ended."""

    code = "refresh_token_reused"


class SignInUnavailableError(AppError):
    """The provider behind a session cannot be asked; the session stays as it is."""

    code = "sign_in_unavailable"
    status = 503


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


class SecondFactorNeededError(AppError):
    """The first proof is good, the second is still to come; not a failure for the client.

    ``temp_token`` is good for five minutes and for this one step. The API answers it with
    LibreChat's 200 body; pages lead to ``/login/second-factor``.
    """

    code = "second_factor_needed"
    status = 200

    def __init__(self, temp_token: str) -> None:
        super().__init__(
            _("A second proof is needed to sign in."),
            body={"twoFAPending": True, "tempToken": temp_token},
        )
        self.temp_token = temp_token


class SecondFactorRefusedError(NotSignedInError):
    """The second step of a sign-in failed; nobody is signed in."""

    code = "second_factor_refused"


class SecondFactorRequiredError(ForbiddenError):
    """The person's role requires a second factor, and there is none yet."""

    code = "second_factor_required"

    def __init__(self, message: str) -> None:
        super().__init__(message, body={"message": message, "code": self.code})


class SecondFactorStateError(InvalidInputError):
    """Two-factor sign-in is not in the state this needs; nothing was changed."""

    code = "second_factor_state"


class WrongCodeError(InvalidInputError):
    """The code of the second factor does not fit, was used before, or is missing."""

    code = "wrong_code"


class PasskeyRefusedError(InvalidInputError):
    """The passkey does not fit, or its challenge was used or is too old."""

    code = "passkey_refused"


class FreshProofNeededError(ForbiddenError):
    """A sensitive act wants a proof of identity that is younger than five minutes."""

    code = "fresh_proof_needed"

    def __init__(self, message: str) -> None:
        super().__init__(message, body={"message": message, "code": self.code})


class LastOwnerError(ConflictError):
    """A shared thing would be left without anybody who owns it."""

    code = "last_owner"


class OwnerStaysError(ForbiddenError):
    """The entry of the person a thing belongs to cannot be changed."""

    code = "owner_stays"


class SystemRoleError(ForbiddenError):
    """The roles USER and ADMIN belong to the system."""

    code = "system_role"


class NameTakenError(ConflictError):
    """Something of this kind has the name already."""

    code = "name_taken"


class DirectoryGroupError(ConflictError):
    """The directory decides about this group; change it there."""

    code = "directory_group"


class GroupInUseError(ConflictError):
    """The group has a balance, so it is not deleted; nothing was changed."""

    code = "group_in_use"


class InvalidOverrideError(InvalidInputError):
    """A config override is refused; the message names the path."""

    code = "invalid_override"


class DirectoryUnavailableError(AppError):
    """The directory that checks passwords cannot be asked; nothing was changed."""

    code = "directory_unavailable"
    status = 503


class DirectoryRefusedError(ForbiddenError):
    """The password is right, but the directory's groups keep this person out."""

    code = "directory_refused"


class DirectorySyncRefusedError(ConflictError):
    """A sync would disable more than half of the accounts; nothing was changed."""

    code = "directory_sync_refused"


class TooManyRequestsError(AppError):
    """A limit was reached; ``retry_after_seconds`` says when to come back."""

    code = "too_many_requests"
    status = 429


class BannedError(ForbiddenError):
    """The person or the address is kept out for a while; the body says why and until when."""

    code = "banned"


class ImpersonationRefusedError(ForbiddenError):
    """Nobody may act as this person, or do this while acting as somebody else."""

    code = "impersonation_refused"


class InvalidBanError(InvalidInputError):
    """The ban names nobody, has no length, or would lock out those who could lift it."""

    code = "invalid_ban"


class ShortcutTakenError(ConflictError):
    """Another keyboard shortcut has these keys; nothing was changed."""

    code = "shortcut_taken"
