"""The replicas' agreement on the gateways.

A gateway is lost when every replica that answers reports the loss: a replica that is cut off must not withdraw
a gateway that others reach. A replica that reaches no gateway at all is blind, and its view does not count.
A single replica never withdraws the last gateway.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.net import Address


@dataclass(frozen=True)
class ReplicaView:
    """The view of one replica: gateway -> up. Gateways that the replica does not know well enough are left out."""

    replica: str
    up: Mapping[Address, bool] = field(hash=False)

    @property
    def blind(self) -> bool:
        """Whether the replica reaches no gateway at all, so that the fault may be the replica's own."""
        return bool(self.up) and not any(self.up.values())


def agree(own: ReplicaView, others: list[ReplicaView], before: Mapping[Address, bool]) -> dict[Address, bool]:
    """Gateway -> whether the gateway serves.

    `others`: the views of the replicas that answer now. `before`: the last agreement.
    """
    counted = [view for view in (own, *others) if not view.blind]
    gateways = own.up.keys() | before.keys() | {address for view in others for address in view.up}
    result = {}
    for gateway in gateways:
        votes = [view.up[gateway] for view in counted if gateway in view.up]
        result[gateway] = any(votes) if votes else before.get(gateway, False)
    if len(counted) == 1 and any(before.values()) and not any(result.values()):
        # Withdrawing the last gateway helps no pod, and a single replica may be wrong.
        return {gateway: before.get(gateway, False) for gateway in gateways}
    return result
