"""What projects are called in the usage explorer."""

from datetime import timedelta

from accounts.models import User
from billing.models import UsageHour
from billing.queries.usage import hour_of
from billing.queries.usage_filters import cut_parse
from billing.queries.usage_table import usage_table
from conversations.models import Project
from librechat.kernel import clock


def test_usage_is_grouped_by_project_and_never_shows_what_people_call_theirs(owner: User) -> None:
    kept, gone = (Project.objects.create(user=owner, name="Secret plan") for _ in range(2))
    for credits_, project in ((3, kept.pk), (2, gone.pk), (1, "")):
        UsageHour.objects.create(
            starts_at=hour_of(clock.now()) - timedelta(hours=2),
            user_id=owner.pk,
            project_id=project,
            calls=1,
            credits=credits_,
        )
    gone_id = gone.pk
    gone.delete()
    rows = usage_table(cut_parse({"by": "project"})).rows
    assert [(row.labels, row.sums.credits) for row in rows] == [
        ((f"owner@example.org · {kept.pk}",), 3),
        ((f"(deleted) {gone_id}",), 2),
        (("(none)",), 1),
    ]
    narrowed = usage_table(cut_parse({"by": "user", "project": kept.pk})).rows
    assert [row.sums.credits for row in narrowed] == [3]
