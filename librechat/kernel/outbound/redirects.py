"""Following redirects, each checked like a new request."""

from collections.abc import Mapping

from yarl import URL

from librechat.kernel.outbound.addresses import PUBLIC, Reach, parse
from librechat.kernel.outbound.client import SHORT, Answer, Limits, fetch
from librechat.kernel.outbound.failures import UnsafeRequestError

KEPT_ACROSS_ORIGINS = frozenset({"accept", "accept-language", "user-agent"})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


async def fetch_following(
    url: str,
    *,
    headers: Mapping[str, str],
    limits: Limits = SHORT,
    reach: Reach = PUBLIC,
    most: int = 3,
) -> Answer:
    """GET with at most so many redirects, each checked like a new request.

    Credentials stay behind when the redirect leaves the origin.

    Raises:
        OutboundError: as ``fetch``; UnsafeRequestError after too many redirects.
    """
    here, sent = url, dict(headers)
    for _ in range(most + 1):
        answer = await fetch("GET", here, headers=sent, limits=limits, reach=reach)
        location = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not location:
            return answer
        there = parse(str(parse(here).join(URL(location))))
        if there.origin() != parse(here).origin():
            sent = {name: sent[name] for name in sent if name.lower() in KEPT_ACROSS_ORIGINS}
        here = str(there)
    raise UnsafeRequestError("The address redirects too often.")
