"""Errors about money."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from librechat.kernel.errors import AppError, ConflictError, InvalidInputError


class InsufficientBalanceError(AppError):
    """The balance does not cover the call; nothing was taken.

    ``data["body"]`` is LibreChat's ``token_balance`` object, with ``group`` when it is a group's.
    """

    code = "token_balance"
    status = 402

    def __init__(
        self, *, balance: int, token_cost: int, prompt_tokens: int, group: str = ""
    ) -> None:
        body: dict[str, object] = {
            "type": "token_balance",
            "balance": balance,
            "tokenCost": token_cost,
            "promptTokens": prompt_tokens,
        }
        said = (
            _(
                "The balance of the group %(group)s is too low: %(balance)s credits, and this needs"
                " %(cost)s."
            )
            if group
            else _("Your balance is too low: %(balance)s credits, and this needs %(cost)s.")
        )
        super().__init__(
            said % {"group": group, "balance": balance, "cost": token_cost},
            body=body | {"group": group} if group else body,
        )


class BudgetExceededError(AppError):
    """A budget does not cover the call; nothing was taken.

    ``data["body"]``: type ``budget``, rule, ruleId, measure, limit, left, resetsAt (ISO or None)
    and message. ``cheaper_models``: with one of these the call may be made nevertheless.
    """

    code = "budget"
    status = 402

    def __init__(
        self,
        message: str,
        *,
        body: Mapping[str, object],
        cheaper_models: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message, body={**body, "message": message})
        self.cheaper_models = cheaper_models


class BudgetRefusedError(InvalidInputError):
    """A field of a budget or of a request for more does not fit; nothing was changed."""

    code = "budget_refused"


class BudgetRequestClosedError(ConflictError):
    """The request for more was answered before, or cannot be answered so; nothing was changed."""

    code = "budget_request_closed"


class RequestOpenError(ConflictError):
    """The person has asked for more of this already; nothing was added."""

    code = "budget_request_open"


class NoPriceError(AppError):
    """The model has no price and such models are refused."""

    code = "no_price"
    status = 422


class PriceRefusedError(InvalidInputError):
    """A price is no price: negative, absurd, half a tier, in the past; nothing was changed."""

    code = "price_refused"


class PriceListRefusedError(InvalidInputError):
    """A list of prices is damaged, hostile or of no known format; nothing was kept."""

    code = "price_list_refused"


class PriceTakenError(ConflictError):
    """Somebody else set a price for the same names and moment; nothing was changed."""

    code = "price_taken"


class PriceImportStaleError(ConflictError):
    """A price changed after the list was compared, or the import is closed; nothing was changed."""

    code = "price_import_stale"


class KeyTakenError(ConflictError):
    """The idempotency key belongs to somebody else's call."""

    code = "key_taken"


class UnbalancedError(AppError):
    """Entries do not add up to zero: a bug; nothing was written."""

    code = "unbalanced"


class AppendOnlyError(AppError):
    """The ledger is never changed; book a correction."""

    code = "append_only"


class AmountError(InvalidInputError):
    """The amount is none that a balance can have; nothing was changed."""

    code = "invalid_amount"


class BalanceOffError(ConflictError):
    """Balances are off for this person, so there is none to change."""

    code = "balance_off"


class BalanceHeldError(ConflictError):
    """Running calls hold credits of the balance, so it stays; nothing was changed."""

    code = "balance_held"


class UsageFileError(InvalidInputError):
    """The file is no usage export of that provider, or is damaged."""

    code = "unreadable_usage"
