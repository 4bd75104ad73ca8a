"""Agents and credentials in the Django admin."""

from agents.admin.credential import CredentialAdmin

__all__ = ["CredentialAdmin"]
