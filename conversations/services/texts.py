"""What a text must be to be stored."""

from django.utils.translation import gettext as _

from librechat.kernel.errors import InvalidInputError

MAX_TEXT = 400_000  # characters of a message; a novel, and more than most models' windows


def check_text(name: str, text: str, *, longest: int = MAX_TEXT) -> None:
    """Do nothing, unless the text is too long or holds what no database keeps.

    Raises:
        InvalidInputError: it is or does; the message names the field and the numbers.
    """
    if len(text) > longest:
        raise InvalidInputError(
            _("%(name)s has %(text)s characters; at most %(longest)s are possible.")
            % {"name": name, "text": f"{len(text):,}", "longest": f"{longest:,}"},
            field=name,
            limit=longest,
        )
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise InvalidInputError(
            _("%(name)s has characters that are no text.") % {"name": name}, field=name
        )
