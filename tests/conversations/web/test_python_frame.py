"""The frame that runs Python is a stranger to every other page."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_frame_has_no_origin_and_reaches_only_static_files(client: Client) -> None:
    answer = client.get("/_/python")
    pairs = (part.strip().partition(" ") for part in answer["Content-Security-Policy"].split(";"))
    policy = {name: value for name, _, value in pairs}
    files = "http://testserver/static/"
    assert policy == {
        "default-src": "'none'",
        "script-src": f"{files} 'wasm-unsafe-eval'",
        "worker-src": f"{files} blob:",
        "connect-src": files,
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-scripts",
    }
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "python.js" in answer.content.decode()


def test_other_pages_run_no_machine_code(client: Client) -> None:
    assert "wasm" not in client.get("/login")["Content-Security-Policy"]
