"""Groups of Entra ID that do not fit into a token: Microsoft Graph is asked for them.

From about two hundred groups on, Entra leaves the claim out and says only that there are some.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
import orjson

from accounts.auth.method_settings import OpenidSettings
from accounts.auth.token_endpoint import ask, good, token_ask
from accounts.errors import ProviderFailedError
from librechat.kernel.outbound import OutboundError

CLAIM = "groups"
# Where people sign in → the Graph of that cloud. A token goes nowhere else.
GRAPHS = {
    "login.microsoftonline.com": "https://graph.microsoft.com/v1.0",
    "login.microsoftonline.us": "https://graph.microsoft.us/v1.0",
    "login.partner.microsoftonline.cn": "https://microsoftgraph.chinacloudapi.cn/v1.0",
}
GRAPH_APP = "00000003-0000-0000-c000-000000000000"
MAX_PAGES = 100
JWT_BEARER, ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer", "on_behalf_of"
Kinds = Mapping[str, Mapping[str, Any]]


def groups_complete(
    given: OpenidSettings,
    published: Mapping[str, Any],
    kinds: Kinds,
    access_token: str,
) -> Kinds:
    """Return the answers with the groups that were left out of them.

    Graph is asked only when an answer lacks groups and a setting looks at them.

    Raises:
        ProviderFailedError: Graph cannot be asked; nobody is let in, or out of groups, by a guess.
    """
    if CLAIM not in _looked_at(given) or not any(map(_lacks_groups, kinds.values())):
        return kinds
    graph = given.graph_url or GRAPHS.get(urlsplit(given.issuer).hostname or "", "")
    if not graph:
        raise ProviderFailedError("Groups do not fit into the token, and OPENID_GRAPH_URL is unset")
    try:
        token = _graph_token(given, published, access_token, graph)
        found = list(_member_of(graph.rstrip("/"), token))
    except OutboundError as exc:
        raise ProviderFailedError(f"Microsoft Graph cannot be asked: {exc}") from exc
    return {
        kind: {**claims, CLAIM: found} if _lacks_groups(claims) else claims
        for kind, claims in kinds.items()
    }


def _looked_at(given: OpenidSettings) -> set[str]:
    wanted = (given.required, given.admin, given.sync)
    return {given.groups_claim, *(claim.path for claim in wanted if claim.roles)}


def _lacks_groups(claims: Mapping[str, Any]) -> bool:
    """Return whether an answer says that groups were left out of it."""
    elsewhere = claims.get("_claim_names")
    is_named = isinstance(elsewhere, Mapping) and CLAIM in elsewhere
    return is_named or claims.get("hasgroups") in {True, "true"}


def _graph_token(
    given: OpenidSettings,
    published: Mapping[str, Any],
    access_token: str,
    graph: str,
) -> str:
    """Return a token for Graph: the one there is if it is for Graph, else one in exchange."""
    parts = urlsplit(graph)
    if _audience(access_token).rstrip("/") in {GRAPH_APP, f"{parts.scheme}://{parts.netloc}"}:
        return access_token
    said = token_ask(
        given,
        published,
        grant_type=JWT_BEARER,
        assertion=access_token,
        requested_token_use=ON_BEHALF_OF,
        scope=" ".join(_full(scope, graph) for scope in given.graph_scopes),
    )
    return str(good(said, "access_token")["access_token"])


def _full(scope: str, graph: str) -> str:
    parts = urlsplit(graph)
    return scope if "://" in scope else f"{parts.scheme}://{parts.netloc}/{scope}"


def _audience(access_token: str) -> str:
    try:
        claims = jwt.decode(access_token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return ""
    return str(claims.get("aud", ""))


def _member_of(graph: str, token: str) -> Iterator[str]:
    """Yield the ids of every group somebody is in, page by page."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = orjson.dumps({"securityEnabledOnly": False})
    said = good(ask("POST", f"{graph}/me/getMemberObjects", headers, body), "value")
    for _ in range(MAX_PAGES):
        for group in said["value"]:
            yield str(group)
        following = said.get("@odata.nextLink")
        if not following:
            return
        if urlsplit(str(following))[:2] != urlsplit(graph)[:2]:
            raise ProviderFailedError("Microsoft Graph leads to another server.")
        said = good(ask("GET", str(following), headers), "value")
    raise ProviderFailedError("Microsoft Graph does not come to an end.")
