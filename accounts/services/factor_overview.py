"""What somebody has beside the password, read at once."""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Factors:
    """Second factors of one person; passkeys oldest first."""

    has_app: bool
    passkeys: list[Authenticator]
    codes_left: int
    codes_total: int

    @property
    def is_on(self) -> bool:
        """Whether a password alone does not sign in."""
        return self.has_app or bool(self.passkeys)

    @classmethod
    def of(cls, user: User) -> "Factors":
        """Return those of a person; one query."""
        rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
        kinds = Authenticator.Type
        codes = [
            code for row in rows if row.type == kinds.RECOVERY_CODES for code in row.data["codes"]
        ]
        return cls(
            has_app=any(row.type == kinds.TOTP for row in rows),
            passkeys=[row for row in rows if row.type == kinds.WEBAUTHN],
            codes_left=sum(not code["used"] for code in codes),
            codes_total=len(codes),
        )
