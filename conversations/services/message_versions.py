"""What messages said before they were edited."""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.access.legal_hold import purgeable
from agents.llm import tokens
from conversations.models import ACTIVE, Generation, Message, MessageVersion
from conversations.search.indexing import messages_index
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, NotFoundError

KEPT_VERSIONS = 50  # of one message; an edit beyond forgets the oldest


@transaction.atomic
def message_version_restore(*, message: Message, revision: int) -> Message:
    """Let a message say again what it said; what it says until now becomes a version.

    Raises:
        NotFoundError: it has no such version.
        ConflictError: it is being written, or was changed meanwhile.
    """
    version = message.versions.filter(revision=revision).first()
    if version is None:
        raise NotFoundError(_("This message has no such earlier version."))
    message.text, message.content = version.text, version.content
    message.token_count = tokens.count(_words(message), message.model)
    return message_save_edit(message)


def message_save_edit(message: Message, revision: int | None = None) -> Message:
    """Save changed words if nobody else changed the message since it was read; keep the old.

    ``revision``: what the editor saw, if known.

    Raises:
        ConflictError: it is being written, or was changed since.
    """
    check_idle(message)
    seen = message.revision if revision is None else revision
    stored = Message.objects.filter(id=message.id, revision=seen)
    before = stored.values_list("text", "content").first()
    moment = clock.now()
    saved = stored.update(
        text=message.text,
        content=message.content,
        token_count=message.token_count,
        revision=F("revision") + 1,
        updated_at=moment,
    )
    if not saved or before is None:
        raise ConflictError(_("This message was changed meanwhile. Load it again."))
    _keep(message, seen, before)
    message.revision, message.updated_at = seen + 1, moment
    messages_index([message])
    return message


def check_idle(message: Message) -> None:
    """Do nothing, unless the message or its answer is being written.

    Raises:
        ConflictError: it is.
    """
    running = Generation.objects.filter(
        conversation_id=message.conversation_id,
        state__in=ACTIVE,
    )
    own = running.filter(response_message_id=message.message_id)
    asked = running.filter(user_message_id=message.message_id)
    if (own | asked).exists():
        raise ConflictError(_("This message is being written. Stop it first."))


def _keep(message: Message, revision: int, before: tuple[str, list[Any]]) -> None:
    """Keep what a message said before, unless it still says so."""
    text, content = before
    if (text, content) == (message.text, message.content):
        return
    MessageVersion.objects.create(message=message, revision=revision, text=text, content=content)
    kept = message.versions.values_list("revision", flat=True)[:KEPT_VERSIONS]
    purgeable(message.versions.filter(revision__lt=min(kept)), "message__user_id").delete()


def _words(message: Message) -> str:
    """Return what counts of a message: its text parts, or its text where it has none."""
    parts = [str(part.get("text", "")) for part in message.content if part.get("type") == "text"]
    return "\n\n".join(part for part in parts if part) or message.text
