"""How commands about people ask and answer."""

import getpass
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.core.management.base import CommandError, CommandParser, OutputWrapper

from librechat.kernel.errors import AppError


def json_flag(parser: CommandParser) -> None:
    """Add ``--json``."""
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def ask(given: str | None, question: str) -> str:
    """Return what was given, or what the person at the keyboard answers."""
    return (given if given is not None else input(f"{question}: ")).strip()


def ask_secret(given: str | None, question: str) -> str:
    """Return what was given, or what is typed without being shown."""
    if given is not None:
        return given
    if sys.stdin.isatty():
        return getpass.getpass(f"{question}: ")
    return sys.stdin.readline().rstrip("\n")


def is_confirmed(is_given: bool, question: str) -> bool:
    """Return whether a thing that cannot be undone is wanted: by flag, or by typing yes."""
    return is_given or input(f"{question} Type yes: ").strip().lower() == "yes"


def answer(out: OutputWrapper, options: Mapping[str, object], text: str, result: object) -> None:
    """Print a result, in words or as JSON."""
    out.write(json.dumps(result, ensure_ascii=False, default=str) if options["json"] else text)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn expected failures into messages of a command."""
    try:
        yield
    except AppError as exc:
        raise CommandError(exc.message) from exc
