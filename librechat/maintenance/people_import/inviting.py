"""How newcomers get in: an invitation that carries credits, or a link that sets a password."""

from urllib.parse import urlencode

from django.conf import settings

from accounts.models import INVITE, PASSWORD_RESET, OneTimeToken, User
from accounts.services.invites import LIFETIME, invite_make
from accounts.services.mail import mail_is_configured, mail_send
from accounts.services.one_time import one_time_issue
from billing.queries.promises import PROMISED
from billing.services.adjustments import Order
from librechat.maintenance.people_import.planning import Step


def invite_with_credits(*, step: Step, order: Order) -> str:
    """Invite somebody; what the step gives they get when they register. Return the link.

    order: how the credits are booked, with the first balance of whoever uses the invitation.
    """
    link = invite_make(
        email=step.entry.email,
        role=step.role,
        groups=step.groups,
        actor=order.actor,
        caller=order.caller,
    )
    if step.credits:
        row = OneTimeToken.objects.get(purpose=INVITE, email=step.entry.email, used_at=None)
        by = order.actor.pk if order.actor else ""
        promise = dict(zip(PROMISED, (step.credits, order.key, order.reason), strict=True))
        row.data = {**row.data, **promise, "by": by}
        row.save(update_fields=["data"])
    return link


def password_link_send(*, user: User) -> str:
    """Mail somebody new a link that sets their first password and return it."""
    token = one_time_issue(purpose=PASSWORD_RESET, lifetime=LIFETIME, user=user)
    query = urlencode({"token": token, "userId": user.pk})
    link = f"{settings.DOMAIN_CLIENT}/reset-password?{query}"
    mail_send(template="first_password", to=user.email, context={"link": link})
    return link


def link_to_hand_over(link: str) -> str:
    """Return a link that no mail brings: an administrator has to; empty while mail is set up."""
    return "" if mail_is_configured() else link
