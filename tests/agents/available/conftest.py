"""Nothing is configured but what a test configures."""

import pytest
from django.conf import LazySettings


@pytest.fixture(autouse=True)
def _nothing_configured(settings: LazySettings) -> None:
    settings.PROVIDER_VARIABLES = {}
    settings.ENDPOINTS = []
    settings.CONFIG_VARIABLES = {}
