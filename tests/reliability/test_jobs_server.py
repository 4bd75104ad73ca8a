"""Jobs of a real server: they survive it, and cost nothing while there are none."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fakes.ports import free_port
from tests.fakes.product import Person
from tests.fakes.smtp import MailServer
from tests.reliability.conftest import Launch

pytestmark = [pytest.mark.services, pytest.mark.slow]

IDLE_SECONDS = 20
MOST_CPU_PER_MINUTE = 3.0  # of everything an idle server does


def until(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It did not happen."
        time.sleep(0.1)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def test_a_mail_is_sent_once_although_the_mail_server_was_away_and_ours_was_killed(
    launch: Launch,
) -> None:
    port = free_port()
    mail = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port),
        "EMAIL_FROM": "chat@example.org",
        "ALLOW_PASSWORD_RESET": "true",
    }
    first = launch()
    person = Person(first.url).register()
    first.kill()
    second = launch(**mail)
    body = {"email": person.email}
    asked = f"{second.url}/api/auth/requestPasswordReset"
    assert httpx.post(asked, json=body, timeout=60).status_code == 200
    until(lambda: "A job will be tried again." in second.log(), 120)
    second.kill()
    with MailServer(port=port) as server:
        launch(**mail)
        until(lambda: bool(server.received), 240)
        time.sleep(2)
        assert [one.to for one in server.received] == [[person.email]]


@pytest.mark.measures
def test_a_server_without_work_is_quiet_and_ends_at_once(launch: Launch) -> None:
    server = launch()
    until(lambda: server.log().count("A job is done.") >= 5, 60)  # what was due at the start
    before = cpu_seconds(server.pid)
    time.sleep(IDLE_SECONDS)
    assert (cpu_seconds(server.pid) - before) * 60 / IDLE_SECONDS < MOST_CPU_PER_MINUTE
    begun = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - begun < 15  # not the whole grace of a running job
    assert "Traceback" not in server.log()
