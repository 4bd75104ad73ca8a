"""What projects are called where usage is summed up by them."""

from collections.abc import Collection

from billing.queries.usage_names import by_id
from conversations.models import Project


def project_names(ids: Collection[str]) -> dict[str, str]:
    """Return id → whose project it is, with its id: names are theirs, and no list shows them."""
    owners = by_id(Project.objects.all(), ids, "user__email")
    return {pk: f"{email} · {pk}" for pk, email in owners.items()}
