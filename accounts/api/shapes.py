"""LibreChat's JSON of people."""

from accounts.models import User
from accounts.services.second_factors import second_factor_on
from librechat.kernel import clock


def user_json(user: User) -> dict[str, object]:
    """Return a person as their own client sees them, with both ``_id`` and ``id``."""
    accepted_at = user.terms_accepted_at
    return {
        "_id": user.pk,
        "id": user.pk,
        "name": user.name,
        "username": user.username,
        "email": user.email,
        "emailVerified": user.email_verified,
        "avatar": user.avatar or None,
        "provider": user.provider,
        "role": user.role,
        "plugins": [],
        "twoFactorEnabled": second_factor_on(user),
        "termsAccepted": accepted_at is not None,
        "termsAcceptedAt": clock.iso(accepted_at) if accepted_at else None,
        "personalization": {"memories": True, **user.personalization},
        "favorites": user.favorites,
        "skillStates": user.preferences.get("skillStates", {}),
        "createdAt": clock.iso(user.created_at),
        "updatedAt": clock.iso(user.updated_at),
    }
