"""Errors about mails, invitations, keys and the life of accounts."""

from librechat.kernel.errors import AppError, ConflictError, ForbiddenError, InvalidInputError


class MailNotConfiguredError(ConflictError):
    """No mail server is set up, and without one this cannot be done."""

    code = "mail_not_configured"


class MailFailedError(AppError):
    """The mail server could not be reached or refused; nothing else was undone."""

    code = "mail_failed"
    status = 502


class InvalidLinkError(InvalidInputError):
    """The link of a mail is unknown, used or too old."""

    code = "invalid_link"


class InvalidInviteError(ForbiddenError):
    """The invitation is unknown, used, too old, or for another address."""

    code = "invalid_invite"


class AddressTakenError(ConflictError):
    """The address belongs to an account."""

    code = "address_taken"


class AccountClosingError(ForbiddenError):
    """The account waits to be deleted; its owner can still bring it back."""

    code = "account_closing"


class OnlyWayInError(ConflictError):
    """Taking this away would leave no way to sign in."""

    code = "only_way_in"


class InvalidImageError(InvalidInputError):
    """The upload is no picture that can be used; the old one stays."""

    code = "invalid_image"


class TooManyKeysError(ConflictError):
    """The person has as many access keys as one may have."""

    code = "too_many_keys"


class KeyScopeError(ForbiddenError):
    """An access key may not do this."""

    code = "key_scope"


class LegalHoldError(ConflictError):
    """The person is under a legal hold: nothing of theirs is deleted for good."""

    code = "legal_hold"
