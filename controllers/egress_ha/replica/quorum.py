"""What the replicas agree on about the gateways.

A gateway is gone when every replica that can be heard says so. A replica that is cut off must not take traffic away
from a gateway that serves the others. A replica that reaches no gateway at all is blind, and its view does not count.
A single replica never takes the last gateway away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.net import Address


@dataclass(frozen=True)
class ReplicaView:
    """What one replica sees: gateway -> up. A gateway that the replica knows too little of is left out."""

    replica: str
    up: Mapping[Address, bool] = field(hash=False)

    @property
    def blind(self) -> bool:
        """Whether the replica sees no gateway at all, so that the fault may be the replica's own."""
        return bool(self.up) and not any(self.up.values())


def agree(own: ReplicaView, others: list[ReplicaView], before: Mapping[Address, bool]) -> dict[Address, bool]:
    """Gateway -> whether the gateway serves.

    `others` are the views of the replicas that answer now. `before` is the last agreement.
    """
    counted = [view for view in (own, *others) if not view.blind]
    gateways = own.up.keys() | before.keys() | {address for view in others for address in view.up}
    result = {}
    for gateway in gateways:
        votes = [view.up[gateway] for view in counted if gateway in view.up]
        result[gateway] = any(votes) if votes else before.get(gateway, False)
    if len(counted) == 1 and any(before.values()) and not any(result.values()):
        # Withdrawing the last gateway serves nobody, and a single replica may be mistaken.
        return {gateway: before.get(gateway, False) for gateway in gateways}
    return result
