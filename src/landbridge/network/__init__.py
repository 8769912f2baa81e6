"""One frozen supernetwork, many link states."""

from landbridge.network.attributes import Attributes, Facilities, evaluate
from landbridge.network.state import LinkState, TransitRule, build_link_state
from landbridge.network.supernetwork import Arc, Network, build_network

__all__ = [
    "Arc",
    "Attributes",
    "Facilities",
    "LinkState",
    "Network",
    "TransitRule",
    "build_link_state",
    "build_network",
    "evaluate",
]
