"""The permissions of a role as a table of checkboxes."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from typing_extensions import override

from accounts.access.permissions import TYPES, Matrix

# The order of the columns; every permission of every type is one of them.
COLUMNS = (
    "USE",
    "CREATE",
    "UPDATE",
    "READ",
    "SHARE",
    "SHARE_PUBLIC",
    "OPT_OUT",
    "VIEW_USERS",
    "VIEW_GROUPS",
    "VIEW_ROLES",
    "CONFIGURE_OBO",
)


class MatrixWidget(forms.Widget):
    """A row for each feature, a column for each permission."""

    @override
    def render(
        self,
        name: str,
        value: Any,
        attrs: Mapping[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        """Return the table."""
        answers = value if isinstance(value, dict) else {}
        rows = [
            {
                "kind": kind,
                "cells": [
                    {
                        "name": f"{name}__{kind}__{permission}",
                        "permission": permission,
                        "is_on": answers.get(kind, {}).get(permission, False),
                    }
                    if permission in names
                    else None
                    for permission in COLUMNS
                ],
            }
            for kind, (names, _default) in TYPES.items()
        ]
        # Blanks let the headings break, so that the table fits.
        columns = [permission.replace("_", " ") for permission in COLUMNS]
        context = {"rows": rows, "columns": columns}
        return SafeString(render_to_string("admin/accounts/matrix.html", context))

    @override
    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Matrix:
        """Return type → permission → whether it is ticked."""
        return {
            kind: {
                permission: f"{name}__{kind}__{permission}" in data for permission in permissions
            }
            for kind, (permissions, _default) in TYPES.items()
        }

    @override
    def id_for_label(self, id_: str) -> str:
        """Return nothing: the label is of the whole table."""
        return ""


class MatrixField(forms.Field):
    """Type → permission → yes or no."""

    widget = MatrixWidget

    @override
    def has_changed(self, initial: Any, data: Any) -> bool:
        """Return whether a box was ticked or cleared."""
        return bool(initial != data)
