"""Writes decisions to the API: changed objects and the policies' status. Deletes unwanted objects."""

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
from controllers.egress_ha.replica.event_recorder import EventRecorder
from controllers.egress_ha.replica.policy_status import with_transition_times
from transport.kube import Kube
from transport.kube_requests import Object

log = logging.getLogger("egress-ha")
MANAGER = "cilium-edge-egress-ha"


class NameTaken(ApiError):
    """An object with this name belongs to another owner."""


class PolicyWriter:
    """`policies`, `made`: the caches. The writer adds every written object to them at once."""

    def __init__(self, kube: Kube, policies: Informer, made: Informer, events: EventRecorder) -> None:
        self._kube, self._policies, self._made, self._events = kube, policies, made, events
        self._failed: list[ApiError] = []
        # Policy -> message about an object of another owner with a name that the policy needs.
        self._names_taken: dict[str, str] = {}

    def write(self, items: Mapping[str, Object], decisions: Sequence[Decision], refused: Mapping[str, str]) -> None:
        """Write the decisions. `items`: the API objects of the policies that the decisions were made for.

        `refused`: policy -> why the policy is unreadable. Objects of such a policy stay. Writes are independent of each
        other: the writer tries all of them, and then raises the first ApiError.
        """
        self._failed = []
        self._names_taken = {}
        with ThreadPoolExecutor(8, "write") as pool:
            self._write_policies(decisions, refused, pool)
            # `list` waits for all writes, and raises errors other than ApiError.
            list(pool.map(lambda one: self._write_status(items[one.declared.policy.name], one), decisions))
        for name, why in refused.items():
            self._refuse(items[name], why)
        if self._failed:
            raise self._failed[0]

    def _write_policies(self, decisions: Sequence[Decision], refused: Mapping[str, str], pool: Executor) -> None:
        made = {item["metadata"]["name"]: item for item in self._made.objects()}
        untouched = {*refused, *(d.declared.policy.name for d in decisions if d.policies is None)}
        wanted = {one["metadata"]["name"]: one for decision in decisions for one in decision.policies or ()}
        writes = [one for name, one in wanted.items() if _differs(one["spec"], made.get(name, {}).get("spec"))]
        known = [one["metadata"]["name"] in made for one in writes]
        for manifest, error in zip(writes, pool.map(self._apply, writes, known), strict=True):
            if error is not None:
                # The old objects of the policy stay: they are better than an incomplete set of new ones.
                owner = manifest["metadata"]["labels"][OWNER]
                untouched.add(owner)
                self._failed.append(error)
                if isinstance(error, NameTaken):
                    self._names_taken[owner] = str(error)
        for name, item in made.items():
            if name not in wanted and item["metadata"]["labels"].get(OWNER) not in untouched:
                self._try(lambda name=name: self._kube.delete(API, KIND, name))  # type: ignore[misc]

    def _apply(self, manifest: Object, known: bool) -> ApiError | None:
        """Change an object of this controller, or create a new one. An object of another owner stays unchanged."""
        try:
            ours = known or self._free(manifest)
            live = self._kube.apply(manifest, manager=MANAGER, force=known) if ours else None
        except ApiError as error:
            return error
        if live is None:
            return NameTaken(f"{KIND} {manifest['metadata']['name']} exists, and another owner made the object")
        self._made.put(live)
        metrics.MOVES.inc()
        log.info("policy %s: %s", live["metadata"]["name"], _gateway_names(live))
        return None

    def _free(self, manifest: Object) -> bool:
        """Whether the name is free, or belongs to an object of this controller that the cache does not have yet."""
        live = self._kube.get(API, KIND, manifest["metadata"]["name"])
        if live is None:
            return True
        return bool((live["metadata"].get("labels") or {}).get(OWNER) == manifest["metadata"]["labels"][OWNER])

    def _write_status(self, item: Object, decision: Decision) -> None:
        taken = self._names_taken.get(decision.declared.policy.name)
        if taken is not None:
            self._refuse(item, f"{taken}; delete the object, or give the policy another name", "NameTaken")
        elif self._apply_status(item, decision.status):
            self._record(item, "NoGateway", "; ".join(decision.notes))

    def _refuse(self, item: Object, why: str, reason: str = "Invalid") -> None:
        """Report in the status and in an event that the controller does not carry out the present policy."""
        before = item.get("status") or {}
        message = f"{why}; the last state that was carried out stays, without failover"
        refusal = {
            "type": HA_ACCEPTED,
            "status": "False",
            "reason": reason,
            "message": message,
            "observedGeneration": item["metadata"].get("generation", 0),
        }
        others = [one for one in before.get("conditions", []) if one["type"] != HA_ACCEPTED]
        if self._apply_status(item, {**before, "conditions": [*others, refusal]}):
            self._record(item, reason, message)

    def _apply_status(self, item: Object, status: Object) -> bool:
        """Write the status; returns whether the policy has it now.

        The API refuses the status if the policy was changed since. Then the next round decides again.
        """
        before = item.get("status") or {}
        status = with_transition_times(status, before, datetime.now(UTC))
        if status == before:
            return True
        metadata = {key: item["metadata"][key] for key in ("name", "resourceVersion")}
        body = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "metadata": metadata, "status": status}
        return self._try(lambda: self._policies.put(self._kube.apply(body, manager=MANAGER, subresource="status")))

    def _record(self, item: Object, reason: str, message: str) -> None:
        """Record a warning about a policy."""
        metadata = item["metadata"]
        about = {"apiVersion": HA_API_VERSION, "kind": HA_KIND, "name": metadata["name"], "uid": metadata["uid"]}
        self._try(lambda: self._events.record(about, "Warning", reason, message))

    def _try(self, call: Callable[[], object]) -> bool:
        try:
            call()
        except ApiError as error:
            self._failed.append(error)
            return False
        return True


def _differs(wanted: Object, live: Object | None) -> bool:
    """Whether the live object lacks a part of the wanted one. Defaults that the API adds are no difference."""
    if live is None:
        return True
    filled: Object = {"egressGateways": [], "excludedCIDRs": []}
    return any(wanted.get(key, filled.get(key)) != live.get(key, filled.get(key)) for key in {*wanted, *live})


def _gateway_names(manifest: Object) -> str:
    spec = manifest["spec"]
    entries = spec.get("egressGateways") or [spec["egressGateway"]]
    return ", ".join(dict.fromkeys(str(next(iter(e["nodeSelector"]["matchLabels"].values()))) for e in entries))
