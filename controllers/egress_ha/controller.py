"""A replica of the controller: it watches and probes all the time, and acts while it leads."""

from __future__ import annotations

import json
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from config.egress import HA_API_VERSION, HA_KIND, EgressHA
from config.errors import ApiError
from config.net import Address
from controllers.egress_ha import metrics
from controllers.egress_ha.addresses import Book, Report, parsed
from controllers.egress_ha.crd import declared, timed
from controllers.egress_ha.decision import Decision, Declared, Known, decide
from controllers.egress_ha.gateway import all_gateways, members
from controllers.egress_ha.health import Health, Thresholds
from controllers.egress_ha.leader import Leader
from controllers.egress_ha.policies import API, OWNER
from controllers.egress_ha.policies import KIND as POLICY
from controllers.egress_ha.probe import Prober, Responder
from controllers.egress_ha.vantage import View, agreed
from controllers.egress_ha.watch import Watched
from transport.kube import Kube, Object

log = logging.getLogger("egress-ha")
APP = "app=egress-ha-controller"
MANAGER = "cilium-edge-egress-ha"


class Controller:
    """`address` is the host's, by which the other replicas know this one."""

    def __init__(self, kube: Kube, settings: EgressHA, pod: str, address: Address) -> None:
        self._kube, self._settings, self._address = kube, settings, address
        self._wake = threading.Event()
        wake = self._wake.set
        self._policies = Watched(kube, HA_API_VERSION, HA_KIND, wake)
        self._nodes = Watched(kube, "v1", "Node", wake)
        self._made = Watched(kube, API, POLICY, wake, selector=OWNER)
        self._pods = Watched(kube, "v1", "Pod", wake, namespace=settings.namespace, selector=APP)
        self._leader = Leader(kube, settings.namespace, pod, settings.lease, wake)
        self._thresholds = Thresholds(settings.misses, settings.recoveries, settings.max_hold)
        self._lock = threading.Lock()
        self._health: dict[Address, Health] = {}
        self._reports: dict[Address, tuple[Any, float]] = {}
        self._views: dict[Address, dict[Address, bool]] = {}
        self._peer_health: dict[Address, Health] = {}
        self._serving: dict[Address, bool] = {}
        # Whom to probe: what the last round found, so that a tick need not read every policy again.
        self._gateways: frozenset[Address] = frozenset()
        self._began = time.monotonic()

    def run(self) -> None:
        """Until the process is ended."""
        watched = (self._policies, self._nodes, self._made, self._pods)
        for one in watched:
            one.start()
        metrics.serve(self._settings.metrics_port)
        Responder(self._settings.probe_port + 1, self._view).start()
        Prober(self._settings.probe_port, self._settings.probe_interval, lambda: self._gateways, self._heard).start()
        Prober(self._settings.probe_port + 1, self._settings.probe_interval, self._peers, self._heard_peer).start()
        self._leader.start()
        for one in watched:
            one.synced.wait()
        while True:
            self._wake.wait(1.0)
            self._wake.clear()
            try:
                self._reconcile()
            except ApiError as error:
                metrics.ERRORS.inc()
                log.warning("%s", error)
                time.sleep(0.2)
                self._wake.set()

    def resign(self) -> None:
        """Before an orderly end."""
        self._leader.resign()

    # --- what is seen ---

    def _peers(self) -> set[Address]:
        hosts = {(pod.get("status") or {}).get("hostIP") for pod in self._pods.objects()}
        return {ip_address(host) for host in hosts if host} - {self._address}

    def _heard(self, gateway: Address, answered: bool, document: Any) -> None:
        now = time.monotonic()
        with self._lock:
            health = self._health.setdefault(gateway, Health(self._thresholds))
            changed = health.probed(now, answered)
            if answered:
                before = self._reports.get(gateway, (None, 0.0))[0]
                self._reports[gateway] = (document, now)
                changed = changed or before != document
        if changed:
            log.info("gateway %s: %s %s", gateway, {None: "unknown", True: "up", False: "down"}[health.up],
                     json.dumps(document or {}))  # fmt: skip
            self._wake.set()

    def _heard_peer(self, peer: Address, answered: bool, document: Any) -> None:
        with self._lock:
            health = self._peer_health.setdefault(peer, Health(self._thresholds))
            health.probed(time.monotonic(), answered)
            view = {ip_address(key): bool(up) for key, up in document.items()} if answered else {}
            if not health.up:
                changed = self._views.pop(peer, None) is not None
            else:
                changed = answered and self._views.get(peer) != view
                if answered:
                    self._views[peer] = view
        if changed:
            self._wake.set()

    def _view(self) -> dict[str, bool]:
        with self._lock:
            return {str(address): health.up for address, health in self._health.items() if health.up is not None}

    # --- what follows ---

    def _reconcile(self) -> None:
        nodes = members(self._nodes.objects())
        known = [item for item in map(declared, self._policies.objects()) if isinstance(item, Declared)]
        gateways = all_gateways((item.policy for item in known), nodes)
        self._gateways = frozenset(gateways)
        peers = self._peers()
        with self._lock:
            for gone in self._health.keys() - gateways.keys():
                del self._health[gone]
            own = View("self", {a: bool(h.up) for a, h in self._health.items() if h.up is not None})
            others = [View(str(a), dict(v)) for a, v in self._views.items() if a in peers]
            undecided = [a for a in gateways if a not in own.up]
        self._serving = {a: up for a, up in agreed(own, others, self._serving).items() if a in gateways}
        metrics.health(self._serving, {member.address: member.name for member in gateways.values()})
        metrics.LEADING.set(self._leader.leading)
        if not self._leader.leading or undecided:
            # A leader that knows nothing yet of a gateway would move its traffic for no reason.
            return
        book = Book(self._all_reports(known), 2.0 * self._settings.address_lifetime + 1)
        began = time.process_time()
        decisions = decide(known, Known(nodes, self._serving), book)
        metrics.SECONDS.observe(time.process_time() - began)
        self._carry_out(decisions)

    def _all_reports(self, known: list[Declared]) -> dict[Address, Report]:
        """What gateways said; of one that never spoke to this replica, the status says what it may have."""
        now = time.monotonic()
        reports: dict[Address, Report] = {}
        for item in known:
            for group in item.status.get("groupStatuses", []):
                for gateway, address in parsed(group.get("egressIPByGatewayIP") or {}).items():
                    old = reports.get(gateway, Report())
                    reports[gateway] = Report(old.held | {address}, frozenset(), now - self._began)
        with self._lock:
            for gateway, (document, when) in self._reports.items():
                held, conflicts = (frozenset(map(ip_address, document.get(k, ()))) for k in ("held", "conflicts"))
                reports[gateway] = Report(held, conflicts, now - when)
        return reports

    def _carry_out(self, decisions: list[Decision]) -> None:
        made = {item["metadata"]["name"]: item for item in self._made.objects()}
        writes = []
        kept = {name for d in decisions if d.policies is None for name, item in made.items()
                if item["metadata"]["labels"].get(OWNER) == d.declared.policy.name}  # fmt: skip
        for decision in decisions:
            for manifest in decision.policies or ():
                name = manifest["metadata"]["name"]
                kept.add(name)
                if _differs(manifest["spec"], made.get(name, {}).get("spec")):
                    writes.append(manifest)
        with ThreadPoolExecutor(8, "write") as pool:
            for live in pool.map(lambda manifest: self._kube.apply(manifest, manager=MANAGER), writes):
                self._made.put(live)
                metrics.MOVES.inc()
                log.info("policy %s: %s", live["metadata"]["name"], _gateway_names(live))
        for name in made.keys() - kept:
            self._kube.delete(API, POLICY, name)
        for decision in decisions:
            self._write_status(decision)

    def _write_status(self, decision: Decision) -> None:
        item = decision.declared
        status = timed(decision.status, dict(item.status), datetime.now(UTC))
        if status == item.status:
            return
        body = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "metadata": {"name": item.policy.name}, "status": status}
        self._policies.put(self._kube.apply(body, manager=MANAGER, subresource="status"))
        healthy = [ip for group in status["groupStatuses"] for ip in group["healthyGatewayIPs"]]
        before = [ip for group in item.status.get("groupStatuses", []) for ip in group.get("healthyGatewayIPs", [])]
        for gateway in sorted(set(before) - set(healthy)):
            self._event(item, "Warning", "GatewayLost", f"gateway {gateway} does not answer")
        for gateway in sorted(set(healthy) - set(before)):
            self._event(item, "Normal", "GatewayServes", f"gateway {gateway} serves")
        for note in decision.notes:
            self._event(item, "Warning", "NoGateway", note)

    def _event(self, item: Declared, kind: str, reason: str, message: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        about = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "name": item.policy.name, "uid": item.uid}
        self._kube.create({
            "apiVersion": "v1", "kind": "Event", "type": kind, "reason": reason, "message": message,
            "metadata": {"generateName": f"{item.policy.name}-", "namespace": "default"}, "involvedObject": about,
            "source": {"component": "egress-ha"}, "firstTimestamp": now, "lastTimestamp": now, "count": 1,
        })  # fmt: skip


def _differs(wanted: Object, live: Object | None) -> bool:
    """Whether the API's object lacks what is wanted; what it fills in by itself is no difference."""
    if live is None:
        return True
    filled: Object = {"egressGateways": [], "excludedCIDRs": []}
    return any(wanted.get(key, filled.get(key)) != live.get(key, filled.get(key)) for key in {*wanted, *live})


def _gateway_names(manifest: Object) -> str:
    spec = manifest["spec"]
    entries = spec.get("egressGateways") or [spec["egressGateway"]]
    return ", ".join(dict.fromkeys(str(next(iter(e["nodeSelector"]["matchLabels"].values()))) for e in entries))
