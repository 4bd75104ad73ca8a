"""A real directory: OpenLDAP's slapd on free ports, with a certificate of its own authority."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib import import_module
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from accounts.auth.directory_settings import DirectorySettings, directory_is_installed
from tests.fakes.ports import free_port

BASE = "dc=example,dc=org"
PEOPLE = f"ou=people,{BASE}"
GROUPS = f"ou=groups,{BASE}"
ROOT, ROOT_PASSWORD = f"cn=admin,{BASE}", "root-secret"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "reader-secret"
START_SECONDS = 60
CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload back_monitor
pidfile {folder}/slapd.pid
TLSCACertificateFile {folder}/authority.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database monitor
access to * by dn.exact="{root}" read
database mdb
maxsize 16777216
suffix "{base}"
rootdn "{root}"
rootpw {password}
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by anonymous auth by * none
"""
TREE = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {READER_PASSWORD}

dn: {PEOPLE}
objectClass: organizationalUnit
ou: people

dn: {GROUPS}
objectClass: organizationalUnit
ou: groups
"""


class Directory:
    """A running slapd with people and groups that a test adds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.tls_url = f"ldaps://127.0.0.1:{self.tls_port}"
        self.ca_path = folder / "authority.pem"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the database at the first start; return when it answers."""
        program = find_slapd()
        assert program is not None
        config = self.folder / "slapd.conf"
        if not config.exists():
            self._fill(config, program)
        with (self.folder / "slapd.log").open("ab") as log:
            self._process = subprocess.Popen(
                [program, "-f", str(config), "-h", f"{self.url} {self.tls_url}", "-d", "0"],
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self._connect().unbind_s()
            except import_module("ldap").SERVER_DOWN:
                assert time.monotonic() < deadline, (self.folder / "slapd.log").read_text()
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(START_SECONDS)
            self._process = None

    def settings(self, **changes: Any) -> DirectorySettings:
        """Return how the product asks this directory, in the clear unless told otherwise."""
        usual = {
            "url": self.url,
            "user_base": PEOPLE,
            "bind_dn": READER,
            "bind_password": READER_PASSWORD,
            "timeout_seconds": 30,
        }
        return DirectorySettings(**{**usual, **changes})

    def add_person(self, uid: str, password: str = "", **attributes: str | bytes) -> str:
        """Add a person; return the full name. Without a password nobody can prove to be them."""
        fields: dict[str, str | bytes] = {
            "objectClass": "inetOrgPerson",
            "uid": uid,
            "cn": uid.title(),
            "sn": uid.title(),
            "mail": f"{uid}@example.org",
            **({"userPassword": password} if password else {}),
            **attributes,
        }
        return self._add(f"uid={uid},{PEOPLE}", {k: [v] for k, v in fields.items() if v})

    def add_plain(self, dn: str, cn: str) -> str:
        """Add an entry that has neither uid nor mail."""
        return self._add(dn, {"objectClass": ["person"], "cn": [cn], "sn": [cn]})

    def add_group(self, name: str, *members: str, **attributes: str) -> str:
        """Add a group; return its full name."""
        fields = {"objectClass": ["groupOfNames"], "cn": [name], "member": [*members, READER]}
        extra = {key: [value] for key, value in attributes.items()}
        return self._add(f"cn={name},{GROUPS}", {**fields, **extra})

    def change(self, dn: str, **attributes: list[str]) -> None:
        """Replace attributes of an entry."""
        ldap, connection = import_module("ldap"), self._connect()
        values = {key: [value.encode() for value in given] for key, given in attributes.items()}
        connection.modify_s(dn, [(ldap.MOD_REPLACE, k, v or None) for k, v in values.items()])
        connection.unbind_s()

    def remove(self, *dns: str) -> None:
        """Take entries out."""
        connection = self._connect()
        for dn in dns:
            connection.delete_s(dn)
        connection.unbind_s()

    def clear(self) -> None:
        """Take everybody and every group out."""
        ldap, connection = import_module("ldap"), self._connect()
        for base in (PEOPLE, GROUPS):
            for dn, _ in connection.search_s(base, ldap.SCOPE_ONELEVEL, attrlist=["1.1"]):
                connection.delete_s(dn)
        connection.unbind_s()

    @contextmanager
    def counted(self) -> Iterator[dict[str, int]]:
        """Count what slapd is asked inside: bind and search; filled in at the end."""
        counts: dict[str, int] = {}
        before = self._operations()
        yield counts
        after = self._operations()
        # Reading the counters is itself a bind and a search.
        counts.update({name: after[name] - before[name] - 1 for name in after})

    @contextmanager
    def silent(self) -> Iterator[str]:
        """Yield the address of a server that takes connections and never says a word."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield f"127.0.0.1:{server.getsockname()[1]}"

    def _operations(self) -> dict[str, int]:
        connection = self._connect()
        base, wanted = "cn=Operations,cn=Monitor", "(|(cn=Bind)(cn=Search))"
        rows = connection.search_s(base, 1, wanted, ["cn", "monitorOpCompleted"])
        connection.unbind_s()
        return {
            row["cn"][0].decode().lower(): int(row["monitorOpCompleted"][0]) for _dn, row in rows
        }

    def _add(self, dn: str, attributes: dict[str, list[Any]]) -> str:
        connection = self._connect()
        rows = [
            (name, [value.encode() if isinstance(value, str) else value for value in values])
            for name, values in attributes.items()
        ]
        connection.add_s(dn, rows)
        connection.unbind_s()
        return dn

    def _connect(self) -> Any:
        connection = import_module("ldap").initialize(self.url)
        connection.simple_bind_s(ROOT, ROOT_PASSWORD)
        return connection

    def _fill(self, config: Path, program: str) -> None:
        (self.folder / "data").mkdir()
        certificates_write(self.folder)
        tree = self.folder / "tree.ldif"
        tree.write_text(TREE.strip() + "\n")
        names = {"folder": self.folder, "base": BASE, "root": ROOT, "reader": READER}
        config.write_text(CONFIG.format(**names, password=ROOT_PASSWORD).lstrip())
        # slapd under the name slapadd loads a file; not every system links that name.
        command = [program, "-T", "add", "-f", str(config), "-l", str(tree)]
        subprocess.run(command, check=True, capture_output=True)


def find_slapd() -> str | None:
    """Return the program, which is often not on the path of people."""
    return shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def certificates_write(folder: Path) -> None:
    """Write an authority, a certificate for 127.0.0.1 by it, and another authority."""
    key, authority = _authority("Example authority")
    _pem(folder / "authority.pem", authority)
    _pem(folder / "stranger.pem", _authority("Another authority")[1])
    server = ec.generate_private_key(ec.SECP256R1())
    name = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        _blank("127.0.0.1", authority.subject, server)
        .add_extension(name, critical=False)
        .sign(key, hashes.SHA256())
    )
    _pem(folder / "server.pem", certificate)
    (folder / "server.key").write_bytes(
        server.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def _authority(name: str) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    blank = _blank(name, subject, key)
    limits = x509.BasicConstraints(ca=True, path_length=None)
    return key, blank.add_extension(limits, critical=True).sign(key, hashes.SHA256())


def _blank(
    name: str,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
    )


def _pem(path: Path, certificate: x509.Certificate) -> None:
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture(scope="session")
def _directory_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    if find_slapd() is None or not directory_is_installed():
        if os.environ.get("REQUIRE") == "all":
            pytest.fail("slapd or python-ldap is missing and REQUIRE=all.")
        pytest.skip("slapd or python-ldap is not installed.")
    server = Directory(tmp_path_factory.mktemp("directory"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def directory(_directory_server: Directory) -> Directory:
    """A directory without people; every test starts with an empty one."""
    _directory_server.clear()
    return _directory_server
