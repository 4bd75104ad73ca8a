"""Times in a person's own zone: sidebar groups, the greeting, when a chat was last touched."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.http import HttpRequest
from django.utils import formats
from django.utils.translation import gettext as _

MORNING, AFTERNOON, EVENING = 5, 12, 18
WEEK, MONTH = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the sidebar; ``key`` is stable, ``label`` translated."""

    key: str
    label: str


def zone_of(request: HttpRequest) -> tzinfo:
    """Return the zone the browser named in its ``tz`` cookie, else UTC."""
    try:
        return ZoneInfo(request.COOKIES.get("tz", "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a cookie can hold anything
        return UTC


def group_of(moment: datetime, *, now: datetime, zone: tzinfo) -> Group:
    """Return under which heading a chat of that moment stands."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    if day >= today:
        return Group("today", _("Today"))
    if day == today - timedelta(days=1):
        return Group("yesterday", _("Yesterday"))
    if day > today - WEEK:
        return Group("week", _("Previous 7 days"))
    if day > today - MONTH:
        return Group("month", _("Previous 30 days"))
    return Group(f"{day:%Y-%m}", _month_label(day, today))


def _month_label(day: date, today: date) -> str:
    return formats.date_format(day, "F" if day.year == today.year else "F Y")


def greeting(name: str, *, now: datetime, zone: tzinfo) -> str:
    """Return the landing page's heading."""
    hour = now.astimezone(zone).hour
    if MORNING <= hour < AFTERNOON:
        return _("Good morning, %(name)s") % {"name": name}
    if AFTERNOON <= hour < EVENING:
        return _("Good afternoon, %(name)s") % {"name": name}
    return _("Good evening, %(name)s") % {"name": name}


def last_touched(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Return "4 min ago", "Today, 08:12", "Yesterday" or a date."""
    age = now - moment
    if age < timedelta(minutes=1):
        return _("Just now")
    if age < timedelta(hours=1):
        return _("%(minutes)s min ago") % {"minutes": int(age.total_seconds() // 60)}
    local = moment.astimezone(zone)
    today = now.astimezone(zone).date()
    if local.date() >= today:
        return _("Today, %(time)s") % {"time": formats.time_format(local, "H:i")}
    if local.date() == today - timedelta(days=1):
        return _("Yesterday")
    return formats.date_format(local, "j F Y" if local.year != today.year else "j F")


def to_come(moment: datetime, *, now: datetime, zone: tzinfo) -> str:
    """Return "today, 18:30", "tomorrow, 08:12" or a date."""
    local, today = moment.astimezone(zone), now.astimezone(zone).date()
    time = {"time": formats.time_format(local, "H:i")}
    if local.date() <= today:
        return _("today, %(time)s") % time
    if local.date() == today + timedelta(days=1):
        return _("tomorrow, %(time)s") % time
    return formats.date_format(local, "j F Y" if local.year != today.year else "j F")
