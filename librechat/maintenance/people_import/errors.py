"""What can be wrong with a table of people; each time nothing was changed."""

from librechat.kernel.errors import AppError


class PeopleFileError(AppError):
    """The file is no table of people: wrong type, damaged, hostile, or without addresses."""

    code = "people_file"
    status = 422


class PeopleFileTooLargeError(AppError):
    """The file has more bytes, rows or columns than are taken at once."""

    code = "people_file_too_large"
    status = 413
