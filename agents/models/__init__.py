"""Tables of agents and credentials."""

from agents.models.credential import Credential
from agents.models.plugin_credential import PluginCredential
from agents.models.relay_alias import Match, RelayAlias, RelayDeployment
from agents.models.relay_call import CallStatus, RelayCall, RelayContent
from agents.models.visibility import ModelVisibility

__all__ = [
    "CallStatus",
    "Credential",
    "Match",
    "ModelVisibility",
    "PluginCredential",
    "RelayAlias",
    "RelayCall",
    "RelayContent",
    "RelayDeployment",
]
