"""Errors about keeping, finding, sharing and moving conversations."""

from typing import ClassVar

from django.utils.translation import gettext as _

from librechat.kernel.errors import AppError, ConflictError, ForbiddenError, InvalidInputError


class RetentionError(ForbiddenError):
    """The operator keeps chats for less long than was asked for."""

    code: ClassVar[str] = "retention"

    def __init__(self) -> None:
        super().__init__(
            _("Chats are not kept that long here. Nothing was changed; choose an earlier date."),
        )


class TemporaryUnlistedError(InvalidInputError):
    """A temporary chat is in no list, so it has no place in one; nothing was changed."""

    code: ClassVar[str] = "temporary_unlisted"

    def __init__(self) -> None:
        super().__init__(
            _(
                "A temporary chat is in no list: it cannot be pinned, archived, bookmarked or"
                " moved into a project. Nothing was changed; keep the chat first."
            ),
        )


class ImportRefusedError(InvalidInputError):
    """A file to import is damaged, hostile or of no known format; nothing was changed."""

    code: ClassVar[str] = "import_refused"


class ImportTooLargeError(AppError):
    """A file to import is larger than the operator allows."""

    code: ClassVar[str] = "import_too_large"
    status: ClassVar[int] = 413


class ImportTypeError(AppError):
    """What was sent to be imported is no file of a type that could be one."""

    code: ClassVar[str] = "import_type"
    status: ClassVar[int] = 415


class ShareExistsError(ConflictError):
    """The branch is shared already."""

    code: ClassVar[str] = "share_exists"

    def __init__(self) -> None:
        super().__init__(_("This chat has a link already. Update that one, or delete it first."))


class ShareChangedError(ConflictError):
    """The owner took a new snapshot while a visitor looked at the one before."""

    code: ClassVar[str] = "share_changed"

    def __init__(self) -> None:
        super().__init__(_("The shared chat was updated meanwhile. Load the page and try again."))


class SearchUnavailableError(AppError):
    """The search server cannot be used; searches are answered by the database meanwhile."""

    code: ClassVar[str] = "search_unavailable"
    status: ClassVar[int] = 503
