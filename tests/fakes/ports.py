"""Ports for the servers that tests start: nobody listens there, and no other test gets the same."""

import fcntl
import os
import secrets
import socket
import tempfile
from collections import deque
from contextlib import suppress
from pathlib import Path

CLAIMS = Path(tempfile.gettempdir()) / f"librechat-test-ports-{os.getuid()}"
PORTS = range(20_000, 32_000)  # below those that outgoing connections take
MOST_CLAIMS = 64  # more than any test has servers; each is an open file
_claims: deque[int] = deque()  # open until this process ends


def free_port() -> int:
    """Return a free port that no other test process is given meanwhile.

    Between asking and listening, a server starts for seconds: a test beside this one would find
    the port free as well.
    """
    while True:
        port = secrets.choice(PORTS)
        if _is_claimed(port) and _is_free(port):
            return port


def _is_claimed(port: int) -> bool:
    """Claim a port by a locked file; the system lets go of the lock with the process."""
    CLAIMS.mkdir(exist_ok=True)
    claim = os.open(CLAIMS / str(port), os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(claim)
        return False
    _claims.append(claim)
    if len(_claims) > MOST_CLAIMS:
        os.close(_claims.popleft())
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False
