"""Deleting stored files for sure: with the transaction, by a job that no crash loses."""

from django.core.files.storage import default_storage

from librechat.kernel.jobs.job import job

RETRIES, FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 20, 30, 6 * 60 * 60  # about four days


@job(
    retries=RETRIES,
    backoff_seconds=FIRST_WAIT_SECONDS,
    longest_seconds=LONGEST_WAIT_SECONDS,
    retry_on=(Exception,),  # whatever a storage raises: deleting twice changes nothing
)
def stored_file_delete(name: str) -> None:
    """Delete a file of the default storage; one that is gone is as good."""
    default_storage.delete(name)
