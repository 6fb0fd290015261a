"""The status of a policy: the controller writes it, and both parts read from it which gateway has which address."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from config.net import Address


def given(item: Mapping[str, Any]) -> Iterator[tuple[Address, Address]]:
    """Gateways and their addresses, as the status of a policy gives them. What is no address gives nothing."""
    for group in groups(item.get("status")):
        for gateway, address in (group.get("egressIPByGatewayIP") or {}).items():
            with contextlib.suppress(ValueError):
                yield ip_address(gateway), ip_address(address)


def groups(status: Any) -> list[Mapping[str, Any]]:
    """`groupStatuses` of a status; a policy that is new has none."""
    return list((status or {}).get("groupStatuses") or [])
