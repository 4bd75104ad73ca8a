"""Money: balances, holds, prices, the ledger."""
