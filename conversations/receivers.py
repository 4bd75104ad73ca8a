"""How conversations reacts to the apps below it."""

from functools import partial

from django.db import transaction
from django.dispatch import receiver

from accounts.models import User
from accounts.services.stored_files import stored_file_delete
from accounts.signals import user_deleted
from conversations.generation.recovery import generation_interrupt
from conversations.models import Generation, MoveIn, conversation_lock
from conversations.search.indexing import person_forget
from conversations.services.prompt_leaving import prompts_leave
from conversations.services.stopping import generation_stop_soon


@receiver(user_deleted)
def generations_end(user: User, **_: object) -> None:
    """Take the person's running answers away from their runners, pay for them, stop them.

    The runner cannot be waited for here: it needs the database that this transaction holds. So
    its claim is taken first; after that nothing it still writes finds a row, and it is told to
    stop when the deletion is committed.
    """
    active = Generation.objects.active().filter(user=user).select_related("conversation")
    for generation_id, conversation_id in list(active.values_list("id", "conversation_id")):
        conversation_lock(conversation_id)  # first, as every writer does
        generation = active.select_for_update(of=("self",)).filter(id=generation_id).first()
        if generation is None:  # it ended a moment ago
            continue
        transaction.on_commit(partial(generation_stop_soon, generation_id))
        generation_interrupt(generation=generation, streamed=None)


@receiver(user_deleted)
def prompts_end(user: User, **_: object) -> dict[str, int]:
    """Delete the prompts that were the person's alone; return how many."""
    return {"promptgroup": prompts_leave(user=user)}


@receiver(user_deleted)
def search_forgets(user: User, **_: object) -> None:
    """Tell a search server that nothing of the person may stay on it."""
    person_forget(user.pk)


@receiver(user_deleted)
def move_ins_end(user: User, **_: object) -> None:
    """Delete the person's uploads that wait to be imported, when the deletion is committed."""
    uploads = MoveIn.objects.filter(user=user).exclude(file_key="")
    for key in list(uploads.values_list("file_key", flat=True)):
        stored_file_delete.enqueue(key)
