"""The status of a policy. The leader writes the status, and both parts read the address of each gateway from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from config.net import Address


def assigned_addresses(item: Mapping[str, Any]) -> Iterator[tuple[Address, Address]]:
    """(gateway, address) of every assignment in the policy's status. A pair without valid addresses is left out."""
    for group in group_statuses(item.get("status")):
        for gateway, address in (group.get("egressIPByGatewayIP") or {}).items():
            with contextlib.suppress(ValueError):
                yield ip_address(gateway), ip_address(address)


def group_statuses(status: Any) -> list[Mapping[str, Any]]:
    """`groupStatuses` of a status. A new policy has none."""
    return list((status or {}).get("groupStatuses") or [])
