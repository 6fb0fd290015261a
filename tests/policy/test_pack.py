"""The policy pack against the policy SDK: resources of any program, as its author wrote them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
)
from pulumi_policy.proxy import unknown_checking_proxy

from components.workloads.workloads import service_manifest
from effective.helm import helm_values
from effective.objects import bgp as bgp_objects
from effective.objects import egress as egress_objects
from policy.pack import policies
from policy.resources import kubernetes_resource
from policy.translate import translate
from rules.registry import rules
from rules.scope import OF_ABSENCE, SCOPE
from tests.config.dev_stack import dev_stack

PROJECT = Path(__file__).resolve().parents[2]
OPTIONS = PolicyResourceOptions(False, [], False, [], [], {})


def resource(manifest: dict[str, Any], name: str = "", kind: str = "") -> PolicyResource:
    token = kind or f"kubernetes:{manifest['apiVersion']}:{manifest['kind']}"
    name = name or manifest["metadata"]["name"]
    urn = f"urn:pulumi:dev::p::{token}::{name}"
    return PolicyResource(token, as_the_sdk(manifest), urn, name, OPTIONS, None, None, [], {})


def as_the_sdk(value: Any) -> Any:
    """As the analyzer gets it: through JSON's numbers, behind the SDK's own proxies."""

    def floats(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: floats(item) for key, item in one.items()}
        if isinstance(one, list | tuple):
            return [floats(item) for item in one]
        return float(one) if isinstance(one, int) and not isinstance(one, bool) else one

    return unknown_checking_proxy(floats(value))


UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def release(values: dict[str, Any], version: str = "1.18.0") -> PolicyResource:
    props = {"chart": "cilium", "version": version, "values": values}
    return resource(props, "cilium", "kubernetes:helm.sh/v3:Release")


def violations(resources: list[PolicyResource], answered: bool = True) -> set[tuple[str, str]]:
    """Policy name and the name of the resource that it blames. Not `answered`: the provider knows no cluster yet."""
    found: set[tuple[str, str]] = set()
    pack = policies()

    def report(message: str, urn: str | None = None, name: str = "") -> None:
        assert name == "unread" or ("expected" in message and "fix:" in message)
        found.add((name, (urn or "").rpartition("::")[2]))

    for one in resources:
        args = ResourceValidationArgs(one.resource_type, one.props, one.urn, one.name, OPTIONS, None, {})
        [first] = [policy for policy in pack if isinstance(policy, ResourceValidationPolicy)]
        first.validate(args, report)
    for policy in pack:
        if not isinstance(policy, ResourceValidationPolicy):
            # The SDK makes the resources anew for each policy.
            again = [
                PolicyResource(
                    one.resource_type,
                    one.props if answered else as_the_sdk({}),
                    one.urn,
                    one.name,
                    OPTIONS,
                    None,
                    None,
                    [],
                    {},
                )
                for one in resources
            ]
            policy.validate(StackValidationArgs(again), partial(report, name=policy.name))
    return found


def cr(kind: str, name: str, spec: dict[str, Any], version: str = "cilium.io/v2", **metadata: Any) -> PolicyResource:
    return resource({"apiVersion": version, "kind": kind, "metadata": {"name": name, **metadata}, "spec": spec})


GOOD_PEER = {
    "timers": {"holdTimeSeconds": 9, "keepAliveTimeSeconds": 3},
    "families": [{"afi": "ipv4", "safi": "unicast", "advertisements": {"matchLabels": {"advertise": "bgp"}}}],
}
POD_CIDR = {"advertisements": [{"advertisementType": "PodCIDR"}]}
VALUES = {
    "kubeProxyReplacement": "true",
    "routingMode": "native",
    "ipv4NativeRoutingCIDR": "10.0.0.0/8",
    "ipam": {"mode": "kubernetes"},
}


def test_every_rule_in_scope_exists_and_has_both_policies() -> None:
    assert {rule.id for rule in rules()} >= SCOPE
    by_name = {policy.name: policy.enforcement_level for policy in policies()}
    assert by_name["b5"] is EnforcementLevel.MANDATORY
    assert by_name["b5-warning"] is EnforcementLevel.ADVISORY
    assert len(by_name) == 2 * len(SCOPE) + 2


def test_the_shipped_stack_as_resources_is_admitted() -> None:
    stack = dev_stack()
    assert stack.bgp is not None
    made = [bgp_objects.advertisement_set(item, stack.cilium) for item in stack.bgp.advertisements]
    made += [bgp_objects.peer_config(item, stack.cilium) for item in stack.bgp.peer_configs]
    made += [bgp_objects.cluster_config(item, stack.cilium) for item in stack.bgp.cluster_configs]
    made += [bgp_objects.pool(item, stack.cilium) for item in stack.pools]
    made += [service_manifest(item) for item in stack.services]
    assert violations([*map(resource, made), release(helm_values(stack))]) == set()


def test_the_translation_gives_back_what_components_made() -> None:
    stack = dev_stack()
    assert stack.bgp is not None
    made = [
        bgp_objects.peer_config(stack.bgp.peer_configs[0], stack.cilium),
        bgp_objects.cluster_config(stack.bgp.cluster_configs[0], stack.cilium),
        bgp_objects.pool(stack.pools[0], stack.cilium),
    ]
    found = translate([kubernetes_resource(resource(item)) for item in made]).stack
    assert found.bgp is not None
    assert found.bgp.cluster_configs == stack.bgp.cluster_configs
    assert found.bgp.peer_configs[0].timers == stack.bgp.peer_configs[0].timers
    assert found.bgp.peer_configs[0].families == stack.bgp.peer_configs[0].families
    assert found.pools == stack.pools


INGRESSES = {**VALUES, "ingressController": {"enabled": True, "loadbalancerMode": "shared"}}


def ingress(name: str, path: str = "/", kind: str = "Prefix", **annotations: str) -> PolicyResource:
    paths = [{"path": path, "pathType": kind, "backend": {"service": {"name": "s", "port": {"number": 80}}}}]
    return resource(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": name, "annotations": annotations},
            "spec": {"ingressClassName": "cilium", "rules": [{"http": {"paths": paths}}]},
        }
    )


GATED = {**VALUES, "gatewayAPI": {"enabled": True}}
ON_NODES = {**VALUES, "gatewayAPI": {"enabled": True, "hostNetwork": {"enabled": True}}}
GATEWAY = cr(
    "Gateway",
    "g",
    {"gatewayClassName": "cilium", "listeners": [{"name": "http", "protocol": "HTTP", "port": 8080}]},
    "gateway.networking.k8s.io/v1",
)
BACKEND = resource(
    {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "s"},
        "spec": {"selector": {"app": "s"}, "ports": [{"port": 80}]},
    }
)
WORLD = {"endpointSelector": {"matchLabels": {"app": "s"}}, "ingress": [{"fromEntities": ["world"]}]}
BROKEN = [
    ([cr("CiliumBGPPeerConfig", "p", {"timers": {"holdTimeSeconds": 9, "keepAliveTimeSeconds": 3}})], ("b5", "p")),
    ([cr("CiliumBGPPeerConfig", "p", GOOD_PEER)], ("b6", "p")),
    (
        [
            cr("CiliumBGPPeerConfig", "p", {**GOOD_PEER, "timers": {"holdTimeSeconds": 9}}),
            cr("CiliumBGPAdvertisement", "a", POD_CIDR, labels={"advertise": "bgp"}),
        ],
        ("b12", "p"),
    ),
    (
        [
            cr(
                "CiliumBGPAdvertisement",
                "a",
                {"advertisements": [{"advertisementType": "Service", "service": {"addresses": ["LoadBalancerIP"]}}]},
            )
        ],
        ("b7", "a"),
    ),
    (
        [
            cr(
                "CiliumBGPClusterConfig",
                "c",
                {
                    "bgpInstances": [
                        {
                            "name": "i",
                            "peers": [
                                {
                                    "name": "t",
                                    "peerASN": 65000,
                                    "peerAddress": "10.0.0.1",
                                    "peerConfigRef": {"name": "nobody"},
                                }
                            ],
                        }
                    ]
                },
            )
        ],
        ("b4", "c"),
    ),
    ([cr("CiliumBGPClusterConfig", "c", {"bgpInstances": [{"name": "i"}]})], ("b3", "c")),
    (
        [
            cr("CiliumLoadBalancerIPPool", "a", {"blocks": [{"cidr": "172.16.0.0/24"}]}),
            cr("CiliumLoadBalancerIPPool", "b", {"blocks": [{"cidr": "172.16.0.128/25"}]}),
        ],
        ("p1", "b"),
    ),
    ([cr("CiliumLoadBalancerIPPool", "a", {"cidrs": [{"cidr": "172.16.0.0/24"}]})], ("p9", "a")),
    ([cr("CiliumL2AnnouncementPolicy", "l", {"interfaces": ["eth1"]}, "cilium.io/v2alpha1")], ("l2", "l")),
    (
        [
            cr(
                "CiliumEgressGatewayPolicy",
                "e",
                {
                    "selectors": [{"podSelector": {}}],
                    "destinationCIDRs": ["0.0.0.0/0"],
                    "egressGateway": {"nodeSelector": {}, "interface": "a", "egressIP": "10.0.0.1"},
                },
            )
        ],
        ("g4", "e"),
    ),
    ([cr("IsovalentEgressGatewayPolicy", "e", {"selectors": [{"podSelector": {}}]}, "isovalent.com/v1")], ("g17", "e")),
    ([cr("CiliumBGPPeerConfig", "p", GOOD_PEER), release(VALUES, "1.17.4")], ("x4", "p")),
    ([release({**VALUES, "bgpControlPlan": {"enabled": True}})], ("x1", "cilium")),
    ([release({**VALUES, "bgp": {"enabled": True}})], ("x6", "cilium")),
    ([release({**VALUES, "l7Proxy": False, "ingressController": {"enabled": True}})], ("i2", "cilium")),
    ([release({"routingMode": "native", "kubeProxyReplacement": True})], ("b26", "cilium")),
    ([ingress("a"), ingress("b"), release(INGRESSES)], ("i7", "b")),
    ([ingress("a", **{"ingress.cilium.io/loadbalancer-mode": "dedicted"}), release(INGRESSES)], ("i3", "a")),
    ([release({**GATED, "kubeProxyReplacement": "false"})], ("i14", "cilium")),
    (
        [GATEWAY, cr("CiliumLoadBalancerIPPool", "p", {"blocks": [{"cidr": "10.0.0.0/24"}]}), release(ON_NODES)],
        ("i12-warning", "cilium"),
    ),
    (
        [ingress("a"), BACKEND, cr("CiliumNetworkPolicy", "n", WORLD, namespace="default"), release(INGRESSES)],
        ("i13-warning", "n"),
    ),
    ([ingress("a", **{"ingress.cilium.io/request-timeout": "30"}), release(INGRESSES)], ("i20", "a")),
    ([ingress("a", "/api(", "ImplementationSpecific"), release(INGRESSES)], ("i21", "a")),
    # Features that the release does not switch on.
    ([cr("CiliumL2AnnouncementPolicy", "l", {"loadBalancerIPs": True}, "cilium.io/v2alpha1")], ("x3", "l")),
    ([cr("CiliumBGPPeerConfig", "p", GOOD_PEER)], ("x3", "p")),
]


@pytest.mark.parametrize(("bad", "expected"), BROKEN)
def test_a_mistake_is_blamed_on_its_resource(bad: list[PolicyResource], expected: tuple[str, str]) -> None:
    with_release = bad if any("Release" in r.resource_type for r in bad) else [*bad, release(VALUES)]
    assert expected in violations(with_release)
    # A provider whose kubeconfig is not known yet answers nothing: the inputs say as much.
    assert violations(with_release, answered=False) == violations(with_release)


CLUSTER_CONFIG = {
    "bgpInstances": [
        {
            "name": "i",
            "localASN": 65001,
            "peers": [
                {"name": "t", "peerASN": 65000, "peerAddress": "10.0.0.1", "peerConfigRef": {"name": "by-others"}}
            ],
        }
    ]
}
SERVICE = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "s"},
    "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
}
FOREIGN: dict[str, list[PolicyResource]] = {
    "nothing at all": [],
    "no Cilium": [
        resource({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}),
        resource({"create": "true"}, "c", "command:local:Command"),
    ],
    "Cilium by others, with a Service": [resource(SERVICE)],
    "BGP objects beside a Cilium of others": [
        cr("CiliumBGPClusterConfig", "c", CLUSTER_CONFIG),
        cr("CiliumBGPPeerConfig", "p", GOOD_PEER),
    ],
    "an advertisement alone": [cr("CiliumBGPAdvertisement", "a", POD_CIDR, labels={"advertise": "bgp"})],
    "a pool alone": [cr("CiliumLoadBalancerIPPool", "p", {"blocks": [{"cidr": "10.0.0.0/24"}]})],
    "egress beside a Cilium of others": [
        cr(
            "CiliumEgressGatewayPolicy",
            "e",
            {
                "selectors": [{"podSelector": {"matchLabels": {"a": "b"}}}],
                "destinationCIDRs": ["0.0.0.0/0"],
                "egressGateway": {"nodeSelector": {"matchLabels": {"e": "1"}}, "interface": "eth1"},
            },
        )
    ],
    "another chart": [
        resource({"chart": "nginx", "version": "1.2.3", "values": {"a": 1}}, "n", "kubernetes:helm.sh/v3:Release"),
        cr("CiliumBGPPeerConfig", "p", GOOD_PEER),
    ],
    "an Ingress of another class": [
        resource(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "Ingress",
                "metadata": {"name": "i"},
                "spec": {
                    "ingressClassName": "nginx",
                    "rules": [
                        {
                            "http": {
                                "paths": [
                                    {
                                        "path": "/",
                                        "pathType": "Prefix",
                                        "backend": {"service": {"name": "s", "port": {"number": 80}}},
                                    }
                                ]
                            }
                        }
                    ],
                },
            }
        )
    ],
    "L2 beside a Cilium of others": [
        cr("CiliumL2AnnouncementPolicy", "l", {"loadBalancerIPs": True}, "cilium.io/v2alpha1")
    ],
}


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("answered", [True, False])
def test_nothing_is_said_of_what_the_program_does_not_declare(name: str, answered: bool) -> None:
    assert violations(FOREIGN[name], answered) == set()


def test_what_is_not_known_yet_is_named_and_nothing_is_concluded_from_it() -> None:
    late = cr("CiliumBGPPeerConfig", "late", {**GOOD_PEER, "timers": {"holdTimeSeconds": UNKNOWN}})
    found = violations([late, cr("CiliumBGPClusterConfig", "c", CLUSTER_CONFIG), release(VALUES)])
    assert found == {("unread", "late")}
    values = {**VALUES, "k8sServiceHost": UNKNOWN}
    props = {"chart": "cilium", "version": "1.18.0", "values": values}
    later = resource(props, "cilium", "kubernetes:helm.sh/v3:Release")
    assert violations([later, cr("CiliumL2AnnouncementPolicy", "l", {}, "cilium.io/v2alpha1")]) == {
        ("unread", "cilium")
    }
    # What another mistake is about is told all the same.
    assert ("b5", "p") in violations([late, cr("CiliumBGPPeerConfig", "p", {}), release(VALUES)])


def test_what_has_an_unknown_shape_is_named() -> None:
    odd = cr("CiliumBGPPeerConfig", "odd", {"timers": "soon", "families": [{"afi": 5}]})
    assert violations([odd]) == {("unread", "odd")}


def test_the_values_of_a_release_do_not_contradict_themselves() -> None:
    assert violations([release({**VALUES, "routingMode": "flat"})]) == {("x10", "cilium")}


def test_rules_of_absence_are_in_scope() -> None:
    assert OF_ABSENCE <= SCOPE


def test_resources_of_others_and_shapes_that_cannot_be_read_are_left_alone() -> None:
    odd = [
        resource({"a": 1}, "x", "aws:s3/bucket:Bucket"),
        cr("CiliumBGPPeerConfig", "odd", {"timers": "soon", "families": [{"afi": 5}]}),
        cr("CiliumLoadBalancerIPPool", "odd", {"blocks": "all"}),
        resource({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}),
        release({"ipam": [], "bpf": 3, "l2announcements": "x"}),
    ]
    violations(odd)


def test_edge_objects_come_back_too() -> None:
    stack = dev_stack()
    policy = {
        "name": "e",
        "selectors": [{"podSelector": {"matchLabels": {"a": "b"}}}],
        "destinationCIDRs": ["0.0.0.0/0"],
        "egressGateway": {"interface": "eth1"},
    }
    from config.egress import EgressPolicy

    made = egress_objects.egress_policy(EgressPolicy.model_validate(policy), stack.cilium)
    found = translate([kubernetes_resource(resource(made))]).stack.egress_policies[0]
    assert found.egress_gateway == EgressPolicy.model_validate(policy).egress_gateway
