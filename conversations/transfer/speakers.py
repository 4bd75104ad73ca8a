"""Who said a message, in the files people read."""

from django.utils.translation import gettext as _

from conversations.models import Message


def speaker_of(message: Message) -> str:
    """Return the name above a message."""
    if message.is_created_by_user:
        return _("You")
    return message.sender or message.model or message.endpoint or _("Assistant")
