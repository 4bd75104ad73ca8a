"""Credits that an invitation promised and that are not booked yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from accounts.models import INVITE, OneTimeToken, User
from accounts.services.invites import OWED

# In the data of an invitation: how many credits, by which key they are booked, and why.
PROMISED = (OWED, "key", "reason")


def promises_of(user: User) -> QuerySet[OneTimeToken]:
    """Return the invitations a person has used that still owe them credits."""
    return _open().filter(user=user)


def credits_promised(people: Iterable[str]) -> Mapping[str, int]:
    """Return person's id → credits they were promised, for those who wait for some; one query."""
    found: dict[str, int] = defaultdict(int)
    for user_id, told in _open().filter(user__in=list(people)).values_list("user_id", "data"):
        found[user_id] += int(told[OWED])
    return dict(found)


def _open() -> QuerySet[OneTimeToken]:
    used = OneTimeToken.objects.filter(purpose=INVITE, used_at__isnull=False)
    return used.filter(data__has_key=OWED)
