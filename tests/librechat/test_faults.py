"""Requests that no view can answer still get an answer their client can read."""

from typing import NoReturn

import pytest
from django.test import Client
from django.urls import include, path

from librechat import urls

pytestmark = pytest.mark.django_db


def broken(_request: object) -> NoReturn:
    raise RuntimeError("secret detail")


urlpatterns = [path("api/broken", broken), path("broken", broken), path("", include(urls))]
handler500 = urls.handler500


@pytest.mark.parametrize("address", ["/api/convos/%00", "/api/convos?tags=a%00", "/api/%00"])
def test_an_address_with_nul_is_refused_in_json_below_api(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.json() == {"message": "The address has a NUL character."}


@pytest.mark.parametrize("address", ["/c/%00", "/login?next=%00"])
def test_an_address_with_nul_is_refused_as_a_page_elsewhere(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "kind", "said"),
    [
        ("/api/broken", "application/json", "try again in a moment"),
        ("/broken", "text/html", "Something broke on our side"),
    ],
)
def test_a_fault_of_ours_is_told_without_its_details(
    client: Client, address: str, kind: str, said: str
) -> None:
    client.raise_request_exception = False
    answer = client.get(address)
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith(kind)
    assert said in answer.content.decode()
    assert "secret detail" not in answer.content.decode()
