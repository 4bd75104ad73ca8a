"""Errors of providers, models and agents."""

from collections.abc import Mapping
from typing import ClassVar, Self

from django.utils.translation import gettext, gettext_noop

from librechat.kernel.errors import AppError


class ProviderError(AppError):
    """A provider refused, failed or could not be reached.

    ``data`` may hold: provider (name), upstream_status (int), retry_after_seconds (float) and
    said (the provider's own words, without keys and addresses).
    """

    code: ClassVar[str] = "provider_error"
    status: ClassVar[int] = 502
    is_retryable: ClassVar[bool] = False
    sentence: ClassVar[str] = gettext_noop(
        "%(provider)s could not answer. Your message is saved; try again.",
    )

    @classmethod
    def by(cls, provider: str, **data: object) -> Self:
        """Return the error with its sentence in the reader's language."""
        return cls(gettext(cls.sentence) % {"provider": provider}, provider=provider, **data)


class ProviderAuthError(ProviderError):
    """The key is wrong, expired or may not do this."""

    code = "provider_auth"
    sentence = gettext_noop(
        "%(provider)s did not accept the API key. Your message is saved; check the key and try"
        " again.",
    )


class ProviderQuotaError(ProviderError):
    """The account at the provider has no money or quota left."""

    code = "provider_quota"
    sentence = gettext_noop(
        "The account at %(provider)s has no credit left. Your message is saved; top it up or"
        " choose another model.",
    )


class ProviderRateLimitedError(ProviderError):
    """Too many requests; ``retry_after_seconds`` when the provider said how long."""

    code = "provider_rate_limited"
    status = 429
    is_retryable = True
    sentence = gettext_noop(
        "%(provider)s is receiving too many requests. Your message is saved; try again in a"
        " moment or choose another model.",
    )


class ProviderTimeoutError(ProviderError):
    """No first word in time."""

    code = "provider_timeout"
    status = 504
    is_retryable = True
    sentence = gettext_noop(
        "%(provider)s did not answer in time. Your message is saved; try again or choose another"
        " model.",
    )


class ProviderUnavailableError(ProviderError):
    """The provider is down, overloaded or broken."""

    code = "provider_unavailable"
    status = 503
    is_retryable = True
    sentence = gettext_noop(
        "%(provider)s is not available at the moment. Your message is saved; try again in a"
        " moment or choose another model.",
    )


class ProviderUnreachableError(ProviderUnavailableError):
    """No connection to the provider."""

    code = "provider_unreachable"
    sentence = gettext_noop(
        "%(provider)s cannot be reached. Your message is saved; check the connection and the"
        " endpoint's address, then try again.",
    )


class ProviderRejectedError(ProviderError):
    """The provider understood the request and does not accept it."""

    code = "provider_rejected"
    status = 400
    sentence = gettext_noop(
        "%(provider)s did not accept the request. Your message is saved; change the model's"
        " settings or choose another model.",
    )


class ProviderContentError(ProviderError):
    """The provider's content rules stopped the request."""

    code = "provider_content_filter"
    status = 400
    sentence = gettext_noop(
        "%(provider)s refused this content. Your message is saved; change its words and send it"
        " again.",
    )


class ModelNotFoundError(ProviderError):
    """The provider does not know the model, or the key may not use it."""

    code = "provider_model_not_found"
    status = 404
    sentence = gettext_noop(
        "%(provider)s does not offer this model. Your message is saved; choose another model.",
    )


class ContextTooLongError(ProviderError):
    """The conversation is longer than the model can read."""

    code = "provider_context_too_long"
    status = 400
    sentence = gettext_noop(
        "This conversation is too long for the model. Your message is saved; choose a model with"
        " a larger context or start a new chat.",
    )


class ProviderMalformedError(ProviderError):
    """What came back is not the protocol: a web page, garbage, nothing."""

    code = "provider_malformed"
    is_retryable = True
    sentence = gettext_noop(
        "%(provider)s answered with something that is not an answer. Your message is saved; try"
        " again, or check the endpoint's address.",
    )


class ProviderMissingError(ProviderError):
    """The package for this provider is not installed."""

    code = "provider_missing"
    status = 501
    sentence = gettext_noop(
        "Support for %(provider)s is not installed on this server. Your message is saved; choose"
        " another model or ask the administrator.",
    )


class SetupError(AppError):
    """Found before a provider was called; ``data["body"]`` is LibreChat's error object."""

    code: ClassVar[str] = "setup_error"
    status: ClassVar[int] = 400
    type: ClassVar[str] = ""
    sentence: ClassVar[str] = ""

    @classmethod
    def of(cls, **fields: object) -> Self:
        """Return the error with LibreChat's object made of its type and these fields."""
        body: Mapping[str, object] = {"type": cls.type, **fields}
        return cls(gettext(cls.sentence), body=body)


class NoUserKeyError(SetupError):
    """The endpoint wants the person's own key and there is none."""

    code = "no_user_key"
    type = "no_user_key"
    sentence = gettext_noop("No API key is set for this endpoint. Set your key and send again.")


class ExpiredUserKeyError(SetupError):
    """The person's own key is past its date; fields: expiredAt, endpoint."""

    code = "expired_user_key"
    type = "expired_user_key"
    sentence = gettext_noop("Your API key has expired. Set a new key and send again.")


class InvalidUserKeyError(SetupError):
    """The person's own key cannot be read or used."""

    code = "invalid_user_key"
    type = "invalid_user_key"
    sentence = gettext_noop("Your API key cannot be used. Set a new key and send again.")


class NoBaseUrlError(SetupError):
    """The endpoint wants the person's own address and there is none."""

    code = "no_base_url"
    type = "no_base_url"
    sentence = gettext_noop("No address is set for this endpoint. Set it and send again.")


class InvalidBaseUrlError(SetupError):
    """The address is no web address, or not one that may be reached."""

    code = "invalid_base_url"
    type = "invalid_base_url"
    sentence = gettext_noop(
        "The endpoint's address may not be reached from here. Nothing was sent; check the address.",
    )


class IllegalModelError(SetupError):
    """The model is not offered for this endpoint; field: info, ``endpoint|model``."""

    code = "illegal_model_request"
    type = "illegal_model_request"
    sentence = gettext_noop("This model is not available here. Choose another model.")


class UnknownEndpointError(SetupError):
    """There is no such endpoint for this person."""

    code = "unknown_endpoint"
    type = "invalid_agent_provider"
    sentence = gettext_noop("This endpoint is not available. Choose another model.")


class MissingModelError(SetupError):
    """The request names no model."""

    code = "missing_model"
    type = "missing_model"
    sentence = gettext_noop("No model is selected. Choose a model and send again.")


class InputTooLongError(SetupError):
    """The newest message alone does not fit the model; field: info, ``tokens / window``."""

    code = "input_too_long"
    type = "INPUT_LENGTH"
    sentence = gettext_noop(
        "The message is too long for the model. Shorten it or choose a model with a larger"
        " context.",
    )
