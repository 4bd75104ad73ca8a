"""Providers that know Ada."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.accounts.auth.providers.wire import WIRES, Wire
from tests.fakes.identity.travel import (
    SwitchOn,
    with_wires,
)
from tests.fakes.identity.wires import Wires


@pytest.fixture
def apple_key(tmp_path: Path) -> dict[str, str]:
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "apple.p8").write_bytes(key)
    return {
        "APPLE_TEAM_ID": "team",
        "APPLE_KEY_ID": "key",
        "APPLE_PRIVATE_KEY_PATH": str(tmp_path / "apple.p8"),
    }


@pytest.fixture
def set_up(wires: Wires, switch_on: SwitchOn, apple_key: dict[str, str]) -> Any:
    def prepare(wire: Wire) -> None:
        more = apple_key if wire.name == "apple" else {}
        switch_on(with_wires(wire.name, wires, **more))
        wires.claims = dict(wire.claims)
        wires.has_id_token = bool(wire.claims)
        wires.documents |= wire.documents

    return prepare


@pytest.fixture
def google(set_up: Any) -> None:
    set_up(WIRES[0])
