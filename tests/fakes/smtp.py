"""A mail server on a real socket: plain, STARTTLS or TLS, with or without a password."""

import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fakes.ports import free_port

USER, PASSWORD = "mailer", "mail password"
START_SECONDS = 60


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Return the files of a self-signed certificate for a host name, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    crt, pem = folder / "server.crt", folder / "server.key"
    crt.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
    return crt, pem


@dataclass
class Received:
    """A mail as it arrived."""

    sender: str
    to: list[str]
    message: EmailMessage
    is_encrypted: bool
    user: str

    def part(self, kind: str) -> str:
        """Return the text of the part of a type such as ``text/plain``."""
        for piece in self.message.walk():
            if piece.get_content_type() == kind:
                return str(piece.get_content())
        raise AssertionError(f"There is no {kind}.")


@dataclass
class MailServer:
    """Use it as a context; ``received`` holds what arrived."""

    tls: tuple[Path, Path] | None = None
    starttls: tuple[Path, Path] | None = None
    wants_password: bool = False
    refuses: bool = False
    signed_in: str = ""
    received: list[Received] = field(default_factory=list)
    port: int = field(default_factory=free_port)

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self,
        _server: SMTP,
        session: Session,
        envelope: Envelope,
    ) -> str:
        """Keep a mail."""
        if self.refuses:
            return "554 No mails today"
        raw = envelope.content
        assert isinstance(raw, bytes)
        parsed = message_from_bytes(raw, policy=policy.default)
        self.received.append(
            Received(
                sender=str(envelope.mail_from),
                to=list(envelope.rcpt_tos),
                message=parsed,
                is_encrypted=session.ssl is not None or self.tls is not None,
                user=self.signed_in,
            ),
        )
        return "250 OK"

    def _password(self, *arguments: Any) -> AuthResult:
        given = arguments[4]
        assert isinstance(given, LoginPassword)
        is_right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        self.signed_in = given.login.decode() if is_right else ""
        return AuthResult(success=is_right, auth_data=given.login.decode(), handled=is_right)

    def __enter__(self) -> "MailServer":
        options: dict[str, Any] = {
            "hostname": "127.0.0.1",
            "port": self.port,
            "ready_timeout": START_SECONDS,
        }
        if self.wants_password:
            options |= {
                "authenticator": self._password,
                "auth_required": True,
                "auth_require_tls": self.tls is None,
            }
        if self.tls:
            options["ssl_context"] = _context(self.tls)
        if self.starttls:
            options["tls_context"] = _context(self.starttls)
        self._controller = Controller(self, **options)
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()


def _context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    return context
