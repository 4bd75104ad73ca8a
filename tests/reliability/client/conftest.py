"""One server for all of these tests, and two people in browsers of their own."""

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.fakes.client import Library, install
from tests.fakes.product import Person, Product
from tests.fakes.provider import FakeProvider
from tests.reliability.conftest import launching

PASSWORD = "correct horse battery"
MANY = {"ALLOW_REGISTRATION": "true", "REGISTER_MAX": "100", "LOGIN_MAX": "100"}

Chat = Callable[[str], str]


@pytest.fixture(scope="package")
def server(
    tmp_path_factory: pytest.TempPathFactory,
    _provider_server: FakeProvider,
) -> Iterator[Product]:
    install()  # before a server is started for nothing
    with launching(tmp_path_factory.mktemp("library"), _provider_server) as launch:
        yield launch(**MANY)


@pytest.fixture(scope="package")
def ada(server: Product) -> Iterator[Library]:
    """Somebody with an ordinary account; the first one of a server is the administrator's."""
    Person(server.url, "first@example.org").register()
    with closing(Library(server.url)) as library:
        yield library.sign_up("Ada", PASSWORD)


@pytest.fixture(scope="package")
def bob(server: Product, ada: Library) -> Iterator[Library]:
    """Somebody else, in a browser of their own."""
    with closing(Library(server.url)) as library:
        yield library.sign_up("Bob", PASSWORD)


@pytest.fixture(scope="package")
def chat(server: Product, ada: Library) -> Chat:
    """Ask the scripted model something as Ada; returns the id of the chat."""
    person = Person(server.url, "ada@example.org", PASSWORD).sign_in()

    def ask(text: str) -> str:
        started = person.start(text, endpoint="Fake", model="echo", endpointType="custom")
        assert [frame for frame in person.frames(started["streamId"]) if frame.get("final")]
        return str(started["conversationId"])

    return ask
