"""Runs use the database from several threads."""

from collections.abc import AsyncIterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connections


@pytest.fixture
async def threads_let_go(transactional_db: None) -> AsyncIterator[None]:
    """Close what the thread behind the async ORM holds; PostgreSQL would call it in use."""
    yield
    await sync_to_async(connections.close_all)()
