"""What keys let the relay keep of requests and answers, written anew with the newest key."""

from django.db import transaction

from agents.models import RelayContent
from librechat.kernel import secrets

BATCH = 200


def relay_contents_reencrypt() -> int:
    """Write every kept request and answer anew with the newest secret key; return how many.

    Raises:
        UnreadableSecretError: one was written with a key that is gone; nothing was changed.
    """
    with transaction.atomic():
        count = 0
        for row in RelayContent.objects.order_by("pk").iterator(chunk_size=BATCH):
            row.request = secrets.reencrypt(row.request)
            row.response = secrets.reencrypt(row.response)
            row.save(update_fields=["request", "response"])
            count += 1
    return count
