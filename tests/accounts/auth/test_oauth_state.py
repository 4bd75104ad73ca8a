"""For how long somebody who left to sign in elsewhere is waited for."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.socialaccount.internal import statekit
from django.test import Client

from accounts.models import User
from librechat.kernel import clock, yaml_config
from tests.fakes.identity.travel import SERVER, come_back, leave, refused
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db

After = Callable[[timedelta], None]


@pytest.fixture
def after(clock_at: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch) -> After:
    """Let time go by, on allauth's clock too."""

    def pass_by(span: timedelta) -> None:
        clock_at(clock.now() + span)
        later = time.time() + span.total_seconds()
        monkeypatch.setattr(statekit, "time", SimpleNamespace(time=lambda: later))

    return pass_by


@pytest.mark.parametrize(
    ("ttl", "minutes"),
    [(None, 10), (60_000, 1), (600_000, 10), (1_800_000, 30), (3_600_000, 60)],
)
def test_an_answer_comes_in_time_or_too_late(
    ttl: int | None,
    minutes: int,
    wires: Wires,
    at_wires: Any,
    after: After,
) -> None:
    at_wires()
    early, late = Client(), Client()
    with yaml_config.override({"registration": {"oauthStateTtlMs": ttl} if ttl else {}}):
        first, second = leave(early, "openid", wires), leave(late, "openid")
        after(timedelta(minutes=minutes) - timedelta(seconds=5))
        assert come_back(early, "openid", first)["Location"] == f"{SERVER}/c/new"
        assert User.objects.count() == 1
        after(timedelta(seconds=6))
        assert refused(come_back(late, "openid", second)) == "sign_in_expired"
    assert [path for path, _, _ in wires.asked].count("/token") == 1


def test_several_tabs_wait_side_by_side(
    client: Client,
    wires: Wires,
    at_wires: Any,
    after: After,
) -> None:
    at_wires()
    with yaml_config.override({"registration": {"oauthStateTtlMs": 3_600_000}}):
        first = leave(client, "openid", wires)
        nonce = wires.nonce
        after(timedelta(minutes=30))
        leave(client, "openid", wires)
        wires.nonce = nonce
        assert come_back(client, "openid", first)["Location"] == f"{SERVER}/c/new"
