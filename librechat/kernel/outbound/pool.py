"""One pooled session per event loop and reach; addresses are checked where sockets are made."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from weakref import WeakKeyDictionary

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from typing_extensions import override

from librechat.kernel.outbound.addresses import Reach, check_address

KEEP_ALIVE_SECONDS = 15
NAMES_SECONDS = 30
LINE_BYTES = 64 * 1024


class PinnedResolver(AbstractResolver):
    """Resolves a name once; the connection goes to exactly the addresses that were checked."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._names = system_names()

    @override
    async def resolve(
        self,
        host: str,
        port: int = 0,
        family: socket.AddressFamily = socket.AF_UNSPEC,
    ) -> list[ResolveResult]:
        """Return the addresses of a name.

        Raises:
            RefusedAddressError: one of them is not allowed; none is used then.
        """
        found = await self._names.resolve(host, port, family)
        for entry in found:
            check_address(host, port, address=entry["host"], reach=self._reach)
        return found

    @override
    async def close(self) -> None:
        """Free what the system's resolver holds."""
        await self._names.close()


def system_names() -> AbstractResolver:
    """Return the system's resolver (tests put their own here)."""
    return ThreadedResolver()


class _Pool:
    """The sessions of one loop; they close when the loop shuts its generators down."""

    def __init__(self) -> None:
        self.sessions: dict[Reach, aiohttp.ClientSession] = {}
        self.keeper: AsyncGenerator[None, None] | None = None

    async def close(self) -> None:
        sessions = list(self.sessions.values())
        self.sessions.clear()
        for session in sessions:
            await session.close()

    async def keep(self) -> AsyncGenerator[None, None]:
        try:
            yield
        finally:
            await self.close()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = WeakKeyDictionary()


def _make(reach: Reach) -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0,
        resolver=PinnedResolver(reach),
        ttl_dns_cache=NAMES_SECONDS,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        raise_for_status=False,
        read_bufsize=LINE_BYTES,
        max_line_size=LINE_BYTES,
        max_field_size=LINE_BYTES,
    )


async def session_for(reach: Reach) -> aiohttp.ClientSession:
    """Return this loop's session for a reach.

    Sessions are never shared between reaches: a connection that the operator may use must not
    serve an address that a person typed in.
    """
    loop = asyncio.get_running_loop()
    pool = _pools.get(loop)
    if pool is None:
        pool = _pools[loop] = _Pool()
        pool.keeper = pool.keep()
        await anext(pool.keeper)  # registers it with the loop, which closes it at the end
    session = pool.sessions.get(reach)
    if session is None or session.closed:
        session = pool.sessions[reach] = _make(reach)
    return session


async def close() -> None:
    """Close this loop's connections."""
    pool = _pools.get(asyncio.get_running_loop())
    if pool is not None:
        await pool.close()
