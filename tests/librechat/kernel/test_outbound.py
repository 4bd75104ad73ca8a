"""The one way out: what it refuses, when it gives up, and that it drops the line."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from typing_extensions import override

from librechat.kernel import outbound
from librechat.kernel.outbound import PUBLIC, TRUSTED, Limits, Reach, pool

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
QUICK = Limits(connect=0.2, first_byte=0.1, idle=0.1, total=5)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
OPEN = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Names(AbstractResolver):
    """Answers as told, one list per question; the last one again and again."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_INET,
    ) -> list[ResolveResult]:
        self.asked.append(host)
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=ip, port=port, family=family, proto=0, flags=0)
            for ip in found
        ]

    @override
    async def close(self) -> None:
        pass


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """Run a raw server; gives its port."""
    clients: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        clients[writer] = asyncio.current_task()
        with suppress(ConnectionError):
            await handler(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for writer, task in clients.items():
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            if task is not None:
                await asyncio.wait([task], timeout=1)


def answering(content: bytes, seen: list[bytes] | None = None) -> Handler:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if seen is not None:
            seen.append(head)
        writer.write(content)
        await writer.drain()

    return handler


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
    async with serving(_keep_alive) as port:
        url = f"http://inside.example:{port}/"
        assert (await outbound.fetch("GET", url, headers={}, reach=TRUSTED)).body == b"hello"
        with pytest.raises(outbound.RefusedAddressError):
            await outbound.fetch("GET", url, headers={}, reach=PUBLIC)


async def _keep_alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        try:
            await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return
        writer.write(OK)


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


async def test_a_redirect_is_given_back_and_not_followed() -> None:
    there = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    async with serving(answering(there)) as port:
        answer = await outbound.fetch("GET", f"http://127.0.0.1:{port}/", headers={}, reach=TRUSTED)
    assert answer.status == 302


def _redirect(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        ("http://127.0.0.1:{inner}/", outbound.RefusedAddressError),
        ("http://169.254.169.254/latest/meta-data/", outbound.RefusedAddressError),
        ("file:///etc/passwd", outbound.UnsafeRequestError),
        ("/again", outbound.UnsafeRequestError),
    ],
)
async def test_each_redirect_is_checked_again(
    monkeypatch: pytest.MonkeyPatch,
    to: str,
    refusal: type[Exception],
) -> None:
    monkeypatch.setattr(pool, "system_names", lambda: Names(["127.0.0.1"]))
    inside: list[bytes] = []
    async with serving(answering(OK, inside)) as inner:
        target = _redirect(to.format(inner=inner))
        async with serving(answering(target)) as port:
            reach = Reach(allowed=frozenset({f"outside.example:{port}"}))
            url = f"http://outside.example:{port}/"
            with pytest.raises(refusal):
                await outbound.fetch_following(url, headers={}, reach=reach)
    assert inside == []


async def test_credentials_stay_behind_when_a_redirect_leaves_the_origin() -> None:
    seen: list[bytes] = []
    async with (
        serving(answering(OK, seen)) as other,
        serving(answering(_redirect(f"http://127.0.0.1:{other}/"))) as port,
    ):
        answer = await outbound.fetch_following(
            f"http://127.0.0.1:{port}/",
            headers={"Authorization": "Bearer secret", "X-Key": "secret", "Accept": "a/b"},
            reach=TRUSTED,
        )
    assert answer.body == b"hello"
    assert b"secret" not in seen[0]
    assert b"Accept: a/b" in seen[0]


async def test_silence_before_the_first_byte_ends_the_call() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as port:
        limits = Limits(connect=0.05, first_byte=0.05, idle=9, total=9)
        with pytest.raises(outbound.TimedOutError) as late:
            await _read_all(port, limits)
    assert late.value.phase == "first_byte"


async def test_headers_without_a_body_count_as_silence() -> None:
    async def heads_only(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN)
        await reader.read()

    async with serving(heads_only) as port:
        limits = Limits(connect=0.05, first_byte=0.05, idle=9, total=9)
        with pytest.raises(outbound.TimedOutError) as late:
            await _read_all(port, limits)
    assert late.value.phase == "first_byte"


async def test_a_stall_after_the_first_byte_ends_the_call() -> None:
    async def stalls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"2\r\nhi\r\n")
        await reader.read()

    async with serving(stalls) as port:
        with pytest.raises(outbound.TimedOutError) as late:
            await _read_all(port, Limits(connect=1, first_byte=1, idle=0.05, total=9))
    assert late.value.phase == "idle"


async def _drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OPEN)
    while not writer.is_closing():
        writer.write(b"1\r\nx\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def test_a_slow_drip_ends_at_the_total_limit() -> None:
    async with serving(_drips) as port:
        with pytest.raises(outbound.TimedOutError) as late:
            await _read_all(port, Limits(connect=1, first_byte=1, idle=1, total=0.15))
    assert late.value.phase == "total"


async def _read_all(port: int, limits: Limits) -> bytes:
    url = f"http://127.0.0.1:{port}/"
    answer = await outbound.fetch("GET", url, headers={}, limits=limits, reach=TRUSTED)
    return answer.body


async def test_an_answer_over_the_limit_is_dropped() -> None:
    async with serving(answering(OK)) as port:
        with pytest.raises(outbound.TooLargeError):
            await _read_all(port, Limits(size_bytes=4))


async def test_a_line_that_breaks_in_the_body_is_unreachable() -> None:
    async with serving(answering(OPEN + b"2\r\nhi\r\n")) as port:
        with pytest.raises(outbound.UnreachableError):
            await _read_all(port, QUICK)


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n"])
async def test_no_http_answer_is_unreachable(content: bytes) -> None:
    async with serving(answering(content)) as port:
        with pytest.raises(outbound.UnreachableError):
            await _read_all(port, QUICK)


async def test_a_closed_port_is_unreachable_and_says_no_address() -> None:
    async with serving(answering(OK)) as port:
        pass
    with pytest.raises(outbound.UnreachableError) as refused:
        await _read_all(port, QUICK)
    assert refused.value.message == "The other server cannot be reached."


async def test_an_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody(Names):
        @override
        async def resolve(
            self,
            host: str,
            port: int = 0,
            family: socket.AddressFamily = socket.AF_INET,
        ) -> list[ResolveResult]:
            raise OSError("no such name")

    monkeypatch.setattr(pool, "system_names", Nobody)
    with pytest.raises(outbound.UnreachableError) as refused:
        await outbound.fetch("GET", "http://nobody.example/", headers={}, limits=QUICK)
    assert refused.value.message == "The other server's name is not known."


async def test_leaving_a_stream_early_closes_the_socket() -> None:
    gone = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await _drips(reader, writer)
        gone.set()

    async with serving(endless) as port:
        url = f"http://127.0.0.1:{port}/"
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED) as response:
            assert await anext(response) == b"x"
        await asyncio.wait_for(gone.wait(), 1)


async def test_a_cancelled_call_closes_the_socket() -> None:
    asked, gone = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        asked.set()
        await reader.read()
        gone.set()

    async with serving(silent) as port:
        task = asyncio.create_task(_read_all(port, Limits()))
        await asked.wait()
        task.cancel()
        await asyncio.wait_for(gone.wait(), 1)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_connection_read_to_its_end_is_used_again() -> None:
    sockets = []

    async def counting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sockets.append(writer)
        await _keep_alive(reader, writer)

    async with serving(counting) as port:
        for _ in range(3):
            assert await _read_all(port, QUICK) == b"hello"
        await outbound.close()
    assert len(sockets) == 1


async def test_what_came_before_the_line_broke_is_read_although_nobody_looked_meanwhile() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN + b"5\r\nfirst\r\n")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.write(b"4\r\nlast\r\n")

    async with (
        serving(handler) as port,
        outbound.stream("GET", f"http://127.0.0.1:{port}/", headers={}, reach=TRUSTED) as answer,
    ):
        assert await anext(answer) == b"first"
        await answer.gather(0.2)
        await asyncio.sleep(0.05)
        assert await anext(answer) == b"last"
        with pytest.raises(outbound.UnreachableError):
            await anext(answer)


async def test_what_comes_while_gathering_takes_few_reads() -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OPEN)
        for letter in b"abcdef":
            writer.write(b"1\r\n%c\r\n" % letter)
            await asyncio.sleep(0.005)
        writer.write(b"0\r\n\r\n")

    async with serving(handler) as port:
        url = f"http://127.0.0.1:{port}/"
        async with outbound.stream("GET", url, headers={}, reach=TRUSTED) as response:
            pieces = [await anext(response)]
            await response.gather(0.2)
            pieces += [piece async for piece in response]
            await response.gather(60)  # the line went back to the pool: nothing to wait for
    assert b"".join(pieces) == b"abcdef"
    assert len(pieces) <= 4
    await outbound.close()


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
