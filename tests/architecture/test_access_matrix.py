"""Every route keeps its policy, whoever asks: the matrix of routes and people.

Anonymous, stranger, viewer, editor, owner, admin, suspended, and a key without the scope.
"""

import pytest
from django.http import HttpResponse, HttpResponseBase
from django.urls import get_resolver

from accounts.models import User
from accounts.services.api_keys import api_key_create
from conversations.models import Conversation, Message
from tests.architecture.policies import CLOSED_TO_KEYS, POLICIES, Route
from tests.architecture.visits import Visitor, is_sent_to_sign_in, walk

# Asynchronous views read in other threads, so their rows must be committed.
COMMITTED = ("api/agents/chat", "api/convos/gen_title", "c/<str:conversation_id>/stop")
PROVES_BY_BODY = {"api/auth/2fa/verify-temp"}  # open to all, good only with its token
TO_SIGN_IN = {
    "admin/login/",
    "admin/logout/",
    "logout",
    "oauth/error",
    "settings/language",
    "login/second-factor",
    "login/passkey",
}  # they lead to the sign-in page by purpose
ROUTES = [
    pytest.param(
        pattern,
        route,
        id=f"{route.method} {pattern}",
        marks=pytest.mark.django_db(transaction=pattern.startswith(COMMITTED)),
    )
    for pattern, routes in POLICIES.items()
    for route in routes
]
SCOPE_REFUSED = "This access key may not do that."


def test_every_route_has_a_policy() -> None:
    routes = set(walk(get_resolver()))
    assert routes - set(POLICIES) == set()
    assert set(POLICIES) - routes == set()
    assert all(POLICIES.values())


def _state() -> tuple[int, str]:
    return Message.objects.count(), Conversation.objects.get().title


def _is_refused(route: Route, answer: HttpResponseBase) -> bool:
    """Return whether an answer says that nobody is signed in."""
    return answer.status_code == 401 if route.door == "api" else is_sent_to_sign_in(answer)


@pytest.mark.usefixtures("thing")
@pytest.mark.parametrize(("pattern", "route"), ROUTES)
def test_route_keeps_its_policy(
    pattern: str,
    route: Route,
    question: Message,
    people: dict[str, User],
) -> None:
    before = _state()
    anonymous = Visitor().ask(pattern, route, question)
    if route.policy == "public":
        assert anonymous.status_code != 401 or pattern in PROVES_BY_BODY
        assert not is_sent_to_sign_in(anonymous) or pattern in TO_SIGN_IN
        return
    assert _is_refused(route, anonymous)
    answers = {
        name: Visitor.at(route, people[name]).ask(pattern, route, question).status_code
        for name in ("stranger", "viewer", "editor", "admin")
    }
    if route.policy == "admin":
        assert answers == {"stranger": 302, "viewer": 302, "editor": 302, "admin": 200}
        return
    may = answers.pop("admin")
    if route.policy == "capability":
        assert set(answers.values()) == {403}
        assert may not in {401, 403}
        return
    if route.policy == "own_object":
        assert {*answers.values(), may} == {404}
        assert _state() == before
    if route.policy == "shared":
        assert answers == {"stranger": 404, "viewer": 403, "editor": 403}
        assert may == 200
    owner = Visitor.at(route, people["owner"]).ask(pattern, route, question)
    assert owner.status_code not in {401, 403}


@pytest.mark.usefixtures("thing")
@pytest.mark.parametrize(("pattern", "route"), ROUTES)
def test_suspended_people_are_nobody(
    pattern: str,
    route: Route,
    question: Message,
    people: dict[str, User],
) -> None:
    """The flag alone is set: every door must look at it, whatever else ends with a suspension."""
    suspended = [people["owner"], people["admin"]]
    visitors = [Visitor.by_page(person) for person in suspended]
    if route.door == "api":
        visitors += [Visitor.by_token(person) for person in suspended]
        visitors += [_holder(person) for person in suspended]
    User.objects.filter(pk__in=[person.pk for person in suspended]).update(is_active=False)
    before = _state()

    anonymous = Visitor().ask(pattern, route, question).status_code
    answers = [visitor.ask(pattern, route, question) for visitor in visitors]

    assert _state() == before
    if route.policy != "public":
        assert [_is_refused(route, answer) for answer in answers] == [True] * len(answers)
        return
    assert {answer.status_code for answer in answers} == {anonymous}
    for answer in answers:
        assert not any(person.email in _text(answer) for person in suspended)


@pytest.mark.usefixtures("thing")
@pytest.mark.parametrize(("pattern", "route"), ROUTES)
def test_a_key_reaches_as_far_as_its_scopes(
    pattern: str,
    route: Route,
    question: Message,
    people: dict[str, User],
) -> None:
    person = people["admin" if route.policy in {"admin", "capability"} else "owner"]
    whole = _holder(person)
    if route.door == "page":
        before = _state()
        anonymous = Visitor().ask(pattern, route, question)
        assert whole.ask(pattern, route, question).status_code == anonymous.status_code
        assert route.policy == "public" or _is_refused(route, anonymous)
        assert _state() == before
        return
    own, other = ("read", "write") if route.method == "GET" else ("write", "read")
    without = [_holder(person, other), _holder(person, "relay")]
    if route.policy == "public":
        anonymous = Visitor().ask(pattern, route, question)
        for visitor in (whole, *without):
            assert visitor.ask(pattern, route, question).status_code == anonymous.status_code
        return
    before = _state()
    is_closed = pattern.startswith(CLOSED_TO_KEYS)
    kept_out = [*without, whole, _holder(person, own)] if is_closed else without
    for visitor in kept_out:
        answer = visitor.ask(pattern, route, question)
        assert answer.status_code == 403
        # One route answers refusals with nothing.
        assert SCOPE_REFUSED in _text(answer) or not _text(answer)
    assert _state() == before
    if not is_closed:
        answer = _holder(person, own).ask(pattern, route, question)
        assert answer.status_code not in {401, 403}


def _holder(person: User, *scopes: str) -> Visitor:
    """Return the holder of a key of a person; without scopes it is for everything."""
    _, text = api_key_create(user=person, name="A program", scopes=scopes)
    return Visitor.bearing(text)


def _text(answer: HttpResponseBase) -> str:
    assert isinstance(answer, HttpResponse)
    return answer.content.decode()
