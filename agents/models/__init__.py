"""Tables of agents and credentials."""

from agents.models.credential import Credential

__all__ = ["Credential"]
