"""What a list that can be searched and put in order was asked, and the way to its next page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """text: what is searched for. order: as the form calls it. cursor: where the page begins."""

    form: forms.Form
    text: str
    order: str
    cursor: str

    def context(self, next_cursor: str | None) -> dict[str, Any]:
        """Return what every such page shows beside its rows."""
        kept = {name: value for name, value in (("q", self.text), ("sort", self.order)) if value}
        more = urlencode({**kept, "after": next_cursor}) if next_cursor else ""
        return {
            "form": self.form,
            "is_filtered": bool(self.text or self.cursor),
            "more_url": f"?{more}" if more else "",
        }


def asked(request: HttpRequest, form_class: type[forms.Form]) -> Asked:
    """Return what the address says; nothing where the form does not take it.

    form_class: has the fields ``q`` and ``sort``.
    """
    form = form_class(request.GET)
    found: Mapping[str, str] = form.cleaned_data if form.is_valid() else {}
    return Asked(form, found.get("q", ""), found.get("sort", ""), request.GET.get("after", ""))
