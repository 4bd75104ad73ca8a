"""Tables of people to import, and the import as an administrator does it."""

import asyncio
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from conversations.models import MoveIn
from librechat.kernel.jobs.worker import Worker
from librechat.maintenance.people_import.keeping import SOURCE, import_keep
from librechat.maintenance.people_import.options import Options
from librechat.maintenance.people_import.planning import Step
from librechat.maintenance.people_import.running import import_plan, import_start
from tests.factories.people import CALLER, PASSWORD

HERE = "/admin/people/import/"


def signed_in(user: User) -> Client:
    """Return a browser in which somebody has just signed in."""
    client = Client()
    client.post("/login", {"email": user.email, "password": PASSWORD})
    return client


def upload(client: Client, text: str | bytes, **chosen: str) -> Any:
    """Upload a table; return the answer of the page."""
    raw = text.encode() if isinstance(text, str) else text
    given = {"newcomers": "account", "credits_for": "new", "unit": "usd", "makes_groups": "on"}
    file = SimpleUploadedFile("people.csv", raw, "text/csv")
    return client.post(HERE, {**given, **chosen, "file": file})


def run(client: Client, move_in: MoveIn) -> MoveIn:
    """Say yes and let the job do it."""
    client.post(f"{HERE}{move_in.pk}/run/")
    Worker(queues=("default",)).run_waiting()
    move_in.refresh_from_db()
    return move_in


def newest() -> MoveIn:
    """Return the import that was uploaded last."""
    return MoveIn.objects.filter(source=SOURCE).order_by("-created_at", "-id")[0]


def kept(actor: User, text: str | bytes, **chosen: Any) -> MoveIn:
    """Return a table that waits for a yes."""
    raw = text.encode() if isinstance(text, str) else text
    options = Options(**{"newcomers": "account", **chosen})
    return import_keep(raw=raw, filename="people.csv", options=options, actor=actor, caller=CALLER)


def planned(actor: User, text: str | bytes, **chosen: Any) -> list[Step]:
    """Return what a table would do."""
    return import_plan(move_in=kept(actor, text, **chosen), actor=actor)


def done(actor: User, text: str | bytes, **chosen: Any) -> dict[str, tuple[str, str]]:
    """Import a table; return address → (outcome, detail)."""
    move_in = kept(actor, text, **chosen)
    import_start(move_in=move_in, actor=actor, caller=CALLER)
    Worker(queues=("default",)).run_waiting()
    move_in.refresh_from_db()
    assert move_in.state == "done", move_in.failure
    return {row[1]: (row[2], row[3]) for row in move_in.survey["rows"]}


def whole(answer: Any) -> bytes:
    """Return the bytes of an answer that a server sends piece by piece."""

    async def read() -> bytes:
        return b"".join([piece async for piece in answer.streaming_content])

    return asyncio.run(read())
