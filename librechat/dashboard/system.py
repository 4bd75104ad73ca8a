"""The page about the installation: versions, backends, checks, backups."""

import platform
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import django
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.admin.rights import may
from librechat.dashboard.jobs import jobs_waiting
from librechat.dashboard.kept import FIVE_MINUTES, kept, known
from librechat.dashboard.storage import database_bytes, disk
from librechat.kernel.charts import shown
from librechat.maintenance.backup import backups_there
from librechat.maintenance.databases import unapplied
from librechat.maintenance.doctor import doctor_run
from librechat.maintenance.findings import Finding

MOST_BACKUPS = 20
DOCTOR = "doctor"


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a table; is_bad: somebody should look."""

    name: str
    value: str
    is_bad: bool = False


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup on this machine."""

    name: str
    size: str
    made_at: datetime


@require_safe
def system(request: HttpRequest) -> HttpResponse:
    """Show what runs here and how it is."""
    if not may(request, "read:system"):
        raise PermissionDenied
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("System"),
        "tables": [
            (_("Software"), list(_software())),
            (_("Database and storage"), list(_storage())),
            (_("Backends"), list(_backends())),
        ],
        "findings": _findings(request),
        "backups": _backups(),
    }
    return TemplateResponse(request, "admin/dashboard/system.html", context)


def product_version() -> str:
    """Return the version of the product."""
    path = settings.BASE_DIR / "pyproject.toml"
    if not path.is_file():
        return "-"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def _software() -> Iterator[Fact]:
    yield Fact("LibreChat for Django", product_version())
    yield Fact("Python", platform.python_version())
    yield Fact("Django", django.get_version())
    yield Fact(_("Environment"), settings.LIBRECHAT_ENV, settings.LIBRECHAT_ENV == "development")
    yield Fact(_("Processes"), str(settings.WEB_CONCURRENCY))
    yield Fact(_("Machine"), f"{platform.system()} {platform.machine()}")


def _storage() -> Iterator[Fact]:
    connection.ensure_connection()
    version = ".".join(map(str, connection.get_database_version()))
    yield Fact(_("Database"), f"{connection.display_name} {version}")
    size = database_bytes()
    yield Fact(_("Size of the database"), "-" if size is None else shown(size, "bytes"))
    missing = unapplied("default")
    text = ", ".join(missing) or _("all applied")
    yield Fact(_("Migrations"), text, bool(missing))
    room = disk()
    words = {"free": shown(room.free, "bytes"), "total": shown(room.total, "bytes")}
    is_full = room.free < room.total // 20
    yield Fact(_("Disk"), _("%(free)s of %(total)s free") % words, is_full)
    for name, storage in settings.STORAGES.items():
        kind: Any = storage
        backend = str(kind["BACKEND"]).rpartition(".")[2]
        yield Fact(_("Files: %(name)s") % {"name": name}, backend)


def _backends() -> Iterator[Fact]:
    redis, own = "Redis", _("in this process")
    place = redis if settings.REDIS_URI else own
    yield Fact(_("Cache"), place)
    yield Fact(_("Live updates"), place)
    yield Fact(_("Streams of answers"), place)
    yield Fact(_("Search"), str(settings.SEARCH.backend))
    queue = jobs_waiting()
    words = {"waiting": queue.waiting, "failed": queue.failed}
    yield Fact(_("Jobs"), _("%(waiting)s waiting, %(failed)s failed") % words, bool(queue.failed))
    yield Fact(_("Mail"), settings.EMAIL_HOST or settings.EMAIL_SERVICE or _("not set up"))


def _findings(request: HttpRequest) -> list[Finding] | None:
    """Return what the doctor saw in the last five minutes; None when nobody has asked.

    It looks at other servers too and takes seconds, so it is asked by a button.
    """
    if "doctor" in request.GET:
        return kept(DOCTOR, doctor_run, seconds=FIVE_MINUTES)
    found: list[Finding] | None = known(DOCTOR)
    return found


def _backups() -> list[Backup]:
    """Return the newest backups, newest first."""
    found = []
    for path in backups_there()[:MOST_BACKUPS]:
        facts = path.stat()
        made_at = datetime.fromtimestamp(facts.st_mtime, tz=UTC)
        found.append(Backup(path.name, shown(facts.st_size, "bytes"), made_at))
    return found
