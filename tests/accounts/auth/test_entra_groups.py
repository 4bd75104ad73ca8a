"""Groups that do not fit into a token of Entra ID."""

from typing import Any

import pytest
from django.test import Client

from accounts.auth import entra_groups
from accounts.auth.entra_groups import GRAPHS, groups_complete
from accounts.errors import ProviderFailedError
from accounts.models import ADMIN, User
from tests.fakes.identity.ada import ADDRESS
from tests.fakes.identity.graph import SOURCE, Graph
from tests.fakes.identity.travel import SERVER, SwitchOn, journey, openid_variables, read, refused
from tests.fakes.identity.wires import CLIENT_ID, Wires

pytestmark = pytest.mark.django_db

NEEDED = {"OPENID_REQUIRED_ROLE": "group-3", "OPENID_REQUIRED_ROLE_PARAMETER_PATH": "groups"}
OBO = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def graph(wires: Wires) -> Graph:
    """Three pages of groups."""
    return Graph(wires, ["group-1", "group-2"], ["group-3"], ["group-4"])


@pytest.fixture
def at_entra(wires: Wires, graph: Graph, at_wires: Any) -> Any:
    def prepare(**variables: str) -> None:
        at_wires(OPENID_GRAPH_URL=graph.url, **variables)
        wires.claims |= SOURCE
        wires.documents["/token"] = lambda _fields: {
            "access_token": graph.token(),
            "id_token": wires.id_token(),
        }

    return prepare


def test_groups_of_every_page_become_the_persons_groups(
    client: Client,
    graph: Graph,
    at_entra: Any,
) -> None:
    at_entra(OPENID_GROUPS_CLAIM="groups")
    assert journey(client, "openid", graph.wires)["Location"] == f"{SERVER}/c/new"
    ada = User.objects.get(email=ADDRESS)
    assert {group.external_id for group in ada.member_groups.all()} == {
        "group-1",
        "group-2",
        "group-3",
        "group-4",
    }
    assert graph.tokens == [graph.token()] * 3
    paths = [path for path, _, _ in graph.wires.asked if path.startswith("/v1.0")]
    assert paths == [
        "/v1.0/me/getMemberObjects",
        "/v1.0/me/getMemberObjects/1",
        "/v1.0/me/getMemberObjects/2",
    ]


@pytest.mark.parametrize("said", [SOURCE, {"hasgroups": True}, {"hasgroups": "true"}], ids=str)
def test_they_count_for_roles_too(
    said: dict[str, Any],
    client: Client,
    wires: Wires,
    at_entra: Any,
    owner: User,
) -> None:
    at_entra(
        **NEEDED,
        OPENID_ADMIN_ROLE="group-4",
        OPENID_ADMIN_ROLE_PARAMETER_PATH="groups",
    )
    wires.claims |= {"_claim_names": None, "_claim_sources": None, **said}
    journey(client, "openid", wires)
    assert User.objects.get(email=ADDRESS).role == ADMIN


def test_whoever_is_not_in_the_group_stays_out(
    client: Client,
    wires: Wires,
    at_entra: Any,
) -> None:
    at_entra(**{**NEEDED, "OPENID_REQUIRED_ROLE": "group-9"})
    assert refused(journey(client, "openid", wires)) == "role_required"
    assert not User.objects.exists()


def test_a_token_for_another_audience_is_exchanged(
    client: Client,
    wires: Wires,
    graph: Graph,
    at_entra: Any,
) -> None:
    at_entra(**NEEDED, OPENID_GRAPH_SCOPES="User.Read, api://other/Groups")
    ours = graph.token("api://chat")

    def answer(fields: dict[str, str]) -> dict[str, str]:
        if fields["grant_type"] == OBO:
            return {"access_token": "for-graph"}
        return {"access_token": ours, "id_token": wires.id_token()}

    wires.documents["/token"] = answer
    assert journey(client, "openid", wires)["Location"] == f"{SERVER}/c/new"
    asked = [fields for path, fields, _ in wires.asked if path == "/token"][-1]
    assert asked == {
        "grant_type": OBO,
        "assertion": ours,
        "requested_token_use": "on_behalf_of",
        "scope": f"{wires.url}/User.Read api://other/Groups",
    }
    assert graph.tokens == ["for-graph"] * 3


def test_a_token_that_cannot_be_read_is_exchanged(
    client: Client,
    wires: Wires,
    graph: Graph,
    at_entra: Any,
) -> None:
    at_entra(**NEEDED)
    wires.documents["/token"] = lambda _fields: {
        "access_token": "opaque",
        "id_token": wires.id_token(),
    }
    assert journey(client, "openid", wires)["Location"] == f"{SERVER}/c/new"
    assert wires.asked[-4][1]["assertion"] == "opaque"


def test_a_graph_that_does_not_answer_lets_nobody_in(
    client: Client,
    wires: Wires,
    at_entra: Any,
    switch_on: SwitchOn,
) -> None:
    at_entra()
    given = {**NEEDED, "OPENID_GRAPH_URL": "http://127.0.0.1:9/v1.0"}
    switch_on(read(openid_variables(wires, **given)))
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert not User.objects.exists()


@pytest.mark.parametrize("secret", ["s", ""])
def test_the_client_shows_who_it_is_as_at_a_sign_in(
    secret: str,
    client: Client,
    wires: Wires,
    graph: Graph,
    at_entra: Any,
) -> None:
    at_entra(**NEEDED, OPENID_CLIENT_SECRET=secret)
    ours = graph.token("api://chat")
    wires.documents["/token"] = lambda _fields: {
        "access_token": ours,
        "id_token": wires.id_token(),
    }
    wires.documents["/.well-known/openid-configuration"] |= {
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    journey(client, "openid", wires)
    first, second = [fields for path, fields, _ in wires.asked if path == "/token"]
    shown = {"client_id", "client_secret"}
    assert {name: first.get(name) for name in shown} == {name: second.get(name) for name in shown}
    assert second["client_id"] == CLIENT_ID


@pytest.mark.parametrize(
    "answer",
    [
        (403, {"error": {"code": "Authorization_RequestDenied"}}),
        (500, {}),
        {"nothing": []},
        {"value": ["group-3"], "@odata.nextLink": "https://evil.example/v1.0/me"},
        {"value": ["group-3"], "@odata.nextLink": "http://127.0.0.1:9/v1.0/me"},
    ],
    ids=str,
)
def test_nobody_is_let_in_by_a_guess(
    answer: object,
    client: Client,
    wires: Wires,
    at_entra: Any,
) -> None:
    at_entra(**NEEDED)
    wires.documents["/v1.0/me/getMemberObjects"] = answer
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert not User.objects.exists()


def test_while_graph_is_away_memberships_stay_as_they_are(
    client: Client,
    wires: Wires,
    at_entra: Any,
) -> None:
    at_entra(OPENID_GROUPS_CLAIM="groups")
    journey(client, "openid", wires)
    wires.documents["/v1.0/me/getMemberObjects/2"] = (503, {})
    assert refused(journey(Client(), "openid", wires)) == "auth_failed"
    assert User.objects.get().member_groups.count() == 4


def test_pages_that_lead_in_a_circle_come_to_an_end(
    client: Client,
    wires: Wires,
    graph: Graph,
    at_entra: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(entra_groups, "MAX_PAGES", 5)
    at_entra(**NEEDED)
    circle = f"{graph.url}/me/getMemberObjects"
    wires.documents["/v1.0/me/getMemberObjects"]["@odata.nextLink"] = circle
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert len(graph.tokens) == 6


def test_graph_is_not_asked_for_nothing(
    client: Client,
    wires: Wires,
    graph: Graph,
    at_entra: Any,
) -> None:
    at_entra()  # nothing looks at groups
    journey(client, "openid", wires)
    at_entra(**NEEDED)
    wires.claims |= {"_claim_names": None, "groups": ["group-3"]}  # they fit
    assert journey(Client(), "openid", wires)["Location"] == f"{SERVER}/c/new"
    assert graph.tokens == []


def test_a_provider_that_is_not_entra_gets_no_graph(
    client: Client,
    wires: Wires,
    graph: Graph,
    switch_on: SwitchOn,
    at_entra: Any,
) -> None:
    at_entra()
    switch_on(read(openid_variables(wires, **NEEDED)))
    assert refused(journey(client, "openid", wires)) == "auth_failed"
    assert graph.tokens == []


@pytest.mark.parametrize("host", [*GRAPHS])
def test_each_cloud_has_its_own_graph(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_method: str, url: str, *_rest: object) -> object:
        asked.append(url)
        raise ProviderFailedError("enough")

    monkeypatch.setattr(entra_groups, "ask", ask)
    issuer = f"https://{host}/tenant/v2.0"
    given = read(
        {"OPENID_ISSUER": issuer, "OPENID_CLIENT_ID": "c", "OPENID_CLIENT_SECRET": "s", **NEEDED},
    ).openid
    assert given is not None
    token = "eyJhbGciOiJub25lIn0.eyJhdWQiOiIwMDAwMDAwMy0wMDAwLTAwMDAtYzAwMC0wMDAwMDAwMDAwMDAifQ."
    with pytest.raises(ProviderFailedError, match="enough"):
        groups_complete(given, {}, {"id": SOURCE}, token)
    assert asked == [f"{GRAPHS[host]}/me/getMemberObjects"]
