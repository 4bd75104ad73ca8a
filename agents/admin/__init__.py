"""Agents, credentials and the relay in the Django admin."""

from agents.admin.credential import CredentialAdmin
from agents.admin.plugin_credential import PluginCredentialAdmin
from agents.admin.relay_alias import RelayAliasAdmin
from agents.admin.relay_call import RelayCallAdmin

__all__ = ["CredentialAdmin", "PluginCredentialAdmin", "RelayAliasAdmin", "RelayCallAdmin"]
