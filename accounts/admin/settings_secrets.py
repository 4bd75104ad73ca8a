"""Secrets as administrators see them: their last four characters."""

from collections.abc import Mapping

from accounts.access.override_secrets import USER_PROVIDED
from librechat.kernel.yaml_config.report import SECRET_NAME, SECRET_TABLES

DOTS = "••••"
TAIL = 4
LONG_ENOUGH = 12  # below that, four characters would tell too much


def hinted(found: object, key: str = "") -> object:
    """Return plain data with every secret in the clear replaced by its hint."""
    match found:
        case Mapping() if key in SECRET_TABLES:
            return {name: secret_hint(str(item)) for name, item in found.items()}
        case Mapping():
            return {name: hinted(item, name) for name, item in found.items()}
        case list():
            return [hinted(item, key) for item in found]
        case str() if SECRET_NAME.search(key) or key == "key":
            return secret_hint(found)
        case _:
            return found


def secret_hint(text: str) -> str:
    """Return dots and the last four characters of a secret; what is none stays."""
    if text in {"", USER_PROVIDED} or text.startswith("${"):
        return text
    return f"{DOTS} {text[-TAIL:]}" if len(text) >= LONG_ENOUGH else DOTS
