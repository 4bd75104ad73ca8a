"""Import a public list of prices."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from typing_extensions import override

from accounts.management.dialogue import answer, json_flag, refusals
from billing.pricing.lists import file_read
from billing.services.price_imports import (
    price_import_apply,
    price_import_draft,
    price_list_compare,
)


class Command(BaseCommand):
    help = "Compare a list of LiteLLM or OpenRouter with the prices set; the admin approves it."

    @override
    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--name", default="litellm", help="the source its prices will name")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--apply", action="store_true", help="let all of it hold at once")
        how.add_argument("--dry-run", action="store_true", help="keep nothing")
        json_flag(parser)

    @override
    def handle(self, *_args: Any, **options: Any) -> None:
        with refusals():
            raw = file_read(options["file"])
            result: dict[str, object] = {**price_list_compare(raw).counts()}
            if not options["dry_run"]:
                draft = price_import_draft(name=options["name"], raw=raw, actor=None)
                result["id"] = draft.pk
                if options["apply"]:
                    result["applied"] = price_import_apply(price_import=draft, actor=None)
        answer(self.stdout, options, ", ".join(f"{k}: {v}" for k, v in result.items()), result)
