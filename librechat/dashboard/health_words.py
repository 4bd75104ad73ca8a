"""What a test of a provider found, in words for an administrator."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from agents.llm.health import Health

REFUSALS: Mapping[str, StrOrPromise] = {
    "provider_auth": gettext_lazy("It did not accept the key."),
    "provider_quota": gettext_lazy("The account has no credit left."),
    "provider_rate_limited": gettext_lazy("It receives too many requests."),
    "provider_timeout": gettext_lazy("It did not answer in time."),
    "provider_unavailable": gettext_lazy("It is not available at the moment."),
    "provider_unreachable": gettext_lazy("There is no connection to its address."),
    "provider_rejected": gettext_lazy("It did not accept the request."),
    "provider_content_filter": gettext_lazy("Its content rules stopped the request."),
    "provider_model_not_found": gettext_lazy("It does not know the model, or what was asked."),
    "provider_malformed": gettext_lazy("What came back is no answer; check the address."),
    "provider_missing": gettext_lazy("The package for it is not installed on this server."),
    "invalid_base_url": gettext_lazy("Its address may not be reached from here."),
    "no_user_key": gettext_lazy("Set a key of your own first, under Settings."),
    "invalid_user_key": gettext_lazy("Set a key of your own first, under Settings."),
    "expired_user_key": gettext_lazy("Your own key has expired."),
    "no_base_url": gettext_lazy("Set an address of your own first, under Settings."),
    "illegal_model_request": gettext_lazy("This can be no model's name."),
}


def refusal_in_words(code: str) -> str:
    """Return what a refusal means."""
    return str(REFUSALS.get(code, _("It refused.")))


def state_in_words(health: Health | None) -> str:
    """Return the outcome in one line."""
    if health is None:
        return _("not tested")
    if health.state != "ok":
        parts = [refusal_in_words(health.code)]
        if health.said:
            parts.append(_("It said: %(said)s") % {"said": health.said})
        return " ".join(parts)
    if not health.model:
        words = _("answered in %(milliseconds)s ms with a list of %(count)s models")
        return words % {"milliseconds": health.list_ms, "count": health.models}
    words = _("%(model)s answered; first byte after %(milliseconds)s ms")
    return words % {"model": health.model, "milliseconds": health.first_byte_ms}
