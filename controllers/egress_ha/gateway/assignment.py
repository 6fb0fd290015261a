"""The addresses that the policies' status assigns to this node, and how long this knowledge is valid.

The knowledge is valid while the API answers. While the API is unavailable, a controller's question is enough. The
controller must hear this node's answers, and must not know newer policies than the node. A node that is cut off from
both gives up its addresses: the controller may assign them to another gateway.
"""

from __future__ import annotations

import contextlib
import time
from ipaddress import ip_network
from math import inf

from config.errors import ApiError
from config.net import Address, Prefix
from controllers.egress_ha.protocol.informer import Informer
from controllers.egress_ha.protocol.responder import Question
from controllers.egress_ha.protocol.status import assigned_addresses


class Assignment:
    """`address`: the node's InternalIP. `heard`: when this node sent the last answer that a controller heard."""

    def __init__(self, policies: Informer, address: Address, lifetime: int) -> None:
        self._policies, self._address, self._lifetime = policies, address, lifetime
        self.heard = -inf
        # When the node last noticed that this process had stood still.
        self._stood = -inf

    def asked(self, question: Question) -> None:
        """Process a controller's question. A replayed question proves nothing new."""
        if question.version <= self._policies.seen or not self._policies.synced.is_set():
            self.heard = max(self.heard, question.heard)

    def wanted(self, on: set[Address], last_round: float) -> set[Address] | None:
        """The addresses that this node must have; None if the node does not know, so that their lifetime decides.

        `on`: the addresses that the node has now. `last_round`: when the last round ended.
        """
        now = time.monotonic()
        if not self._policies.synced.is_set():
            # While a controller hears this process, it prolongs the addresses from before its restart.
            return on if now - self.heard <= self._lifetime else None
        if now - last_round > self._lifetime:
            # The process now answers questions that were queued meanwhile. They prove nothing.
            self._stood = now
        return self._assigned() if self._confirmed(now) or self._refresh() else set()

    def destinations(self) -> set[Prefix]:
        """The destinations of all policies. The controller knows the policies of this gateway."""
        found = set()
        for item in self._policies.objects():
            for text in item.get("spec", {}).get("destinationCIDRs", ()):
                # The controller does not accept a broken prefix either.
                with contextlib.suppress(ValueError):
                    found.add(ip_network(text))
        return found

    def _assigned(self) -> set[Address]:
        pairs = (pair for item in self._policies.objects() for pair in assigned_addresses(item))
        return {address for gateway, address in pairs if gateway == self._address}

    def _confirmed(self, now: float) -> bool:
        """Whether the API or a controller confirms the node's knowledge; after a standstill only the API does."""
        answered = self._policies.answered
        return answered >= self._stood and now - max(self.heard, answered) <= self._lifetime

    def _refresh(self) -> bool:
        """Query the API now; returns whether the API answered."""
        try:
            self._policies.refresh()
        except ApiError:
            return False
        return True
