"""A replica of the controller. Every replica watches and probes all the time; the leader decides and writes, too."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha.liveness.health import Thresholds
from controllers.egress_ha.protocol.gateway_state import HeardStates
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
from controllers.egress_ha.replica.event_recorder import EventRecorder
from controllers.egress_ha.replica.gateway_views import AgreedHealth, GatewayViews
from controllers.egress_ha.replica.leader_election import LeaderElection
from controllers.egress_ha.replica.members import Member, all_gateways, members
from controllers.egress_ha.replica.observations import Observations
from controllers.egress_ha.replica.policy_writer import PolicyWriter
from transport.kube import Kube
from transport.kube_requests import Object

log = logging.getLogger("egress-ha")
APP = "app=egress-ha-controller"
_TICK, _AGAIN, _SELDOM = 1.0, 0.2, 5.0


class Controller:
    """One replica. `address`: its host's InternalIP, which identifies it to the other replicas."""

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
        self._events = EventRecorder(kube)
        self._writer = PolicyWriter(kube, self._policies, self._made, self._events)
        # The gateways of the last round. The prober asks them, and need not read every policy each time.
        self._gateways: frozenset[Address] = frozenset()
        # Whether this replica has read the caches again since it became the leader, and since a call failed.
        self._current = False
        # The input of the last round that wrote everything.
        self._done: object = None

    def run(self) -> None:
        """Run until the process ends."""
        watched = (self._policies, self._nodes, self._made, self._pods)
        for one in watched:
            one.start()
        self._key_sync.start()
        metrics.serve(self._settings.metrics_port, self._settings.metrics_on(self._address))
        self._start_probes()
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
                # The next round comes soon. While calls fail, rounds come less and less often.
                pause = _AGAIN if pause == _TICK else min(2 * pause, _SELDOM)
                self._current = False

    def resign(self) -> None:
        """Give up leadership before an orderly end."""
        self._election.resign()

    def _start_probes(self) -> None:
        """Probe the gateways and the other replicas, and answer the other replicas."""
        port, interval, here, keys = self._settings.probe_port, self._settings.probe_interval, self._address, self._keys
        views = self._views
        gateways, version = lambda: self._gateways, lambda: self._policies.version
        Responder(here, port + 1, REPLICA, keys, views.document).start()
        Prober(here, port, GATEWAY, keys, interval, gateways, views.update_gateway, version).start()
        Prober(here, port + 1, REPLICA, keys, interval, self._peers, views.update_peer).start()

    def _peers(self) -> set[Address]:
        hosts = {(pod.get("status") or {}).get("hostIP") for pod in self._pods.objects()}
        return {ip_address(host) for host in hosts if host} - {self._address}

    def _reconcile(self) -> None:
        """One round: decide, and write the decisions if this replica leads. Raises ApiError."""
        self._catch_up()
        nodes = members(self._nodes.objects())
        # The version comes first: the objects that are read after it are at least as new.
        version = self._policies.version
        items = {item["metadata"]["name"]: item for item in self._policies.objects()}
        read = {name: self._reader.declared(item) for name, item in items.items()}
        declared = [one for one in read.values() if isinstance(one, DeclaredPolicy)]
        refused = {name: one for name, one in read.items() if isinstance(one, str)}
        gateways = all_gateways((item.policy for item in declared), nodes)
        agreed = self._agree(gateways)
        # Every policy counts here, readable or not: gateways follow the status.
        assigned = {name: dict(assigned_addresses(item)) for name, item in items.items()}
        states = self._views.states()
        allocator = self._ledger.allocator(time.monotonic(), assigned, version, states)
        if not self._election.leading or agreed is None:
            # A leader that does not know a gateway yet would move the gateway's traffic without reason.
            return
        observed = _observations(nodes, agreed, states, self._lists)
        # The same input leads to the same decisions: a round without a change costs nothing.
        basis = (_versions(items.values()), _versions(self._made.objects()), observed, allocator)
        if basis == self._done:
            return
        self._done = None
        began = time.process_time()
        decisions = decide(declared, observed, allocator)
        metrics.SECONDS.observe(time.process_time() - began)
        self._events.record_gateways({gateways[a].name: serves for a, serves in agreed.serving.items()})
        self._writer.write(items, decisions, refused)
        self._done = basis

    def _catch_up(self) -> None:
        """Read the caches again if this replica has just become the leader, or if a call has failed.

        The caches may lack the last writes of the previous leader, or a write with a lost answer.
        """
        if not self._election.leading:
            self._current = False
        elif not self._current:
            self._policies.refresh()
            self._made.refresh()
            self._current = True
        self._ledger.settled = self._ledger.settled or self._election.first

    def _agree(self, gateways: dict[Address, Member]) -> AgreedHealth | None:
        """The replicas' agreement on the gateways; None while this replica does not know every gateway."""
        self._gateways = frozenset(gateways)
        agreed = self._views.agree(gateways, self._peers())
        metrics.health(agreed.serving if agreed else {}, {member.address: member.name for member in gateways.values()})
        metrics.LEADING.set(self._election.leading)
        return agreed


def _observations(nodes: Mapping[str, Member], agreed: AgreedHealth, states: HeardStates, lists: bool) -> Observations:
    cut = {gateway: state.cut for gateway, (state, _) in states.items() if state.cut}
    unready = frozenset(gateway for gateway, (state, _) in states.items() if not state.ready)
    return Observations(nodes, agreed.serving, agreed.answering, lists, cut, unready)


def _versions(items: Iterable[Object]) -> frozenset[tuple[str, str]]:
    return frozenset((item["metadata"]["name"], item["metadata"].get("resourceVersion", "")) for item in items)
