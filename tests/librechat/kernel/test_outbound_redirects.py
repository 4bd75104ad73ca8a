"""Redirects: given back, or followed with every step checked again."""

import pytest

from librechat.kernel import outbound
from librechat.kernel.outbound import TRUSTED, Reach, pool
from tests.librechat.kernel.outbound_servers import OK, Names, answering, serving


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
