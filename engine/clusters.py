"""Checks that a provider still points to the cluster that has the state's objects."""

from __future__ import annotations

from config.errors import ApiError, StateError
from engine.deployment import Deployment
from engine.registry import CLUSTER_UID, PROVIDER_PREFIX
from engine.resource import Resource
from engine.values import plain
from transport.kube import Kube

KIND = f"{PROVIDER_PREFIX}kubernetes"


def the_same(plan: Deployment) -> dict[str, str]:
    """Provider URN -> uid of the provider's cluster, for every cluster in which the plan changes something.

    Raises StateError if the cluster is not the one that has the state's objects, ApiError if it does not answer.
    """
    result = {}
    for urn in plan.order:
        declared, old = plan.registered.get(urn), plan.state.find(urn)
        if declared is None or declared.type != KIND:
            continue
        kubeconfig = plain(declared.inputs).get("kubeconfig")
        if not isinstance(kubeconfig, str):
            continue
        kube = Kube(kubeconfig)
        result[urn] = _uid(kube)
        recorded = old.outputs.get(CLUSTER_UID) if old is not None else None
        objects = _objects(plan.state.resources, urn)
        if recorded not in (None, result[urn]) and objects:
            raise StateError(
                f"{kube.server}: expected the cluster of the state, which has {objects} objects of the stack"
                f" (uid {recorded} of namespace kube-system), got another cluster (uid {result[urn]});"
                " give the kubeconfig of the old cluster, or forget the objects: edge stack forget-cluster"
            )
    return result


def _uid(kube: Kube) -> str:
    found = kube.get("v1", "Namespace", "kube-system")
    if found is None:
        raise ApiError(f"{kube.server}: the cluster has no namespace kube-system")
    return str(found["metadata"]["uid"])


def _objects(resources: list[Resource], provider: str) -> int:
    return sum(1 for r in resources if r.provider.rpartition("::")[0] == provider)
