"""Where a request comes from."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.limits.counters import client_address


@dataclass(frozen=True, slots=True)
class Caller:
    """Address and program of a client, as sessions and the audit record show them."""

    address: str
    user_agent: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Caller":
        """Return where a request comes from."""
        return cls(client_address(request), request.headers.get("User-Agent", ""))
