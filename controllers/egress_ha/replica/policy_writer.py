"""Decisions become objects of the API: what differs is written, what is no more is deleted, and events tell."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import UTC, datetime

from config.egress import HA_ACCEPTED, HA_API_VERSION, HA_KIND
from config.errors import ApiError
from controllers.egress_ha.protocol.informer import Informer
from controllers.egress_ha.replica import metrics
from controllers.egress_ha.replica.cilium_policies import API, KIND, OWNER
from controllers.egress_ha.replica.decision import Decision
from controllers.egress_ha.replica.policy_status import with_transition_times
from transport.kube import Kube, Object

log = logging.getLogger("egress-ha")
MANAGER = "cilium-edge-egress-ha"


class Taken(ApiError):
    """An object of that name belongs to somebody else."""


class PolicyWriter:
    """`policies` and `made` are the caches that know at once what was written."""

    def __init__(self, kube: Kube, policies: Informer, made: Informer) -> None:
        self._kube, self._policies, self._made = kube, policies, made
        self._told: dict[tuple[str, str], str] = {}
        self._serving: dict[str, bool] = {}
        self._failed: list[ApiError] = []
        # Policy -> which object of another owner is in its way.
        self._taken: dict[str, str] = {}

    def carry_out(self, items: Mapping[str, Object], decisions: Sequence[Decision], refused: Mapping[str, str]) -> None:
        """`items`: the policies as they were decided on. `refused`: those that cannot be read, and why; what was
        made of them stays as it is.

        Each write stands by itself. Raises the first ApiError when all have been tried.
        """
        self._failed = []
        self._taken = {}
        with ThreadPoolExecutor(8, "write") as pool:
            self._write_policies(decisions, refused, pool)
            # All of them, and then what one of them may have raised that is no ApiError.
            list(pool.map(lambda one: self._report(items[one.declared.policy.name], one), decisions))
        for name, why in refused.items():
            self._refuse(items[name], why)
        if self._failed:
            raise self._failed[0]

    def _report(self, item: Object, decision: Decision) -> None:
        taken = self._taken.get(decision.declared.policy.name)
        if taken is not None:
            self._refuse(item, f"{taken}: delete it, or give the policy another name", "NameTaken")
        elif self._status(item, decision.status):
            self._event(_about(item), "Warning", "NoGateway", "; ".join(decision.notes))

    def _write_policies(self, decisions: Sequence[Decision], refused: Mapping[str, str], pool: Executor) -> None:
        made = {item["metadata"]["name"]: item for item in self._made.objects()}
        untouched = {*refused, *(d.declared.policy.name for d in decisions if d.policies is None)}
        wanted = {one["metadata"]["name"]: one for decision in decisions for one in decision.policies or ()}
        writes = [one for name, one in wanted.items() if _differs(one["spec"], made.get(name, {}).get("spec"))]
        known = [one["metadata"]["name"] in made for one in writes]
        for manifest, error in zip(writes, pool.map(self._apply, writes, known), strict=True):
            if error is not None:
                # What is there is no worse than half of what is to be.
                owner = manifest["metadata"]["labels"][OWNER]
                untouched.add(owner)
                self._failed.append(error)
                if isinstance(error, Taken):
                    self._taken[owner] = str(error)
        for name, item in made.items():
            if name not in wanted and item["metadata"]["labels"].get(OWNER) not in untouched:
                self._try(lambda name=name: self._kube.delete(API, KIND, name))  # type: ignore[misc]

    def _apply(self, manifest: Object, known: bool) -> ApiError | None:
        """Change what this controller made, or make what is not there; what somebody else made stays as it is."""
        try:
            ours = known or self._free(manifest)
            live = self._kube.apply(manifest, manager=MANAGER, force=known) if ours else None
        except ApiError as error:
            return error
        if live is None:
            return Taken(f"{KIND} {manifest['metadata']['name']} is there and was not made by this controller")
        self._made.put(live)
        metrics.MOVES.inc()
        log.info("policy %s: %s", live["metadata"]["name"], _gateway_names(live))
        return None

    def _free(self, manifest: Object) -> bool:
        """Whether nobody has the name, or this controller, whose watch has not told so yet."""
        live = self._kube.get(API, KIND, manifest["metadata"]["name"])
        if live is None:
            return True
        return bool((live["metadata"].get("labels") or {}).get(OWNER) == manifest["metadata"]["labels"][OWNER])

    def _status(self, item: Object, status: Object) -> bool:
        """Whether it is so now. The API refuses it if the policy was written since: then the next round decides."""
        before = item.get("status") or {}
        status = with_transition_times(status, before, datetime.now(UTC))
        if status == before:
            return True
        metadata = {key: item["metadata"][key] for key in ("name", "resourceVersion")}
        body = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "metadata": metadata, "status": status}
        return self._try(lambda: self._policies.put(self._kube.apply(body, manager=MANAGER, subresource="status")))

    def _refuse(self, item: Object, why: str, reason: str = "Invalid") -> None:
        before = item.get("status") or {}
        message = f"{why}; what was carried out before stays, without failover"
        no = {
            "type": HA_ACCEPTED,
            "status": "False",
            "reason": reason,
            "message": message,
            "observedGeneration": item["metadata"].get("generation", 0),
        }
        others = [one for one in before.get("conditions", []) if one["type"] != HA_ACCEPTED]
        if self._status(item, {**before, "conditions": [*others, no]}):
            self._event(_about(item), "Warning", reason, message)

    def tell_gateways(self, serving: Mapping[str, bool]) -> None:
        """Node -> whether it serves: an event of the Node, not of each policy, when that has changed."""
        for node, well in serving.items():
            # As the kubelet's events have it: a Node's name for its uid.
            about = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": node}
            if node in self._serving and self._serving[node] != well:
                kind, reason = ("Normal", "EgressGatewayServes") if well else ("Warning", "EgressGatewayLost")
                self._event(about, kind, reason, f"egress gateway {node} {'serves' if well else 'does not answer'}")
                self._told.pop((node, "EgressGatewayLost" if well else "EgressGatewayServes"), None)
        self._serving = dict(serving)

    def _event(self, about: Object, kind: str, reason: str, message: str) -> None:
        """A state is told once, until it is another one."""
        if self._told.get((about["uid"], reason), "") == message:
            return
        self._told[about["uid"], reason] = message
        if not message:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        self._try(
            lambda: self._kube.create(
                {
                    "apiVersion": "v1",
                    "kind": "Event",
                    "type": kind,
                    "reason": reason,
                    "message": message,
                    "metadata": {"generateName": f"{about['name']}-", "namespace": "default"},
                    "involvedObject": about,
                    "source": {"component": "egress-ha"},
                    "firstTimestamp": now,
                    "lastTimestamp": now,
                    "count": 1,
                }
            )
        )

    def _try(self, call: Callable[[], object]) -> bool:
        try:
            call()
        except ApiError as error:
            self._failed.append(error)
            return False
        return True


def _about(policy: Object) -> Object:
    metadata = policy["metadata"]
    return {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "name": metadata["name"], "uid": metadata["uid"]}


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
