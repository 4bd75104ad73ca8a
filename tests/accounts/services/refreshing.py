"""The use of refresh tokens, as the API's door does it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.auth import tokens
from accounts.errors import RefreshTokenReusedError
from accounts.models import AuthSession
from accounts.services.sessions import session_refresh
from librechat.kernel import clock
from librechat.kernel.errors import AppError
from tests.accounts.services.sessions_model import SignIn


def refresh(token: str) -> tuple[AuthSession, str]:
    """Use a refresh token as the API's door does."""
    claims = tokens.refresh_read(token)
    return session_refresh(
        session_id=claims.session_id,
        token=token,
        make_token=tokens.refresh_issue,
        arrived_at=clock.now(),
    )


@contextmanager
def undone() -> Iterator[None]:
    """Undo what is written meanwhile."""
    before = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(before)


def tried(token: str, known: SignIn) -> str:
    """Return what a refresh token is good for, and undo its use."""
    try:
        with undone():
            _, fresh = refresh(token)
    except RefreshTokenReusedError:
        return "reused"
    except AppError:
        return "refused"
    return "same" if fresh == known.refresh[-1] else "new"
