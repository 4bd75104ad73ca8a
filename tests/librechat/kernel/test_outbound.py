"""The one way out: which addresses, names and headers it refuses."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from librechat.kernel import outbound
from librechat.kernel.outbound import PUBLIC, TRUSTED, Reach, pool
from tests.librechat.kernel.outbound_servers import OK, Names, answering, keep_alive, serving

UNSAFE = [
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://0x7f.0.0.1/",
    "http://0x7f000001/",
    "http://017700000001/",
    "http://127.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://[fe80::1%25eth0]/",
    "http://user@example.org/",
    "http://example.org:secret@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org/\r\nHost: evil",
    "http://exam\tple.org/",
    " http://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "//example.org/",
    "http:///path",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://[::1",
]


@pytest.mark.parametrize("url", UNSAFE)
async def test_an_ambiguous_address_is_refused_even_for_the_operator(url: str) -> None:
    with pytest.raises(outbound.UnsafeRequestError):
        await outbound.fetch("GET", url, headers={}, reach=TRUSTED)


SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://[::]:{port}/",
    "http://0.0.0.0:{port}/",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_no_spelling_of_the_own_machine_is_reached(spelling: str) -> None:
    seen: list[bytes] = []
    async with serving(answering(OK, seen)) as port:
        with pytest.raises(outbound.RefusedAddressError):
            await outbound.fetch("GET", spelling.format(port=port), headers={})
    assert seen == []


@pytest.mark.parametrize("url", ["http://8.8.8.8:22/", "http://8.8.8.8:25/"])
async def test_a_port_of_another_service_is_refused(url: str) -> None:
    with pytest.raises(outbound.UnsafeRequestError):
        await outbound.fetch("GET", url, headers={})


async def test_a_name_that_resolves_to_a_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "system_names", lambda: Names(["93.184.216.34", "127.0.0.1"]))
    seen: list[bytes] = []
    async with serving(answering(OK, seen)) as port:
        with pytest.raises(outbound.RefusedAddressError):
            await outbound.fetch("GET", f"http://inside.example:{port}/", headers={})
    assert seen == []


async def test_a_name_that_changes_after_the_check_gains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names(["192.0.2.1"], ["127.0.0.1"])
    monkeypatch.setattr(pool, "system_names", lambda: names)
    monkeypatch.setattr(pool, "NAMES_SECONDS", 0)
    seen: list[bytes] = []
    async with serving(answering(OK, seen)) as port:
        for _ in range(3):
            with pytest.raises(outbound.RefusedAddressError):
                await outbound.fetch("GET", f"http://rebind.example:{port}/", headers={})
    assert seen == []


async def test_what_the_operator_uses_is_not_lent_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool, "system_names", lambda: Names(["127.0.0.1"]))
    async with serving(keep_alive) as port:
        url = f"http://inside.example:{port}/"
        assert (await outbound.fetch("GET", url, headers={}, reach=TRUSTED)).body == b"hello"
        with pytest.raises(outbound.RefusedAddressError):
            await outbound.fetch("GET", url, headers={}, reach=PUBLIC)


@pytest.mark.parametrize(
    ("entry", "is_allowed"),
    [
        ("localhost:{port}", True),
        ("localhost", True),
        ("127.0.0.0/8", True),
        ("127.0.0.1:{port}", True),
        ("127.0.0.1:1", False),
        ("10.0.0.0/8", False),
        ("otherhost", False),
    ],
)
async def test_an_allowed_address_is_reached_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
    entry: str,
    is_allowed: bool,
) -> None:
    monkeypatch.setattr(pool, "system_names", lambda: Names(["127.0.0.1"]))
    async with serving(answering(OK)) as port:
        reach = Reach(allowed=frozenset({entry.format(port=port)}))
        url = f"http://localhost:{port}/"
        if is_allowed:
            assert (await outbound.fetch("GET", url, headers={}, reach=reach)).body == b"hello"
        else:
            with pytest.raises(outbound.RefusedAddressError):
                await outbound.fetch("GET", url, headers={}, reach=reach)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "one\r\nX-B: two"},
        {"X-A": "one\ntwo"},
        {"X-A": "one\x00"},
        {"X-A\r\nX-B": "one"},
        {"X A": "one"},
        {"": "one"},
        {"Transfer-Encoding": "chunked"},
        {"content-length": "3"},
        {"Host": "inside"},
        {"Connection": "close"},
    ],
)
async def test_a_header_that_reframes_the_message_is_refused(headers: dict[str, str]) -> None:
    seen: list[bytes] = []
    async with serving(answering(OK, seen)) as port:
        with pytest.raises(outbound.UnsafeRequestError):
            await outbound.fetch("GET", f"http://127.0.0.1:{port}/", headers=headers, reach=TRUSTED)
    assert seen == []


async def test_a_request_carries_body_headers_and_our_defaults() -> None:
    seen: list[bytes] = []
    async with serving(answering(OK, seen)) as port:
        answer = await outbound.fetch(
            "POST",
            f"http://127.0.0.1:{port}/a?b=c",
            headers={"X-Key": "k"},
            body=b"{}",
            reach=TRUSTED,
        )
    assert (answer.status, answer.body) == (200, b"hello")
    head = seen[0].decode()
    assert head.startswith("POST /a?b=c HTTP/1.1\r\n")
    for line in ("X-Key: k", "Accept-Encoding: identity", "User-Agent: LibreChat"):
        assert f"\r\n{line}\r\n" in head


async def test_a_proxy_is_used_and_the_target_is_still_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[bytes] = []
    monkeypatch.setattr(pool, "system_names", lambda: Names(["93.184.216.34"]))
    async with serving(answering(OK, seen)) as port:
        reach = Reach(proxy=f"http://127.0.0.1:{port}")
        answer = await outbound.fetch("GET", "http://outside.example/", headers={}, reach=reach)
        assert answer.body == b"hello"
        monkeypatch.setattr(pool, "system_names", lambda: Names(["10.0.0.1"]))
        with pytest.raises(outbound.RefusedAddressError):
            await outbound.fetch("GET", "http://inside.example/", headers={}, reach=reach)
    assert len(seen) == 1
    assert seen[0].startswith(b"GET http://outside.example/ HTTP/1.1")


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(tz=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "both.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


async def test_a_certificate_nobody_signed_is_refused_even_for_the_operator(
    tmp_path: Path,
) -> None:
    seen: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answering(OK, seen)(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=_self_signed(tmp_path))
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(outbound.UnreachableError) as refused:
        await outbound.fetch("GET", f"https://127.0.0.1:{port}/", headers={}, reach=TRUSTED)
    server.close()
    assert refused.value.message == "The other server's certificate cannot be trusted."
    assert seen == []
