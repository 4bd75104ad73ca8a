"""Which addresses count as public, in all their spellings."""

import pytest

from librechat.kernel import outbound
from librechat.kernel.outbound import Reach
from librechat.kernel.outbound.addresses import check_address, is_public, literal, parse

REFUSED = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "::",
    "::1",
    "fe80::1",
    "fc00::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2001:0:7f00:1::1",
    "fe80::1%eth0",
]


@pytest.mark.parametrize("address", REFUSED)
def test_an_address_off_the_public_internet_is_not_public(address: str) -> None:
    found = literal(address)
    assert found is not None
    assert not is_public(found)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_an_address_on_the_public_internet_is_public(address: str) -> None:
    found = literal(address)
    assert found is not None
    assert is_public(found)


def test_an_international_name_is_connected_by_its_checked_form() -> None:
    assert parse("https://bücher.example/x").raw_host == "xn--bcher-kva.example"


def test_an_allowed_ipv6_address_may_carry_a_port() -> None:
    reach = Reach(allowed=frozenset({"[::1]:8080"}))
    check_address("::1", 8080, address="::1", reach=reach)
    with pytest.raises(outbound.RefusedAddressError):
        check_address("::1", 8081, address="::1", reach=reach)
