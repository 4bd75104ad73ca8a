"""The program: Python, packages, settings, static files."""

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, WARNING, run_checks

from librechat import serving
from librechat.kernel import yaml_config
from librechat.maintenance.findings import Finding, amber, green, red

PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")
SHOWN = 5
# What LibreChat's example file holds: known to everybody.
KNOWN_SECRETS = frozenset(
    {
        "f34be427ebb29de8d88c107a71546019685ed8b241d8f2ed00c3df97ad2566f0",
        "16f8c0ef4a5d391b26034086c628469d3f9f497f08163ab9b40137092f2909ef",
        "eaa5191f2914e30b9387fd84e254e4ba6fc51b4654968a9b0803b456a54b8418",
    }
)
SHORTEST_SECRET = 32
TOLD_ELSEWHERE = "librechat.W003"  # what broke off: stores.py


def packages() -> Iterator[Finding]:
    """Compare what is installed with the lock file."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield green("python", f"Python {version}")
    lock = Path(settings.BASE_DIR) / "deploy" / "requirements" / "run.txt"
    if not lock.exists():
        return
    wrong = list(_wrong_packages(lock.read_text(encoding="utf-8")))
    if wrong:
        seen = f"{len(wrong)} packages differ from the lock file: {', '.join(wrong[:SHOWN])}"
        yield red("packages", seen, "sh deploy/setup.sh run")
    else:
        yield green("packages", "as in deploy/requirements/run.txt")


def _wrong_packages(lock: str) -> Iterator[str]:
    for line in lock.splitlines():
        pinned = PINNED.match(line)
        if pinned is None or ";" in line:
            continue
        name, wanted = pinned.groups()
        try:
            there = metadata.version(name)
        except metadata.PackageNotFoundError:
            there = "nothing"
        if there != wanted:
            yield f"{name} {wanted} (there is {there})"


def secrets() -> Iterator[Finding]:
    """Look for secrets that are short, or known to everybody."""
    given = {
        "SECRET_KEY": [settings.SECRET_KEY],
        "JWT_SECRET": [settings.JWT_SECRET],
        "JWT_REFRESH_SECRET": [settings.JWT_REFRESH_SECRET],
        "CREDS_KEY": settings.CREDS_KEYS,
    }
    weak = 0
    for name, values in given.items():
        if KNOWN_SECRETS & set(values):
            weak += 1
            seen = f"{name} is the one of LibreChat's example file, which everybody knows"
            yield red("secrets", seen, _new_secret(name))
        elif min(map(len, values)) < SHORTEST_SECRET:
            weak += 1
            seen = f"{name} is shorter than {SHORTEST_SECRET} characters"
            yield amber("secrets", seen, _new_secret(name))
    if not weak:
        yield green("secrets", "all are there, long and our own")


def _new_secret(name: str) -> str:
    made = "$(openssl rand -hex 32)"
    if name == "CREDS_KEY":
        return f'Set CREDS_KEY="{made},<the old one>", start again, manage.py rotate_secrets'
    return f'Set {name}="{made}" in .env and start again; everybody signs in anew'


def address() -> Iterator[Finding]:
    """Look at the address people type."""
    where = settings.DOMAIN_CLIENT
    is_local = any(f"//{host}" in where for host in ("localhost", "127.0.0.1", "[::1]"))
    if where.startswith("https://") and not settings.SECURE_COOKIES:
        yield red("address", "cookies also travel without TLS", "Remove SESSION_COOKIE_SECURE")
    elif where.startswith("https://") and not settings.TRUST_PROXY:
        yield amber(
            "address",
            f"{where} has TLS, but no proxy is trusted",
            "Set TRUST_PROXY=1 if the proxy in front adds X-Forwarded-Proto",
        )
    elif where.startswith("https://") or is_local:
        yield green("address", where)
    else:
        yield amber(
            "address",
            f"{where}: passwords travel in the clear",
            "Put a proxy with TLS in front (deploy/nginx.conf) and set DOMAIN_CLIENT=https://…",
        )


def configuration() -> Iterator[Finding]:
    """Look for what Django's checks and librechat.yaml complain about."""
    for message in run_checks():
        if message.level >= WARNING and message.id != TOLD_ELSEWHERE:
            light = red if message.level >= ERROR else amber
            yield light("settings", str(message.msg), message.hint or "manage.py check")
    if names := [*yaml_config.unknown_keys(), *yaml_config.unset_variables()]:
        seen = f"without effect in librechat.yaml: {', '.join(names[:SHOWN])}"
        yield amber("librechat.yaml", seen, "manage.py check_config")
    else:
        yield green("librechat.yaml", settings.CONFIG_PATH or "defaults")


def static_files() -> Iterator[Finding]:
    """See whether pages find their styles and scripts."""
    if settings.WHITENOISE_USE_FINDERS:
        yield green("static files", "served from where they are")
    elif not (Path(settings.STATICFILES_DIRS[0]) / "manifest.json").exists():
        yield red("static files", "the front end is not built", "sh deploy/setup.sh run")
    elif serving.has_stale_static_files():
        fix = "manage.py collectstatic --clear --no-input"
        yield red("static files", "another build was collected", fix)
    else:
        yield green("static files", "collected")


CHECKUPS = (packages, secrets, address, configuration, static_files)
