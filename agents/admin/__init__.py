"""Agents and credentials in the Django admin."""

from agents.admin.credential import CredentialAdmin
from agents.admin.plugin_credential import PluginCredentialAdmin

__all__ = ["CredentialAdmin", "PluginCredentialAdmin"]
