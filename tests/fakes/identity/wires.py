"""A provider of our own: speaks the wires of the known ones, and can say anything wrong."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from typing_extensions import override

CLIENT_ID = "our-client"


class Wires:
    """The token endpoint, profiles, keys and discovery of a made-up provider.

    claims: go into the ID token over its usual ones; None takes one away. documents: path → JSON,
    or bytes, or (status, either), or a function of the request's fields that returns these.
    asked: (path, fields, headers) of every request.
    """

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.clear()

    def clear(self) -> None:
        """Forget what a test said."""
        self.claims: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.signing_key: Any = self.key
        self.kid: str | None = "first"
        self.nonce = ""
        self.has_id_token = True
        self.documents: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/profile",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/leave",
            },
            "/keys": {"keys": [self.public(self.key, "first")]},
        }
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []

    def public(self, key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
        """Return the public half of a key as it is published."""
        found: dict[str, Any] = jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        return {**found, "kid": kid, "use": "sig", "alg": "RS256"}

    def start(self) -> "Wires":
        """Serve in the background."""
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()

    def id_token(self) -> str:
        """Return the token that the token endpoint hands out."""
        now = int(time.time())
        usual = {
            "iss": self.url,
            "sub": "person-1",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 600,
            "nonce": self.nonce,
        }
        said = {key: value for key, value in {**usual, **self.claims}.items() if value is not None}
        headers = {"kid": self.kid} if self.kid else {}
        return jwt.encode(said, self.signing_key, algorithm=self.algorithm, headers=headers)

    def _answer(self, path: str, fields: dict[str, str]) -> tuple[int, Any]:
        if path in self.documents:
            found = self.documents[path]
            found = found(fields) if callable(found) else found
            return found if isinstance(found, tuple) else (200, found)
        if path == "/token":
            token = {"id_token": self.id_token()} if self.has_id_token else {}
            return 200, {"access_token": "access-1", "token_type": "Bearer", **token}
        return 404, {}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        wires = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                parts = urlsplit(self.path)
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                fields = dict(parse_qsl(f"{parts.query}&{body}"))
                wires.asked.append((parts.path, fields, dict(self.headers)))
                status, found = wires._answer(parts.path, fields)
                payload = found if isinstance(found, bytes) else json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = _serve  # noqa: N815 - http.server calls them so

            @override
            def log_message(self, *_args: object) -> None:
                pass

        return Handler
