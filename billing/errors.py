"""Errors about money."""

from librechat.kernel.errors import AppError, ConflictError


class InsufficientBalanceError(AppError):
    """The balance does not cover the call; nothing was taken.

    ``data["body"]`` is LibreChat's ``token_balance`` object.
    """

    code = "token_balance"
    status = 402

    def __init__(self, *, balance: int, token_cost: int, prompt_tokens: int) -> None:
        body = {
            "type": "token_balance",
            "balance": balance,
            "tokenCost": token_cost,
            "promptTokens": prompt_tokens,
        }
        super().__init__(
            f"Your balance is too low: {balance} credits, and this needs {token_cost}.",
            body=body,
        )


class NoPriceError(AppError):
    """The model has no price and such models are refused."""

    code = "no_price"
    status = 422


class KeyTakenError(ConflictError):
    """The idempotency key belongs to somebody else's call."""

    code = "key_taken"


class UnbalancedError(AppError):
    """Entries do not add up to zero: a bug; nothing was written."""

    code = "unbalanced"


class AppendOnlyError(AppError):
    """The ledger is never changed; book a correction."""

    code = "append_only"
