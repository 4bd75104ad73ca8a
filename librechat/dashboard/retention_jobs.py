"""Removing what is over its time apart from the request that asked for it."""

from typing import Any

from librechat.kernel.jobs.job import job
from librechat.maintenance.pruning import prune


@job(retries=1)
def prune_run() -> dict[str, Any]:
    """Remove it; return ``counts``: kind → how many."""
    return prune().as_json()
