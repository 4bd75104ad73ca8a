"""What is kept for how long, and which setting says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import config as accounts_config
from accounts.services import override_retention
from accounts.services.cleanup import KEEP
from agents import config as agents_config
from billing import config as billing_config
from conversations.services.expiry import RETENTION_HOURS
from conversations.services.queued_turns import KEPT
from librechat.kernel.jobs.retention import FAILED_DAYS
from librechat.maintenance.pruning import A_DAY

YAML = "librechat.yaml"
A_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that is kept for a while. source: the setting; empty where there is none."""

    what: str
    kept: str
    source: str = ""


def rules() -> Iterator[Rule]:
    """Yield every rule, as it is in force for everybody; overrides may differ for some."""
    interface = accounts_config.interface()
    hours = interface.temporary_chat_retention or RETENTION_HOURS
    yield Rule(_("Temporary chats"), _hours(hours), f"{YAML}: interface.temporaryChatRetention")
    is_all = interface.retention_mode == "all"
    general = _hours(interface.general_chat_retention or RETENTION_HOURS)
    where = f"{YAML}: interface.retentionMode, interface.generalChatRetention"
    yield Rule(_("Other chats"), general if is_all else _("until they are deleted"), where)
    yield Rule(_("The bin"), _days(settings.TRASH_DAYS), "TRASH_DAYS")
    grace = settings.ACCOUNT_DELETION_GRACE_DAYS
    at_once = _("deleted at once")
    yield Rule(
        _("Closed accounts"), _days(grace) if grace else at_once, "ACCOUNT_DELETION_GRACE_DAYS"
    )
    yield Rule(
        _("Broken rules"), _days(settings.VIOLATION_RETENTION_DAYS), "VIOLATION_RETENTION_DAYS"
    )
    yield Rule(_("Jobs that went well"), _days(settings.JOBS_KEEP_DAYS), "JOBS_KEEP_DAYS")
    yield Rule(_("Jobs that failed"), _days(FAILED_DAYS))
    yield Rule(_("Ended sessions, used links and tokens"), _days(KEEP.days))
    last = _("%(time)s, the last change of each receiver for good")
    yield Rule(_("The history of settings"), last % {"time": _days(override_retention.KEEP.days)})
    yield Rule(_("Removed messages that waited"), _days(KEPT.days))
    yield Rule(_("Uploads nobody imported"), _days(A_DAY.days))
    minutes = billing_config.balance().reservation_ttl_ms // A_MINUTE_MS
    yield Rule(
        _("Holds of calls that broke off"), _minutes(minutes), f"{YAML}: balance.reservationTtlMs"
    )
    days = agents_config.relay().keep_days
    yield Rule(_("Calls of the relay"), _days(days), f"{YAML}: relay.keepDays")
    contents = _("as each key says; not at all without")
    yield Rule(_("What was asked and answered through the relay"), contents)
    forever = _("for good: it is append-only")
    yield Rule(_("Everything of people under a legal hold"), _("until it is lifted or ends"))
    yield Rule(_("The audit record"), forever)
    yield Rule(_("Transactions"), forever)
    yield Rule(_("The log"), _("not kept here: it goes to standard output"))
    yield Rule(_("Backups"), _("until they are deleted; manage.py backup --keep thins them out"))


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _hours(count: float) -> str:
    lasts = timedelta(hours=float(count))
    if lasts >= A_DAY and lasts % A_DAY == timedelta():
        return _days(lasts.days)
    text = ngettext("%(count)s hour", "%(count)s hours", int(count))
    return text % {"count": f"{float(count):g}"}


def _minutes(count: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", count) % {"count": count}
