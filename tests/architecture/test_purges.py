"""Whatever purges rows of people asks first what a legal hold keeps."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("librechat", "accounts", "billing", "files", "agents", "conversations")
# Purges of rows that are nobody's.
NOBODYS = {"librechat/kernel/jobs/retention.py"}


def _modules() -> Iterator[tuple[str, ast.Module]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                name = path.relative_to(ROOT).as_posix()
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def _functions(module: ast.Module) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_every_purge_passes_by_what_is_kept() -> None:
    found = {
        f"{name}: {function.name}": "purgeable" in _names(function)
        for name, module in _modules()
        for function in _functions(module)
        if function.name.endswith("_purge")
        and function.name != "_purge"  # of one row, which was asked about
        and name not in NOBODYS
        and name.count("/") > 1
    }
    assert len(found) >= 7
    assert [purge for purge, asks in found.items() if not asks] == []


def test_the_conditions_of_a_hold_are_known_in_few_places() -> None:
    knowing = {name for name, module in _modules() if "LegalHold" in _names(module)}
    assert {name for name in knowing if not name.startswith("accounts/")} == {
        "librechat/dashboard/retention.py"  # counts the people, for its page
    }
