"""Run background jobs in a process of their own."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import refusals
from librechat.kernel.jobs.standalone import work_off, work_until_told
from librechat.kernel.jobs.worker import Worker
from librechat.maintenance.serving import serving
from librechat.serving import prepare_database

POLL_SECONDS = 0.5


class Command(BaseCommand):
    help = "Run background jobs until told to stop; several processes share them on PostgreSQL."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--queues", default="", help="Only these, separated by commas.")
        parser.add_argument("--threads", type=int, default=settings.JOBS_THREADS)
        parser.add_argument("--poll", type=float, default=POLL_SECONDS, help="Seconds of a pause.")
        parser.add_argument("--batch", action="store_true", help="Run what waits, then end.")

    @override
    @refusals()
    @serving()
    def handle(self, *_args: Any, **options: Any) -> None:
        queues = tuple(name.strip() for name in options["queues"].split(",") if name.strip())
        threads, poll = max(1, options["threads"]), max(0.01, options["poll"])
        prepare_database(self.stderr.write)
        worker = Worker(queues, threads, poll)
        if options["batch"]:
            self.stdout.write(f"{work_off(worker)} jobs were run.")
            return
        self.stdout.write(f"Worker {worker.name}: {', '.join(queues) or 'all'}, {threads} at once.")
        work_until_told(worker)
