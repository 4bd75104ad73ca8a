"""Pages of the administration that belong to no model."""

from collections.abc import Callable

from django.http import HttpResponseBase

from accounts.admin.mail_test import mail_test
from accounts.admin.settings_pages import pages as settings_pages
from librechat.dashboard.backups import (
    backup_download,
    backup_make_now,
    backup_verify_now,
    backups,
)
from librechat.dashboard.exports import exports
from librechat.dashboard.live import live, live_now, live_stop
from librechat.dashboard.overview import chart_export
from librechat.dashboard.people_import import (
    people_import,
    people_import_discard,
    people_import_one,
    people_import_report,
    people_import_run,
)
from librechat.dashboard.provider_acts import (
    provider_refresh,
    provider_test,
    provider_visibility,
)
from librechat.dashboard.providers import provider, provider_model, provider_why, providers
from librechat.dashboard.retention import retention, retention_run
from librechat.dashboard.system import system

# Route below /admin/, view, name below ``admin:``.
pages: tuple[tuple[str, Callable[..., HttpResponseBase], str], ...] = (
    ("live/", live, "live"),
    ("live/now/", live_now, "live_now"),
    ("live/stop/", live_stop, "live_stop"),
    ("system/", system, "system"),
    ("providers/", providers, "providers"),
    ("providers/endpoint/", provider, "provider"),
    ("providers/model/", provider_model, "provider_model"),
    ("providers/why/", provider_why, "provider_why"),
    ("providers/test/", provider_test, "provider_test"),
    ("providers/refresh/", provider_refresh, "provider_refresh"),
    ("providers/visibility/", provider_visibility, "provider_visibility"),
    ("mail-test/", mail_test, "mail_test"),
    *settings_pages,
    ("charts/<str:name>.csv", chart_export, "chart_export"),
    ("people/import/", people_import, "people_import"),
    ("people/import/<str:object_id>/", people_import_one, "people_import_one"),
    ("people/import/<str:object_id>/run/", people_import_run, "people_import_run"),
    ("people/import/<str:object_id>/discard/", people_import_discard, "people_import_discard"),
    ("people/import/<str:object_id>/report.csv", people_import_report, "people_import_report"),
    ("exports/", exports, "exports"),
    ("retention/", retention, "retention"),
    ("retention/run/", retention_run, "retention_run"),
    ("backups/", backups, "backups"),
    ("backups/make/", backup_make_now, "backup_make"),
    ("backups/verify/", backup_verify_now, "backup_verify"),
    ("backups/<str:name>/download/", backup_download, "backup_download"),
)
