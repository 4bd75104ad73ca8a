"""What has come of an answer's body, without what aiohttp does for every piece of it."""

import aiohttp


def arrived(content: aiohttp.StreamReader) -> bytes:
    """Return what has come, also when the line broke after it: the next read tells that."""
    pieces = content._buffer  # noqa: SLF001 - there is no public way
    if not pieces:
        return b""
    if len(pieces) > 1:
        # For each piece that is taken, aiohttp runs its parser and wakes its transport up: of a
        # fast stream's token that is a quarter.
        whole = b"".join(pieces)
        pieces.clear()
        pieces.append(whole)
    broken = content.exception()
    if broken is None:
        return content.read_nowait()
    # aiohttp reads nothing more then, although it keeps what came before.
    content._exception = None  # noqa: SLF001 - as above
    try:
        return content.read_nowait()
    finally:
        content._exception = broken  # noqa: SLF001 - as above


async def arrival(content: aiohttp.StreamReader) -> bytes:
    """Return the next bytes as soon as there are some; none at the end.

    Raises:
        Exception: what broke the line.
    """
    broken = content.exception()
    if broken is not None:
        raise broken
    while not (found := arrived(content)) and not content.at_eof():
        await content._wait("read")  # noqa: SLF001 - the public reads take piece by piece
    return found
