"""The charts of chats on the overview."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import User
from conversations.charts import answers
from conversations.models import State
from librechat.kernel.ids import object_id_at
from tests.factories.threads import conversation_make, generation_make, turn_make

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 21, tzinfo=UTC)
A_MOMENT, DAY = timedelta(microseconds=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "counted"),
    [
        (START - A_MOMENT, [0, 0]),
        (START, [1, 0]),
        (START + DAY - A_MOMENT, [1, 0]),
        (START + DAY, [0, 1]),
        (START + 2 * DAY, [0, 0]),
    ],
)
def test_an_answer_counts_on_its_day(owner: User, moment: datetime, counted: list[int]) -> None:
    _question, answer = turn_make(conversation_make(owner))
    generation_make(answer, State.STOPPED, pk=object_id_at(moment), created_at=moment)
    shown = {series.name: series.points for series in answers(START, START + 2 * DAY).series}
    assert shown["Stopped"] == tuple(zip(("2026-11-21", "2026-11-22"), counted, strict=True))
    assert not any(count for _day, count in shown["Done"])
