"""How allauth's second factors keep their secrets."""

from allauth.mfa.adapter import DefaultMFAAdapter
from typing_extensions import override

from librechat.kernel import secrets


class MfaAdapter(DefaultMFAAdapter):
    """Encrypts what allauth stores with the product's rotating keys."""

    @override
    def encrypt(self, text: str) -> str:
        """Return the text encrypted."""
        return secrets.encrypt(text)

    @override
    def decrypt(self, encrypted_text: str) -> str:
        """Return the text of an encrypted value."""
        return secrets.decrypt(encrypted_text)
