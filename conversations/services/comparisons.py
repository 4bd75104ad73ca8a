"""Answers of several models to one message: going on with one of them."""

from django.db import transaction
from django.utils.translation import gettext as _

from conversations.models import Generation, Message, conversation_lock
from librechat.kernel.errors import ConflictError


@transaction.atomic
def comparison_end(*, message: Message) -> Message:
    """Make an answer the branch; the others stay as its versions, no longer side by side.

    Raises:
        ConflictError: one of them is still being written.
    """
    conversation = message.conversation
    conversation_lock(conversation.pk)
    active = Generation.objects.active().filter(conversation=conversation)
    if active.filter(user_message_id=message.parent_message_id).exists():
        raise ConflictError(_("One of the answers is still being written. Wait for it or stop it."))
    beside = conversation.messages.filter(parent_message_id=message.parent_message_id)
    for one in beside.select_for_update():
        if one.metadata.pop("group", None):
            one.save(update_fields=["metadata"])
    conversation.leaf_message_id = message.message_id
    conversation.save(update_fields=["leaf_message_id"])
    return message
