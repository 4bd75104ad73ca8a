"""What streams to a page speaks the page's language."""

from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from accounts.services.profile import preference_set
from conversations.generation.start import generation_start
from tests.conversations.conftest import Endpoint
from tests.conversations.generation.turns import request


@pytest.mark.parametrize(("chosen", "expected"), [("", "de"), ("fr", "fr"), ("xx", "de")])
def test_a_start_remembers_the_choice_else_the_pages_language(
    owner: User,
    endpoint: Endpoint,
    chosen: str,
    expected: str,
) -> None:
    preference_set(user=owner, name="language", value=chosen)
    owner.refresh_from_db()
    with translation.override("de"):
        generation: Any = generation_start(owner, body=request("Hi")).generation
    assert generation.request["language"] == expected
