"""Price lists in the Django admin: uploaded, compared, applied."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from billing.models import Price, PriceImport
from tests.billing.admin.price_desks import IMPORTS, spend, text_of
from tests.billing.services.test_price_imports import RAW, entry
from tests.factories.prices import price_make

pytestmark = pytest.mark.django_db


def upload(client: Client, raw: bytes = RAW) -> PriceImport | None:
    file = SimpleUploadedFile("list.json", raw, "application/json")
    client.post(f"{IMPORTS}add/", {"name": "litellm", "file": file})
    return PriceImport.objects.first()


def test_a_list_is_uploaded_compared_and_applied(desk: Client, admin: User) -> None:
    assert "Compare" in text_of(desk, f"{IMPORTS}add/")
    price_make("beta", 9, 9)
    found = upload(desk)
    assert found is not None
    assert found.created_by == admin
    address = f"{IMPORTS}{found.pk}/change/"
    shown = text_of(desk, address)
    assert "Prices that differ: 3, of them new: 2. Unchanged: 0." in shown
    assert "input 9, output 9" in shown
    assert "(default)" in shown  # what holds by other means
    assert "picture: it is not paid by token" in shown
    assert 'value="beta"' not in text_of(desk, address, q="ALPHA")
    assert "No price differs." in text_of(desk, address, q="nothing")
    desk.post(address, {"_chosen": "yes"})  # without a choice
    assert PriceImport.objects.get().state == "draft"
    desk.post(address, {"_chosen": "yes", "pattern": ["alpha"]})
    assert set(Price.objects.values_list("pattern", "source")) == {
        ("beta", "admin"),
        ("alpha", "litellm"),
    }
    assert "checkbox" not in text_of(desk, address)
    again = desk.post(address, {"_all": "yes"}, follow=True).content.decode()
    assert "applied or discarded before" in again


def test_all_of_a_list_is_applied_or_discarded(desk: Client) -> None:
    first = upload(desk)
    assert first is not None
    desk.post(f"{IMPORTS}{first.pk}/change/", {"_discard": "yes"})
    assert (PriceImport.objects.get().state, Price.objects.count()) == ("discarded", 0)
    second = upload(desk)
    assert second is not None
    desk.post(f"{IMPORTS}{second.pk}/change/", {"_all": "yes"})
    assert Price.objects.filter(source="litellm").count() == 3


def test_a_list_is_tried_on_the_last_month(desk: Client, owner: User) -> None:
    spend(owner, model="beta")
    found = upload(desk)
    assert found is not None
    shown = text_of(desk, f"{IMPORTS}{found.pk}/simulate/")
    assert "1 calls cost 660 credits; they would have cost 340." in shown


def test_a_long_list_has_pages(desk: Client) -> None:
    many = {f"model-{number:04}": entry(1, 2) for number in range(450)}
    found = upload(desk, json.dumps(many).encode())
    assert found is not None
    address = f"{IMPORTS}{found.pk}/change/"
    assert "model-0200" not in text_of(desk, address)
    middle = text_of(desk, address, page="2")
    assert "model-0200" in middle
    assert "2 / 3" in middle


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a": NaN}', b"[" * 100_000])
def test_a_hostile_file_is_refused(desk: Client, raw: bytes) -> None:
    assert upload(desk, raw) is None


def test_a_file_that_is_too_large_is_not_read(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.admin.price_form.LARGEST_FILE", 10)
    assert upload(desk) is None
