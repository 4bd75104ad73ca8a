"""A security key in software: makes passkeys and answers challenges as a browser would."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import CoseKey
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
Answer = dict[str, Any]


@dataclass
class Passkey:
    """One key; change a field to play a case by hand."""

    origin: str = "http://localhost:3080"
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    sends_handle: bool = True
    handle: str | None = None
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1()),
    )

    def create(self, options: Answer) -> str:
        """Return the answer to the options of a registration, as JSON."""
        public = options["publicKey"]
        self.handle = public["user"]["id"]
        client = self._client("webauthn.create", public["challenge"])
        credential = AttestedCredentialData.create(
            b"\0" * 16,
            self.credential_id,
            CoseKey.parse(self._public()),
        )
        state = AuthenticatorData.create(
            hashlib.sha256(self.rp_id.encode()).digest(),
            AuthenticatorData.FLAG(self.flags | ATTESTED),
            self.counter,
            credential,
        )
        attestation = AttestationObject(
            cbor.encode({"fmt": "none", "attStmt": {}, "authData": bytes(state)}),
        )
        response = {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(attestation)),
        }
        return self._json(response, {"credProps": {"rk": True}})

    def get(self, options: Answer) -> str:
        """Return the answer to the options of a sign-in, as JSON; counts one up."""
        self.counter += 1
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        state = AuthenticatorData.create(
            hashlib.sha256(self.rp_id.encode()).digest(),
            AuthenticatorData.FLAG(self.flags),
            self.counter,
        )
        signed = bytes(state) + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": websafe_encode(client),
            "authenticatorData": websafe_encode(bytes(state)),
            "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self.handle if self.sends_handle else None,
        }
        return self._json(response, {})

    def _public(self) -> dict[int, int | bytes]:
        """Return the public key as COSE writes one: a point of P-256, for ES256."""
        point = self.key.public_key().public_numbers()
        return {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }

    def _client(self, kind: str, challenge: str) -> bytes:
        given = {"type": kind, "challenge": challenge, "origin": self.origin}
        assert websafe_decode(challenge)
        return json.dumps({**given, "crossOrigin": False}).encode()

    def _json(self, response: Answer, extensions: Answer) -> str:
        name = websafe_encode(self.credential_id)
        return json.dumps(
            {
                "id": name,
                "rawId": name,
                "type": "public-key",
                "authenticatorAttachment": "platform",
                "clientExtensionResults": extensions,
                "response": response,
            },
        )
