from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import RequestFactory

from conversations.web.moments import greeting, group_of, last_touched, zone_of

NOW = datetime(2026, 11, 21, 0, 30, tzinfo=UTC)
BERLIN, LIMA = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Lima")


@pytest.mark.parametrize(
    ("ago", "key", "label"),
    [
        (timedelta(0), "today", "Today"),
        (timedelta(minutes=31), "yesterday", "Yesterday"),
        (timedelta(days=2), "week", "Previous 7 days"),
        (timedelta(days=7), "month", "Previous 30 days"),
        (timedelta(days=40), "2026-10", "October"),
        (timedelta(days=400), "2025-10", "October 2025"),
        (timedelta(days=-1), "today", "Today"),
    ],
)
def test_chats_stand_under_the_day_they_were_touched(ago: timedelta, key: str, label: str) -> None:
    group = group_of(NOW - ago, now=NOW, zone=UTC)
    assert (group.key, group.label) == (key, label)


def test_a_day_begins_at_ones_own_midnight() -> None:
    moment = NOW - timedelta(hours=1)
    assert group_of(moment, now=NOW, zone=UTC).key == "yesterday"
    assert group_of(moment, now=NOW, zone=BERLIN).key == "today"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        (UTC, "Good evening, Ada"),
        (ZoneInfo("Asia/Tokyo"), "Good morning, Ada"),
        (ZoneInfo("Pacific/Auckland"), "Good afternoon, Ada"),
    ],
)
def test_the_greeting_knows_the_hour(zone: ZoneInfo, text: str) -> None:
    assert greeting("Ada", now=NOW, zone=zone) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=20), "Just now"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=2), "Today, 17:30"),
        (timedelta(hours=23), "Yesterday"),
        (timedelta(days=30), "21 October"),
        (timedelta(days=400), "16 October 2025"),
    ],
)
def test_a_card_says_when_it_was_touched(ago: timedelta, text: str) -> None:
    assert last_touched(NOW - ago, now=NOW, zone=LIMA) == text


@pytest.mark.parametrize("cookie", ["", "Nowhere/Land", "../../etc/passwd", "Europe/Berlin\x00"])
def test_a_strange_zone_is_utc(cookie: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES["tz"] = cookie
    assert zone_of(request) == UTC


def test_the_browser_names_its_zone() -> None:
    request = RequestFactory().get("/")
    request.COOKIES["tz"] = "Europe/Berlin"
    assert zone_of(request) == BERLIN
