"""What apps above add to the page of a group; they register it in ``AppConfig.ready()``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString

from accounts.access.visitor import may
from accounts.models import Group
from librechat.kernel.registry import Registry

Line = Callable[[Group], SafeString]


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A line of the page for who has the capability; its words are ``@admin.display``'s."""

    capability: str
    line: Line


LINKS: Registry[GroupLink] = Registry("The line of a group")


def lines_for(request: HttpRequest) -> tuple[Any, ...]:
    """Return the lines that the administrator may see, as names of fields stand for them."""
    return tuple(link.line for link in LINKS.values() if may(request, link.capability))
