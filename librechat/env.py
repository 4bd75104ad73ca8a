"""The one typed reader of the process environment."""

import ast
import fcntl
import json
import operator
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}
OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _read_dotenv(path: Path) -> dict[str, str]:
    """Return NAME → value of a ``.env`` file; the real environment wins over it."""
    if not path.is_file():
        return {}
    pairs: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            pairs[name.strip()] = value.strip().strip("'\"")
    return pairs


def _arithmetic(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_arithmetic(operand)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            return OPERATIONS[type(op)](_arithmetic(left), _arithmetic(right))
        case _:
            raise ValueError("not plain arithmetic")


class Environment:
    """Variables by name; a wrong value stops the start and names the variable."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    @classmethod
    def load(cls, dotenv: Path) -> "Environment":
        """Return the process environment on top of the given ``.env`` file.

        Tests leave the file out: a developer's own settings must not change what they see.
        """
        is_test = os.environ.get("LIBRECHAT_ENV") == "test"
        return cls({**({} if is_test else _read_dotenv(dotenv)), **os.environ})

    def text(self, name: str, default: str = "") -> str:
        """Return the variable's text, or the default when it is unset or blank."""
        return self._variables.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a yes/no variable."""
        raw = self._variables.get(name)
        if raw is None:
            return default
        word = raw.strip().lower()
        if word in TRUE:
            return True
        if word in FALSE:
            return False
        raise ImproperlyConfigured(f"{name} must be true or false, not {raw!r}.")

    def number(self, name: str, default: float) -> float:
        """Return a number; plain arithmetic such as ``1000 * 60 * 15`` is accepted."""
        raw = self.text(name)
        if not raw:
            return default
        try:
            return _arithmetic(ast.parse(raw, mode="eval").body)
        except (SyntaxError, ValueError, ZeroDivisionError) as exc:
            raise ImproperlyConfigured(f"{name} must be a number, not {raw!r}.") from exc

    def integer(self, name: str, default: int) -> int:
        """Return a whole number."""
        return int(self.number(name, default))

    def integer_within(self, name: str, default: int, *, lowest: int, highest: int) -> int:
        """Return a whole number that is neither too small nor too large."""
        number = self.integer(name, default)
        if not lowest <= number <= highest:
            raise ImproperlyConfigured(f"{name} must be {lowest} to {highest}, not {number}.")
        return number

    def words(self, name: str, default: str = "") -> list[str]:
        """Return a comma-separated list without blanks."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def startswith(self, prefix: str) -> dict[str, str]:
        """Return the variables whose names start with the prefix."""
        return {name: value for name, value in self._variables.items() if name.startswith(prefix)}

    def snapshot(self) -> dict[str, str]:
        """Return all variables, for ``${NAME}`` placeholders of librechat.yaml."""
        return dict(self._variables)


class GeneratedSecrets:
    """Secrets made once and kept in the data folder, readable by the owner only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, name: str) -> str:
        """Return the secret of that name, made at the first call.

        Processes that start at the same moment all get the one that was made first.
        """
        known = self._read()
        if name not in known:
            with self._alone():
                known = self._read()
                if name not in known:
                    known[name] = secrets.token_hex(32)
                    self._write(known)
        return known[name]

    def _read(self) -> dict[str, str]:
        if not self._path.exists():
            return {}
        known: dict[str, str] = json.loads(self._path.read_text(encoding="utf-8"))
        return known

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Wait until no other process makes a secret."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # ends with the process, however that ends
            yield

    def _write(self, known: dict[str, str]) -> None:
        draft = self._path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(known, file, indent=2)
        draft.replace(self._path)
