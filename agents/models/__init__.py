"""Tables of agents and credentials."""

from agents.models.credential import Credential
from agents.models.plugin_credential import PluginCredential

__all__ = ["Credential", "PluginCredential"]
