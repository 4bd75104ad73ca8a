"""Serve the product: bring the database and static files up to date, then run the server."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import refusals
from librechat import serving
from librechat.maintenance.serving import serving as database_serving


class Command(BaseCommand):
    help = "Migrate, collect static files and serve with uvicorn."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)
        parser.add_argument("--workers", type=int, default=settings.WEB_CONCURRENCY)

    @override
    @refusals()
    @database_serving()
    def handle(self, *_args: Any, **options: Any) -> None:
        serving.prepare_database(self.stderr.write)
        serving.prepare_static_files()
        where = f"http://{options['host']}:{options['port']}"
        self.stderr.write(f"{settings.APP_TITLE} is starting at {where} (Ctrl+C stops it).")
        serving.serve(
            host=options["host"],
            port=options["port"],
            workers=options["workers"],
        )
