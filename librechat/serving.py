"""The production server: uvicorn on uvloop, and what must be true before it starts."""

import hashlib
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from librechat.maintenance.serving import preparing

LARGEST_FRAME_BYTES = 64 * 1024


def has_unapplied_migrations() -> bool:
    """Return whether the database is behind the code."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def prepare_database(say: Callable[[str], object]) -> None:
    """Bring the database up to the code; of several that start at once one does, the rest wait."""
    if not has_unapplied_migrations():
        return
    say("Preparing the database; the first time takes some seconds.")
    with preparing():
        if has_unapplied_migrations():
            call_command("migrate", verbosity=0, interactive=False)


def prepare_static_files() -> None:
    """Collect what pages load, unless that was done for this build."""
    if not has_stale_static_files():
        return
    with preparing():
        if has_stale_static_files():
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            _stamp().write_text(_build(), encoding="utf-8")


def _build() -> str:
    manifest = Path(settings.STATICFILES_DIRS[0]) / "manifest.json"
    return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.exists() else ""


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT) / ".built-from"


def has_stale_static_files() -> bool:
    """Return whether the collected files come from another build than the one there is."""
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text(encoding="utf-8") != _build()


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def serve(*, host: str, port: int, workers: int) -> None:
    """Run the server until it is told to stop; SIGTERM lets running answers finish.

    Raises:
        ImproperlyConfigured: several workers without Redis cannot see each other's answers.
    """
    # uvicorn drains on SIGTERM and then raises it again: an orderly end is no failure.
    signal.signal(signal.SIGTERM, _end)
    if workers > 1 and not settings.REDIS_URI:
        raise ImproperlyConfigured("Several workers need REDIS_URI: they share events through it.")
    uvicorn.run(
        "librechat.asgi:application",
        host=host,
        port=port,
        workers=workers,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME_BYTES,
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.TRUST_PROXY),
        forwarded_allow_ips=settings.FORWARDED_ALLOW_IPS,
        timeout_graceful_shutdown=int(settings.SHUTDOWN_GRACE_SECONDS),
        timeout_keep_alive=75,
    )
