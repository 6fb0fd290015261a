"""A replica of the controller: it watches and probes all the time, and acts while it leads."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from ipaddress import ip_address

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha.liveness.health import Thresholds
from controllers.egress_ha.protocol.informer import Informer
from controllers.egress_ha.protocol.key_sync import KeySync
from controllers.egress_ha.protocol.keys import KeyRing
from controllers.egress_ha.protocol.prober import Prober
from controllers.egress_ha.protocol.responder import Responder
from controllers.egress_ha.protocol.status import assigned_addresses
from controllers.egress_ha.protocol.wire import GATEWAY, REPLICA
from controllers.egress_ha.replica import metrics
from controllers.egress_ha.replica.address_ledger import AddressLedger
from controllers.egress_ha.replica.cilium_policies import API, KIND, OWNER
from controllers.egress_ha.replica.decision import decide
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy, PolicyReader
from controllers.egress_ha.replica.gateway_views import AgreedHealth, GatewayViews
from controllers.egress_ha.replica.leader_election import LeaderElection
from controllers.egress_ha.replica.members import Member, all_gateways, members
from controllers.egress_ha.replica.observations import Observations
from controllers.egress_ha.replica.policy_writer import PolicyWriter
from transport.kube import Kube, Object

log = logging.getLogger("egress-ha")
APP = "app=egress-ha-controller"
_TICK, _AGAIN, _SELDOM = 1.0, 0.2, 5.0


class Controller:
    """`address` is the host's, by which the other replicas know this one."""

    def __init__(
        self, kube: Kube, settings: EgressHA, pod: str, address: Address, keys: KeyRing, *, lists: bool = True
    ) -> None:
        self._settings, self._address, self._keys, self._lists = settings, address, keys, lists
        self._wake = threading.Event()
        wake = self._wake.set
        self._policies = Informer(kube, HA_API_VERSION, HA_KIND, wake)
        self._nodes = Informer(kube, "v1", "Node", wake)
        self._made = Informer(kube, API, KIND, wake, selector=OWNER)
        self._pods = Informer(kube, "v1", "Pod", wake, namespace=settings.namespace, selector=APP)
        self._election = LeaderElection(kube, settings.namespace, pod, settings.lease, wake)
        self._key_sync = KeySync(kube, settings.namespace, keys, lambda: self._election.leading)
        self._views = GatewayViews(Thresholds(settings.misses, settings.recoveries), settings.max_hold, wake)
        self._ledger = AddressLedger(settings.silence, time.monotonic())
        self._reader = PolicyReader()
        self._writer = PolicyWriter(kube, self._policies, self._made)
        # Whom to probe: what the last round found, so that a tick need not read every policy again.
        self._gateways: frozenset[Address] = frozenset()
        # Whether the caches were read anew since this replica leads, and since a call failed.
        self._current = False
        # What the last round rested on, when all of it was carried out.
        self._done: object = None

    def run(self) -> None:
        """Until the process is ended."""
        watched = (self._policies, self._nodes, self._made, self._pods)
        for one in watched:
            one.start()
        self._key_sync.start()
        metrics.serve(self._settings.metrics_port, self._settings.metrics_on(self._address))
        port, interval, here, keys = self._settings.probe_port, self._settings.probe_interval, self._address, self._keys
        Responder(here, port + 1, REPLICA, keys, self._views.document).start()
        Prober(
            here,
            port,
            GATEWAY,
            keys,
            interval,
            lambda: self._gateways,
            self._views.update_gateway,
            lambda: self._policies.version,
        ).start()
        Prober(here, port + 1, REPLICA, keys, interval, self._peers, self._views.update_peer).start()
        self._election.start()
        for one in watched:
            one.synced.wait()
        pause = _TICK
        while True:
            self._wake.wait(pause)
            self._wake.clear()
            try:
                self._reconcile()
                pause = _TICK
            except ApiError as error:
                metrics.ERRORS.inc()
                log.warning("%s", error)
                # Again soon, and less and less often while nothing new comes.
                pause = _AGAIN if pause == _TICK else min(2 * pause, _SELDOM)
                self._current = False

    def resign(self) -> None:
        """Before an orderly end."""
        self._election.resign()

    def _peers(self) -> set[Address]:
        hosts = {(pod.get("status") or {}).get("hostIP") for pod in self._pods.objects()}
        return {ip_address(host) for host in hosts if host} - {self._address}

    def _reconcile(self) -> None:
        if not self._election.leading:
            self._current = False
        elif not self._current:
            # What the leader before wrote last, or a call whose answer was lost, may not be told yet.
            self._policies.refresh()
            self._made.refresh()
            self._current = True
        self._ledger.settled = self._ledger.settled or self._election.first
        nodes = members(self._nodes.objects())
        # The version first: what is read after it is at least as new.
        version = self._policies.version
        items = {item["metadata"]["name"]: item for item in self._policies.objects()}
        read = {name: self._reader.declared(item) for name, item in items.items()}
        known = [one for one in read.values() if isinstance(one, DeclaredPolicy)]
        refused = {name: one for name, one in read.items() if isinstance(one, str)}
        gateways = all_gateways((item.policy for item in known), nodes)
        agreed = self._seen(gateways)
        # Readable or not: the gateways go by the status.
        statuses = {name: dict(assigned_addresses(item)) for name, item in items.items()}
        states = self._views.states()
        book = self._ledger.allocator(time.monotonic(), statuses, version, states)
        cut = {gateway: state.cut for gateway, (state, _) in states.items() if state.cut}
        unready = frozenset(gateway for gateway, (state, _) in states.items() if not state.ready)
        if not self._election.leading or agreed is None:
            # A leader that knows nothing yet of a gateway would move its traffic for no reason.
            return
        # The same things lead to the same decisions: a round in which nothing has changed costs nothing.
        basis = (_versions(items.values()), _versions(self._made.objects()), nodes, agreed, book, cut, unready)
        if basis == self._done:
            return
        self._done = None
        began = time.process_time()
        now = Observations(nodes, agreed.serving, agreed.answering, self._lists, cut, unready)
        decisions = decide(known, now, book)
        metrics.SECONDS.observe(time.process_time() - began)
        self._writer.tell_gateways({gateways[a].name: well for a, well in agreed.serving.items()})
        self._writer.carry_out(items, decisions, refused)
        self._done = basis

    def _seen(self, gateways: dict[Address, Member]) -> AgreedHealth | None:
        """Which gateways serve; None while that is not known of each."""
        self._gateways = frozenset(gateways)
        agreed = self._views.agree(gateways, self._peers())
        metrics.health(agreed.serving if agreed else {}, {member.address: member.name for member in gateways.values()})
        metrics.LEADING.set(self._election.leading)
        return agreed


def _versions(items: Iterable[Object]) -> frozenset[tuple[str, str]]:
    return frozenset((item["metadata"]["name"], item["metadata"].get("resourceVersion", "")) for item in items)
