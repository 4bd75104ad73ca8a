"""Log lines as JSON with the request's id, and a filter that keeps secrets out of them."""

import logging
import re

from pythonjsonlogger.json import JsonFormatter as BaseFormatter
from typing_extensions import override

from librechat.kernel.middleware import request_id

# Keys of providers, bearer tokens, our own tokens, and values named like a secret.
SECRETS = re.compile(
    r"(sk-[A-Za-z0-9_-]{8,}|AIza[0-9A-Za-z_-]{20,}|AKIA[0-9A-Z]{16}"
    r"|(?<=[Bb]earer )[A-Za-z0-9._~+/=-]{8,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"
    r"|(?<=password=)[^\s&\"']+|(?<=api_key=)[^\s&\"']+|(?<=token=)[^\s&\"']+)",
)
SECRET_NAMES = {"password", "authorization", "api_key", "cookie", "token", "secret"}


def redact(text: str) -> str:
    """Return the text with everything that looks like a secret replaced."""
    return SECRETS.sub("[secret]", text)


class SecretFilter(logging.Filter):
    """Replaces secrets in the message, its arguments and the extra fields."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; every record passes."""
        record.msg = redact(record.getMessage())
        record.args = ()
        for name, value in list(record.__dict__.items()):
            if name.lower() in SECRET_NAMES:
                record.__dict__[name] = "[secret]"
            elif isinstance(value, str) and name != "msg":
                record.__dict__[name] = redact(value)
        return True


class JsonFormatter(BaseFormatter):
    """One JSON object a line: time, level, logger, message, request id, extra fields."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is filtered like everything else."""
        name = request_id.get()
        if name:
            record.request_id = name
        return redact(super().format(record))
