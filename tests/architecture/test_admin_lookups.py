"""No page of the admin lists a large table in a select or a filter: it is searched instead."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.admin import FieldListFilter, ModelAdmin, RelatedFieldListFilter, site
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    ForeignKeyRawIdWidget,
    RelatedFieldWidgetWrapper,
)
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.models import AuthSession, User
from billing.models import Transaction
from conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db

LARGE = (User, Conversation, Message, Transaction)
SEARCHED = (AutocompleteMixin, ForeignKeyRawIdWidget, forms.HiddenInput, forms.MultipleHiddenInput)
DESKS = {model._meta.label: desk for model, desk in site._registry.items()}


@pytest.fixture
def visit(admin: User) -> HttpRequest:
    """Return a request of somebody who may do everything."""
    request = RequestFactory().get("/admin/")
    request.user = admin
    return request


def forms_of(desk: Any, request: HttpRequest) -> Iterator[Any]:
    """Yield the forms that somebody with every right can fill in."""
    if desk.has_add_permission(request):
        yield desk.get_form(request, change=False)
    yield desk.get_form(request, change=True)
    for inline in desk.get_inline_instances(request):
        if inline.has_add_permission(request, None) or inline.has_change_permission(request):
            yield inline.get_formset(request).form


def listed_in_forms(desk: Any, request: HttpRequest) -> Iterator[str]:
    """Yield the fields of a desk's forms that offer every row of a large table."""
    for form_class in forms_of(desk, request):
        for name, field in form_class.base_fields.items():
            if isinstance(field, forms.ModelChoiceField) and _model_of(field) in LARGE:
                widget = field.widget
                if isinstance(widget, RelatedFieldWidgetWrapper):
                    widget = widget.widget
                if not isinstance(widget, SEARCHED):
                    yield name


def _model_of(field: "forms.ModelChoiceField[Any]") -> type[Model] | None:
    return None if field.queryset is None else field.queryset.model


def listed_in_filters(desk: Any, request: HttpRequest) -> Iterator[str]:
    """Yield the filters of a desk's list that offer every row of a large table."""
    for one in desk.get_list_filter(request):
        name, kind = one if isinstance(one, tuple) else (one, None)
        if not isinstance(name, str):
            continue
        field = _field(desk.model, name)
        chosen = kind or FieldListFilter
        is_select = chosen is FieldListFilter or issubclass(chosen, RelatedFieldListFilter)
        if field is not None and field.related_model in LARGE and is_select:
            yield name


def _field(model: type[Model], path: str) -> Any:
    """Return the last field of a path such as ``conversation__user``."""
    field: Any = None
    for part in path.split("__"):
        field = model._meta.get_field(part)
        model = field.related_model or model
    return field


@pytest.mark.parametrize("label", sorted(DESKS))
def test_a_large_table_is_searched_and_never_listed(label: str, visit: HttpRequest) -> None:
    desk = DESKS[label]
    assert list(listed_in_forms(desk, visit)) == []
    assert list(listed_in_filters(desk, visit)) == []


def test_what_is_searched_has_a_desk_that_finds_it() -> None:
    for model in LARGE:
        assert DESKS[model._meta.label].search_fields, model


def test_a_plain_select_and_a_plain_filter_are_found(visit: HttpRequest) -> None:
    class Plain(ModelAdmin[AuthSession]):
        fields = ("user",)
        list_filter = ("user", ("impersonator", RelatedFieldListFilter))

    class Searched(ModelAdmin[AuthSession]):
        fields = ("user", "impersonator")
        autocomplete_fields = ("user",)
        raw_id_fields = ("impersonator",)

    plain, searched = Plain(AuthSession, site), Searched(AuthSession, site)
    assert set(listed_in_forms(plain, visit)) == {"user"}
    assert list(listed_in_filters(plain, visit)) == ["user", "impersonator"]
    assert list(listed_in_forms(searched, visit)) == []
