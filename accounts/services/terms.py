"""Terms of service: which text holds, publishing a version, accepting one."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access.overrides import effective
from accounts.config import InterfaceConfig, TermsOfService
from accounts.limits.caller import Caller
from accounts.models import TermsAcceptance, TermsVersion, User
from accounts.services.audit import Act, Target, audit_record
from librechat.kernel import clock
from librechat.kernel.errors import ConflictError, InvalidInputError

CACHED = "accounts:terms"
CACHED_SECONDS = 30  # another process without a shared cache asks for a version this late at most


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms as a person reads them. number: of the published version; 0 for the file's text."""

    title: str
    text: str
    external_url: str
    open_new_tab: bool
    number: int
    published_at: datetime | None


def terms_of(user: User) -> Terms:
    """Return the newest published version; before there is one, the text of the settings."""
    found = _configured(user) or TermsOfService()
    newest = _newest()
    content = found.modal_content or ""
    written = content if isinstance(content, str) else "\n".join(content)
    return Terms(
        title=found.modal_title or "",
        text=newest.text if newest else written,
        external_url=found.external_url or "",
        open_new_tab=bool(found.open_new_tab),
        number=newest.number or 0 if newest else 0,
        published_at=newest.published_at if newest else None,
    )


def interface_with_terms(interface: dict[str, object]) -> dict[str, object]:
    """Return the section ``interface`` with the newest published version as its terms."""
    newest = _newest()
    if newest is None:
        return interface
    written = interface.get("termsOfService")
    terms = dict(written) if isinstance(written, dict) else {}
    terms["modalContent"] = newest.text
    if _a_version_is_asked_for():
        terms["modalAcceptance"] = True
    return {**interface, "termsOfService": terms}


def terms_are_due(user: User) -> bool:
    """Return whether a person must accept the terms before going on; no query at most times."""
    if user.terms_accepted_at is not None:
        return False
    if cache.get_or_set(CACHED, _a_version_is_asked_for, CACHED_SECONDS):
        return True
    terms = _configured(user)
    return terms is not None and bool(terms.modal_acceptance)


def terms_accept(*, user: User, number: int | None = None) -> datetime:
    """Record that the terms were accepted, and return when; the first time counts.

    number: of the version that was read, 0 for the file's text; None for the newest.

    Raises:
        ConflictError: another version was published since; nothing was recorded.
    """
    with transaction.atomic():
        # Before the versions are read: publishing takes the same rows, so neither misses the other.
        fresh = User.objects.select_for_update().get(pk=user.pk)
        newest = _newest()
        if number is not None and number != (newest.number if newest else 0):
            raise ConflictError(
                _(
                    "The terms changed while you read them. Nothing was recorded: please read"
                    " them again."
                ),
            )
        if fresh.terms_accepted_at is None:
            fresh.terms_accepted_at = clock.now()
            fresh.save(update_fields=["terms_accepted_at", "updated_at"])
            if newest is not None:
                TermsAcceptance.objects.create(
                    user=fresh,
                    version=newest,
                    accepted_at=fresh.terms_accepted_at,
                )
    user.terms_accepted_at = fresh.terms_accepted_at
    return fresh.terms_accepted_at


def terms_reset() -> int:
    """Let everybody be asked for the terms again; return how many had accepted them."""
    with transaction.atomic():
        count = _forget_acceptances()
        audit_record(Act(category="account", action="terms.reset", metadata={"people": count}))
    return count


def terms_draft_write(
    *,
    draft: TermsVersion,
    actor: User,
    caller: Caller | None = None,
) -> TermsVersion:
    """Store a draft as it is in memory.

    Raises:
        ConflictError: it was published in between; nothing was changed.
    """
    with transaction.atomic():
        is_there = TermsVersion.objects.filter(pk=draft.pk).exists()
        if not is_there:
            draft.save(force_insert=True)
        else:
            found = TermsVersion.objects.filter(pk=draft.pk, number=None)
            if not found.update(
                text=draft.text,
                must_accept_again=draft.must_accept_again,
                updated_at=clock.now(),
            ):
                raise ConflictError(_("This version is published. Nothing was changed."))
        action = "terms.draft_changed" if is_there else "terms.draft_added"
        _record(action, draft, actor, caller)
    return draft


def terms_draft_delete(*, draft: TermsVersion, actor: User, caller: Caller | None = None) -> None:
    """Remove a draft.

    Raises:
        ConflictError: it is published; nothing was changed.
    """
    with transaction.atomic():
        _record("terms.draft_removed", draft, actor, caller)
        if not TermsVersion.objects.filter(pk=draft.pk, number=None).delete()[0]:
            raise ConflictError(_("This version is published. Nothing was changed."))


def terms_publish(
    *,
    draft: TermsVersion,
    actor: User,
    caller: Caller | None = None,
) -> TermsVersion:
    """Let a draft be the terms, with the next number; who must accept it is asked from now on.

    Raises:
        ConflictError: it is published already, or another is being published; nothing changed.
        InvalidInputError: it has no text.
    """
    try:
        with transaction.atomic():
            return _publish(draft, actor, caller)
    except IntegrityError as exc:
        raise ConflictError(
            _("Another version was published just now. Nothing was changed.")
        ) from exc


def _publish(draft: TermsVersion, actor: User, caller: Caller | None) -> TermsVersion:
    fresh = TermsVersion.objects.select_for_update().filter(pk=draft.pk, number=None).first()
    if fresh is None:
        raise ConflictError(_("This version is published already, or gone. Nothing was changed."))
    if not fresh.text.strip():
        raise InvalidInputError(_("The version has no text. Nothing was changed."))
    highest = TermsVersion.objects.aggregate(found=Max("number"))["found"] or 0
    fresh.number, fresh.published_at, fresh.published_by = highest + 1, clock.now(), actor
    fresh.save()
    asked = _forget_acceptances() if fresh.must_accept_again else 0
    _record("terms.published", fresh, actor, caller, asked_again=asked)
    transaction.on_commit(_cache_forget)
    _cache_forget()
    return fresh


def _forget_acceptances() -> int:
    return User.objects.exclude(terms_accepted_at=None).update(terms_accepted_at=None)


def _cache_forget() -> None:
    cache.delete(CACHED)


def _newest() -> TermsVersion | None:
    return TermsVersion.objects.exclude(number=None).order_by("-number").first()


def _a_version_is_asked_for() -> bool:
    return TermsVersion.objects.exclude(number=None).filter(must_accept_again=True).exists()


def _configured(user: User) -> TermsOfService | None:
    return effective("interface", InterfaceConfig, user).terms_of_service


def _record(
    action: str,
    version: TermsVersion,
    actor: User,
    caller: Caller | None,
    **told: object,
) -> None:
    facts = {"characters": len(version.text), "must_accept_again": version.must_accept_again}
    audit_record(
        Act(
            category="config",
            action=action,
            severity="warning" if action == "terms.published" else "info",
            actor=actor,
            target=Target("terms", version.pk, str(version)),
            metadata={**facts, **told},
            caller=caller,
        ),
    )
