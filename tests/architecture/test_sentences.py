"""What people may read in a refusal is said in their language; the exceptions have a reason."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
APPS = ("librechat", "accounts", "billing", "files", "agents", "conversations")
TRANSLATED = {"_", "gettext", "ngettext", "pgettext"}

# These speak English.
ENGLISH = {
    "*/api/*": "wrong requests of programs, in LibreChat's words; a page sends right ones",
    "*/management/*": "commands",
    "librechat/maintenance/*": "backups, moves and checks: commands and their reports",
    "librechat/kernel/outbound/*": "for logs; whoever calls says it in words of their own",
    "conversations/transfer/by_command.py": "a command",
    "accounts/auth/drf.py": "tokens of the API, which no page has",
    "accounts/services/favorites.py": "wrong shapes of a wire that no page uses",
    "accounts/services/override_checks.py": "paths and values of librechat.yaml",
    "accounts/services/override_rows.py": "paths and values of librechat.yaml",
    "billing/models/append_only.py": "a bug, nobody's doing",
    "billing/services/ledger.py": "a bug, nobody's doing",
    "billing/queries/reconcile.py": "read by a command",
    "billing/queries/usage_exports.py": "read by a command",
}
PAGES_AFTER_ALL = "librechat/maintenance/people_import/*"
UNSEEN = {
    # Kept with a job, for whoever looks after it: made once, read by several people.
    *("HandBackError", "JobCancelledError", "JobLostError", "WorkerDiedError"),
    # For the log: of these the sign-in page speaks in its own words, by the code.
    *("ProviderFailedError", "RoleRequiredError", "EmailMissingError"),
    *("SignInCancelledError", "SignInExpiredError"),
}
CHORES = {"librechat/kernel/jobs/cron.py": "names given to a command"}

MODULES = sorted(
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
PLACEHOLDER = "\N{REPLACEMENT CHARACTER}"
Function = ast.FunctionDef | ast.AsyncFunctionDef


def last_name(node: ast.AST | None) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def nodes(tree: ast.AST, kind: type[ast.ClassDef]) -> Iterator[ast.ClassDef]:
    return (node for node in ast.walk(tree) if isinstance(node, kind))


def errors() -> set[str]:
    """Return the names of AppError and of all classes below it."""
    above: dict[str, set[str]] = {}
    for tree in TREES.values():
        for node in nodes(tree, ast.ClassDef):
            above.setdefault(node.name, set()).update(last_name(base) for base in node.bases)
    found = {"AppError"}
    while more := {name for name, bases in above.items() if bases & found} - found:
        found |= more
    return found


ERRORS = errors() - UNSEEN


def makers(tree: ast.Module) -> set[str]:
    """Return the functions of a module that make an error of the sentence they are given."""
    functions = (node for node in ast.walk(tree) if isinstance(node, Function))
    return {node.name for node in functions if last_name(node.returns) in ERRORS}


PUBLIC_MAKERS = {
    name for tree in TREES.values() for name in makers(tree) if not name.startswith("_")
}


def text_of(node: ast.AST) -> str | None:
    """Return a literal with a sign for each hole, None for anything else."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=values):
            return "".join(text_of(value) or PLACEHOLDER for value in values)
        case ast.BinOp(left=left, op=ast.Mod()):
            return text_of(left)
        case ast.Call(func=ast.Attribute(value=value, attr="format")):
            return text_of(value)
        case _:
            return None


def is_sentence(text: str) -> bool:
    """Return whether people could read it: words, that do not begin with a field of the wire."""
    words = re.findall(r"[A-Za-z]{2,}", text)
    return len(words) > 1 and not text[0].islower()


def spoken(node: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the plain sentences that an argument is or can be."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*spoken(body, tree), *spoken(orelse, tree))
        case ast.BoolOp(values=values):
            yield from (line for value in values for line in spoken(value, tree))
        case ast.Name(id=name):
            given = (one for one in ast.walk(tree) if isinstance(one, ast.Assign))
            values = [one.value for one in given if name in map(last_name, one.targets)]
            yield from (text for value in values if (text := text_of(value)) is not None)
        case _ if (text := text_of(node)) is not None:
            yield text
        case _:
            return


def plain_sentences(path: Path) -> list[str]:
    """Return what a module says in English, whoever reads it."""
    tree, found = TREES[path], []
    known = makers(tree) | PUBLIC_MAKERS
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = last_name(call.func)
        if name in ERRORS or (name == "__init__" and "errors" in str(path)):
            given = call.args[:1]
        elif name in known and name not in TRANSLATED:
            given = call.args
        else:
            continue
        texts = [text for argument in given for text in spoken(argument, tree)]
        found += [f"line {call.lineno}: {text}" for text in texts if is_sentence(text)]
    return found


def is_english(name: str) -> bool:
    if fnmatch(name, PAGES_AFTER_ALL):
        return False
    return any(fnmatch(name, pattern) for pattern in (*ENGLISH, *CHORES))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_refusal_that_people_may_read_can_be_translated(path: Path) -> None:
    if not is_english(path.relative_to(ROOT).as_posix()):
        assert plain_sentences(path) == []


@pytest.mark.parametrize("pattern", [*ENGLISH, *CHORES])
def test_no_exception_outlives_its_reason(pattern: str) -> None:
    meant = [path for path in MODULES if fnmatch(path.relative_to(ROOT).as_posix(), pattern)]
    assert any(plain_sentences(path) for path in meant)


def test_the_ways_to_say_a_sentence_are_all_seen() -> None:
    module = ast.parse(
        'LATE = "It is too late."\n'
        "NOTED = gettext_noop('It is noted.')\n"
        'NotFoundError(LATE if late else _("It is translated."))\n'
        "NotFoundError(NOTED)\n"
        'NotFoundError(f"There is no {name} here.")\n'
        'NotFoundError("There is no %s here." % name)\n',
    )
    calls = [
        node.value.args[0]
        for node in module.body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert [[*spoken(argument, module)] for argument in calls] == [
        ["It is too late."],
        [],
        [f"There is no {PLACEHOLDER} here."],
        ["There is no %s here."],
    ]
