"""What several vantage points agree on.

A gateway is gone when every vantage point that can be heard says so: one that is cut off must not take
traffic away from a gateway that serves the others. A vantage point that reaches nothing at all is blind, and
says nothing. On the word of a single one, the last gateway stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from config.net import Address


@dataclass(frozen=True)
class View:
    """What one replica sees: gateway -> up; a gateway that it has not made up its mind about is left out."""

    replica: str
    up: Mapping[Address, bool] = field(hash=False)

    @property
    def blind(self) -> bool:
        """Whether it sees nothing at all, so that the fault may be its own."""
        return bool(self.up) and not any(self.up.values())


def agreed(own: View, others: list[View], before: Mapping[Address, bool]) -> dict[Address, bool]:
    """Gateway -> whether it serves. `others` are the replicas that answer now; `before` is what was agreed last."""
    heard = [view for view in (own, *others) if not view.blind]
    gateways = own.up.keys() | before.keys() | {address for view in others for address in view.up}
    result = {}
    for gateway in gateways:
        words = [view.up[gateway] for view in heard if gateway in view.up]
        result[gateway] = any(words) if words else before.get(gateway, False)
    if len(heard) == 1 and any(before.values()) and not any(result.values()):
        # Withdrawing the last one serves nobody, and a single witness may be mistaken.
        return {gateway: before.get(gateway, False) for gateway in gateways}
    return result
