"""What is published of us for a SAML identity provider."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.fakes.identity.company import Company
from tests.fakes.identity.travel import SERVER, SwitchOn, read
from tests.fakes.identity.wires import Wires

pytestmark = pytest.mark.django_db

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


def test_the_metadata_says_what_sign_in_uses(
    client: Client,
    company: Company,
    at_saml: Any,
) -> None:
    at_saml(SAML_ISSUER="https://chat.example/us")
    answer = client.get("/oauth/saml/metadata")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/samlmetadata+xml")
    root = ElementTree.fromstring(answer.content)
    assert root.get("entityID") == "https://chat.example/us"
    assert root.get("validUntil") is None
    role = root.find(f"{MD}SPSSODescriptor")
    assert role is not None
    assert (role.get("WantAssertionsSigned"), role.get("AuthnRequestsSigned")) == ("true", "false")
    consumer = role.find(f"{MD}AssertionConsumerService")
    assert consumer is not None
    assert consumer.get("Location") == f"{SERVER}/oauth/saml/callback"
    assert consumer.get("Binding") == "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
    assert role.find(f"{MD}SingleLogoutService") is None


def test_the_metadata_says_where_to_sign_out(client: Client, single: Any) -> None:
    single()
    role = ElementTree.fromstring(client.get("/oauth/saml/metadata").content)[0]
    service = role.find(f"{MD}SingleLogoutService")
    assert service is not None
    assert service.get("Location") == f"{SERVER}/oauth/saml/logout"
    assert role.find(f".//{DS}X509Certificate") is not None
    assert b"PRIVATE" not in client.get("/oauth/saml/metadata").content


def test_nothing_is_published_while_saml_is_off(
    client: Client,
    company: Company,
    wires: Wires,
    at_saml: Any,
    switch_on: SwitchOn,
) -> None:
    for path in ("/oauth/saml/metadata", "/oauth/saml/logout"):
        assert client.get(path).status_code == 404
    at_saml()
    assert client.get("/oauth/saml/logout").status_code == 404  # no single logout
    switch_on(read({**company.saml_variables, **company.openid_variables}))
    assert client.get("/oauth/saml/metadata").status_code == 404


@pytest.mark.parametrize("wrong", [{"SAML_ISSUER": "a&b"}, {"SAML_CALLBACK_URL": "http://x y/"}])
def test_metadata_that_would_be_wrong_is_not_published(
    wrong: dict[str, str],
    client: Client,
    at_saml: Any,
) -> None:
    at_saml(**wrong)
    assert client.get("/oauth/saml/metadata").status_code == 404
