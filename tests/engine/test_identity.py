"""Which resources are one thing in the world, and what of a deployment is known to be gone."""

from __future__ import annotations

from typing import Any

import pytest

from config.errors import EdgeError
from engine.forgetting import lost_in, without
from engine.identity import Claims
from engine.providers.kubernetes import KubernetesProvider
from engine.registry import Providers
from engine.resource import Resource

PREFIX = "urn:pulumi:t::proj::"
CLUSTER = f"{PREFIX}pulumi:providers:kubernetes::cluster"


def pool(version: str, name: str = "public", resource: str = "lb-public") -> Resource:
    kind = f"kubernetes:cilium.io/{version}:CiliumLoadBalancerIPPool"
    inputs = {"apiVersion": f"cilium.io/{version}", "kind": "CiliumLoadBalancerIPPool", "metadata": {"name": name}}
    return Resource(f"{PREFIX}{kind}::{resource}", kind, True, inputs, provider=f"{CLUSTER}::id")


def identity(token: str, **inputs: Any) -> str | None:
    return KubernetesProvider().identity(token, inputs)


def test_a_kind_that_is_promoted_has_the_same_objects() -> None:
    claims = Claims(Providers())
    claims.declare(pool("v2"))
    assert claims.heir(pool("v2alpha1")) == pool("v2").urn
    assert claims.heir(pool("v2alpha1", "other")) == ""


def test_another_cluster_has_other_objects() -> None:
    claims = Claims(Providers())
    claims.declare(pool("v2"))
    other = pool("v2")
    other.provider = f"{PREFIX}pulumi:providers:kubernetes::other::id"
    assert claims.heir(other) == ""


def test_one_object_is_declared_once() -> None:
    claims = Claims(Providers())
    claims.declare(pool("v2"))
    with pytest.raises(EdgeError, match="lb-public and extra-pool are the same object of the API"):
        claims.declare(pool("v2alpha1", resource="extra-pool"))


def test_the_namespace_that_is_not_said_is_default() -> None:
    words = {"apiVersion": "v1", "kind": "Service"}
    plain = identity("kubernetes:core/v1:Service", **words, metadata={"name": "web"})
    assert plain == identity("kubernetes:core/v1:Service", **words, metadata={"name": "web", "namespace": "default"})
    assert plain != identity("kubernetes:core/v1:Service", **words, metadata={"name": "web", "namespace": "shop"})


def test_patches_of_one_object_by_two_managers_are_two_things() -> None:
    def patch(concern: str) -> str | None:
        metadata = {"name": "w1", "annotations": {"pulumi.com/patchFieldManager": concern}}
        return identity("kubernetes:core/v1:NodePatch", apiVersion="v1", kind="Node", metadata=metadata)

    assert patch("bgp") == patch("bgp") != patch("egress")


def test_what_is_gone_leaves_no_reference() -> None:
    kept, gone = f"{PREFIX}command:local:Command::kept", f"{PREFIX}command:remote:Command::gone"
    document = {
        "version": 3,
        "deployment": {
            "resources": [
                {
                    "urn": gone,
                    "type": "command:remote:Command",
                    "custom": True,
                    "inputs": {"connection": {"host": "10.0.0.1"}},
                },
                {
                    "urn": kept,
                    "type": "command:local:Command",
                    "custom": True,
                    "dependencies": [gone],
                    "deletedWith": gone,
                    "propertyDependencies": {"stdin": [gone]},
                },
            ],
            "pending_operations": [{"type": "updating", "resource": {"urn": gone}}],
        },
    }
    urns = lost_in(document, lambda kind, host: host == "10.0.0.1")
    assert urns == {gone}
    rest = without(document, urns)["deployment"]
    assert rest["pending_operations"] == [] and [r["urn"] for r in rest["resources"]] == [kept]
    assert gone not in str(rest)
