"""A process beside a server that has Django loaded: commands and people without waiting for it.

``manage.py shell`` runs ``main``. A request is a line of JSON, and so is its answer:
``{"command": [...]}`` runs a command as ``manage.py`` would, ``{"person": {...}}`` signs
somebody in, without any form.
"""

import io
import json
import os
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from functools import cache as remembering
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.management import execute_from_command_line
from django.db import connections
from django.http import HttpRequest

from accounts.auth.login import login_complete, page_open
from accounts.limits.caller import Caller
from accounts.models import User
from accounts.services import people
from accounts.services.registration import Registration
from tests.fakes.product import BROWSER

FAILED = 1
CALLER = Caller("127.0.0.1", BROWSER)


def main() -> None:
    """Answer until there is nobody to ask."""
    channel, asked = sys.stdout, sys.stdin
    # All people have the same password: hashing it for each would take longer than the rest.
    hashing = patch.object(people, "make_password", remembering(make_password))
    with hashing, Path(os.devnull).open(encoding="utf-8") as nobody:
        sys.stdin = nobody  # a command that asks gets no answer
        for line in asked:
            channel.write(f"{json.dumps(answer(json.loads(line)))}\n")
            channel.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what is asked; returns exit code, output and, for a person, the key of the session."""
    cache.clear()  # the server writes too, and what this process remembers is not told
    out, errors, session, code = io.StringIO(), io.StringIO(), "", 0
    with redirect_stdout(out), redirect_stderr(errors):
        try:
            if "person" in request:
                session = _signed_in(**request["person"])
            else:
                execute_from_command_line(["manage.py", *request["command"]])
        except SystemExit as exc:
            code = exc.code if isinstance(exc.code, int) else FAILED
        except Exception:  # noqa: BLE001 - whatever it was, the test is told
            traceback.print_exc()
            code = FAILED
    connections.close_all()
    said = {"stdout": out.getvalue(), "stderr": errors.getvalue()}
    return {"code": code, "session": session, **said}


def _signed_in(*, email: str, name: str, password: str, role: str) -> str:
    """Add somebody unless they are there, and return the key of a page session of theirs."""
    newcomer = Registration(name=name, email=email, password=password)
    user = User.objects.filter(email=email).first()
    user = user or people.user_register(newcomer, caller=CALLER)
    assert user is not None, email
    if role and user.role != role:
        people.role_change(user=user, role=role)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    page_open(request, login_complete(user=user, caller=CALLER))
    return str(request.session.session_key)
