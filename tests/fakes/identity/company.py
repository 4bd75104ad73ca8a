"""A company's OpenID provider and SAML identity provider, run by Node."""

import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.fakes import node
from tests.fakes.ports import free_port

FOLDER = Path(__file__).parent
CLIENT_ID = "librechat"
CLIENT_SECRET = "not-a-secret-of-anybody"
START_SECONDS = 90
PATIENCE_SECONDS = 60


def certificate() -> tuple[str, str]:
    """Return a new private key and its certificate, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private.decode(), made.public_bytes(serialization.Encoding.PEM).decode()


class Company:
    """Both providers on one port; ``control`` says who signs in and how the answers differ."""

    def __init__(self, folder: Path, redirect_uri: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.redirect_uri = redirect_uri
        self.key, self.certificate = certificate()
        self._files = (folder / "idp-key.pem", folder / "idp-certificate.pem")
        for path, text in zip(self._files, (self.key, self.certificate), strict=True):
            path.write_text(text, encoding="utf-8")
        self._log = folder / "idp.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Company":
        """Start and wait until it answers."""
        node.install(FOLDER, "The identity providers")
        command = [node.program("node"), "server.mjs", str(self.port), self.redirect_uri]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *map(str, self._files)],
                cwd=FOLDER,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/.well-known/openid-configuration", timeout=10)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return self
        raise AssertionError(f"The identity providers did not start:\n{self._log.read_text()}")

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=PATIENCE_SECONDS)

    def control(self, **wanted: object) -> None:
        """Say who comes back: ``sub``, ``claims``, ``refuses``, ``saml``."""
        httpx.post(f"{self.url}/control", json=wanted, timeout=PATIENCE_SECONDS).raise_for_status()

    @property
    def openid_variables(self) -> dict[str, str]:
        """What the product is told to use the OpenID provider."""
        return {
            "ALLOW_SOCIAL_LOGIN": "true",
            "OPENID_ISSUER": self.url,
            "OPENID_CLIENT_ID": CLIENT_ID,
            "OPENID_CLIENT_SECRET": CLIENT_SECRET,
        }

    @property
    def saml_variables(self) -> dict[str, str]:
        """What the product is told to use the SAML identity provider."""
        return {
            "ALLOW_SOCIAL_LOGIN": "true",
            "SAML_ENTRY_POINT": f"{self.url}/saml",
            "SAML_ISSUER": "librechat",
            "SAML_CERT": self.certificate,
        }
