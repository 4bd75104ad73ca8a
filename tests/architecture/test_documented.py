"""Every setting, error, limit, command, section and chart has its row in the documents."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from accounts.limits.rules import RULES
from librechat.kernel import yaml_config
from librechat.kernel.errors import AppError

ROOT = Path(__file__).parents[2]
APPS = ("librechat", "accounts", "billing", "files", "agents", "conversations")


def _document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _environment_names() -> set[str]:
    paths = (ROOT / "librechat").glob("*settings.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    read = {"text", "flag", "number", "integer", "words"}
    return {
        call.args[0].value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in read
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    }


def _import_everything() -> None:
    for app in APPS:
        package = import_module(app)
        for module in walk_packages(package.__path__, f"{app}."):
            if ".migrations" not in module.name and module.name != "librechat.asgi":
                import_module(module.name)


def _errors(root: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for error in root.__subclasses__():
        yield error
        yield from _errors(error)


def test_every_environment_variable_is_documented() -> None:
    document = _document("settings.md")
    missing = {name for name in _environment_names() if f"`{name}`" not in document}
    assert missing == set()


def test_every_error_code_is_documented() -> None:
    _import_everything()
    document = _document("errors.md")
    missing = {
        error.code
        for error in _errors()
        if error.__module__.startswith(APPS) and f"`{error.code}`" not in document
    }
    assert missing == set()


def test_every_rate_limit_is_documented() -> None:
    document = _document("settings.md")
    assert {name for name in RULES if f"`{name}`" not in document} == set()


def test_every_section_of_the_yaml_is_documented() -> None:
    document = _document("configuration.md")
    names = yaml_config.section_names()
    missing = {name for name in names if not re.search(rf"`{name}[`.\[]", document)}
    assert missing == set()


@pytest.mark.parametrize("app", APPS)
def test_every_command_is_documented(app: str) -> None:
    document = _document("operations.md")
    commands = {
        path.stem
        for path in (ROOT / app / "management" / "commands").glob("*.py")
        if not path.stem.startswith("_")
    }
    assert {name for name in commands if f"`{name}`" not in document} == set()


def test_commands_are_short() -> None:
    for app in APPS:
        for path in (ROOT / app / "management" / "commands").glob("*.py"):
            assert path.read_text(encoding="utf-8").count("\n") <= 40, path.name


def test_every_decision_record_is_short() -> None:
    for path in (ROOT / "docs" / "adr").glob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n") < 40, path.name
        assert re.search(r"## Context\n.*## Decision\n.*## Consequences\n", text, re.DOTALL), path
