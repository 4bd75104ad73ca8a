"""How the company's directory is asked: connections, searches, and the proof of a password.

django-auth-ldap finds a person and proves the password; it is told to write no rows. It and
python-ldap are an extra, imported at the first use.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from importlib import import_module
from threading import BoundedSemaphore, Thread
from typing import Any, Protocol, TypeVar

from django.utils.translation import gettext as _

from accounts.auth.directory_settings import DN, USERNAME, DirectorySettings
from accounts.auth.ldap_entries import Attributes
from accounts.errors import DirectoryUnavailableError
from accounts.models import User

logger = logging.getLogger(__name__)

PAGE_SIZE = 500  # Active Directory gives 1,000 at most
USUAL = ("uid", "sAMAccountName", "mail", "cn", "name", "displayName")
# Nothing of Django's own AUTH_LDAP_* is read: how we ask is in settings.LDAP alone.
PREFIX = "LIBRECHAT_DIRECTORY_"
MOST_AT_ONCE = 32

T = TypeVar("T")

_places = BoundedSemaphore(MOST_AT_ONCE)


class Connection(Protocol):
    """What is used of python-ldap's connection."""

    def simple_bind_s(self, who: str, cred: str) -> object:
        """Say who asks; raises LDAPError when that is refused."""

    def search_ext(self, *args: object, serverctrls: list[object]) -> int:
        """Begin a search."""

    def result3(self, message: int, timeout: float) -> tuple[Any, Any, Any, Any]:
        """Return kind, rows, id and controls of an answer."""

    def unbind_s(self) -> object:
        """Close."""


class Entry(Protocol):
    """What is used of django-auth-ldap's user: a person that was looked for.

    dn: None for an unknown name. connection: bound as ourselves.
    """

    dn: str | None
    attrs: Attributes
    connection: Connection

    def authenticate(self, password: str) -> User | None:
        """Return a blank user when the password is right."""


class Search(Protocol):
    """What is used of django-auth-ldap's search."""

    filterstr: str

    def execute(
        self,
        connection: Connection,
        filterargs: Mapping[str, str],
    ) -> list[tuple[str, Attributes]]:
        """Return full name and attributes of what is found; the arguments are escaped."""


def entry_prove(wanted: DirectorySettings, name: str, password: str) -> Entry | None:
    """Return the person of this name if it is their password, which must not be empty."""
    library = import_module("django_auth_ldap.backend")
    library.ldap_error.connect(_pass_on, dispatch_uid=__name__)
    backend = library.LDAPBackend()
    backend.settings_prefix = PREFIX
    backend.default_settings = {
        "SERVER_URI": wanted.url,
        "START_TLS": wanted.starttls,
        "CONNECTION_OPTIONS": _options(wanted),
        "BIND_DN": wanted.bind_dn,
        "BIND_PASSWORD": wanted.bind_password,
        "USER_SEARCH": search(wanted.user_base, wanted.search_filter, _attributes(wanted)),
        "ALWAYS_UPDATE_USER": False,
    }
    backend.get_or_build_user = lambda _name, _entry: (User(), False)
    backend.authenticate_ldap_user = _authenticate
    proven = backend.authenticate(None, username=name, password=password)
    entry: Entry | None = proven.ldap_user if proven else None
    return entry


def _authenticate(entry: Entry, password: str) -> User | None:
    if entry.dn:
        return entry.authenticate(password)
    # An unknown name asks as often as a wrong password, so that both take as long.
    with suppress(import_module("ldap").LDAPError):
        entry.connection.simple_bind_s("cn=nobody", password)
    return None


def _pass_on(*, exception: Exception, **_signal: Any) -> None:
    """Let a failure through that django-auth-ldap would answer like a wrong password."""
    raise exception


@contextmanager
def failures() -> Iterator[None]:
    """Turn every failure of the directory into one error; it is logged here.

    Raises:
        DirectoryUnavailableError: instead of any LDAPError, and when it took too long.
    """
    library = import_module("ldap")
    try:
        yield
    except (library.LDAPError, TimeoutError) as exc:
        logger.exception("The directory cannot be asked.", extra={"error": type(exc).__name__})
        raise DirectoryUnavailableError(
            _(
                "The directory that checks passwords cannot be reached. Nothing was changed;"
                " try again in a minute."
            ),
            retry_after_seconds=60,
        ) from exc


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return what asking the directory returns, or give up.

    libldap waits without end for the other side of a TLS handshake. So a thread waits in our
    place; it ends with its connection, and there are never more than a few of them.

    Raises:
        TimeoutError: it took too long.
        LDAPError: it failed.
    """
    library = import_module("ldap")
    places = _places
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except library.LDAPError as exc:
            outcome.set_exception(exc)
        finally:
            places.release()

    if not places.acquire(timeout=seconds):
        raise TimeoutError
    Thread(target=run, name="directory", daemon=True).start()
    return outcome.result(timeout=seconds)


@contextmanager
def connected(wanted: DirectorySettings) -> Iterator[Connection]:
    """Yield a connection that asks as ourselves."""
    connection = within(wanted.timeout_seconds, lambda: _connect(wanted))
    try:
        yield connection
    finally:
        connection.unbind_s()


def _connect(wanted: DirectorySettings) -> Connection:
    connection = import_module("ldap").initialize(wanted.url)
    for option, value in _options(wanted).items():
        connection.set_option(option, value)
    if wanted.starttls:
        connection.start_tls_s()
    connection.simple_bind_s(wanted.bind_dn, wanted.bind_password)
    opened: Connection = connection
    return opened


def search(base: str, template: str, attributes: list[str]) -> Search:
    """Return a search; ``{{username}}`` and ``{{dn}}`` take ``user`` and ``dn``, escaped."""
    ldap, library = import_module("ldap"), import_module("django_auth_ldap.config")
    text = _bracketed(template).replace("%", "%%")
    text = text.replace(USERNAME, "%(user)s").replace(DN, "%(dn)s")
    found: Search = library.LDAPSearch(base, ldap.SCOPE_SUBTREE, text, attributes)
    return found


def everybody(
    connection: Connection,
    wanted: DirectorySettings,
) -> Iterator[tuple[str, Attributes]]:
    """Yield full name and attributes of everybody the search filter can find, page by page."""
    ldap, controls = import_module("ldap"), import_module("ldap.controls.libldap")
    cidict = import_module("ldap.cidict").cidict
    page = controls.SimplePagedResultsControl(criticality=True, size=PAGE_SIZE, cookie="")
    while True:
        message = connection.search_ext(
            wanted.user_base,
            ldap.SCOPE_SUBTREE,
            _bracketed(wanted.search_filter.replace(USERNAME, "*")),
            _attributes(wanted),
            serverctrls=[page],
        )
        _kind, rows, _id, answers = connection.result3(message, timeout=wanted.timeout_seconds)
        # A row without a name points to another server.
        yield from [(dn.lower(), cidict(attributes)) for dn, attributes in rows if dn]
        cookies = [one.cookie for one in answers if one.controlType == page.controlType]
        page.cookie = next(iter(cookies), b"")
        if not page.cookie:
            return


def dn_plain(dn: str) -> str:
    """Return a full name in one form, whatever its blanks and capitals."""
    library = import_module("ldap.dn")
    text: str = library.dn2str(library.str2dn(dn.lower()))
    return text


def _options(wanted: DirectorySettings) -> dict[int, object]:
    ldap = import_module("ldap")
    authority = {ldap.OPT_X_TLS_CACERTFILE: wanted.ca_path} if wanted.ca_path else {}
    return {
        ldap.OPT_PROTOCOL_VERSION: ldap.VERSION3,
        ldap.OPT_REFERRALS: 0,
        ldap.OPT_NETWORK_TIMEOUT: wanted.timeout_seconds,
        ldap.OPT_TIMEOUT: wanted.timeout_seconds,
        ldap.OPT_X_KEEPALIVE_IDLE: 30,
        ldap.OPT_X_KEEPALIVE_PROBES: 3,
        ldap.OPT_X_KEEPALIVE_INTERVAL: 10,
        ldap.OPT_X_TLS_REQUIRE_CERT: (
            ldap.OPT_X_TLS_DEMAND if wanted.verify else ldap.OPT_X_TLS_NEVER
        ),
        **authority,
        ldap.OPT_X_TLS_NEWCTX: 0,  # last: this makes the others count
    }


def _attributes(wanted: DirectorySettings) -> list[str]:
    chosen = (wanted.id_attribute, wanted.username_attribute, wanted.email_attribute)
    return sorted({*USUAL, *filter(None, chosen), *wanted.name_attributes})


def _bracketed(template: str) -> str:
    return template if template.startswith("(") else f"({template})"
