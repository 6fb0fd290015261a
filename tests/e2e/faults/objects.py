"""Faults of the API's objects: changed or deleted by somebody."""

from __future__ import annotations

from typing import Any

from tests.e2e.faults.fault import Act, Fault, both, kubectl, on, patched, redeployed

LB = "ciliumbgpadvertisement/bgp-advertisements-lb-exip-webpod"
PODS = "ciliumbgpadvertisement/bgp-advertisements"
PEERING = "ciliumbgpclusterconfig/cilium-bgp"
SYSTEM = ("-n", "kube-system")


def labelled(thing: str, label: str) -> Act:
    """A label with another value."""
    return kubectl("label", thing, label, "--overwrite")


def scaled(*what: str, count: int) -> Act:
    """A Deployment with another number of Pods."""
    return kubectl("scale", *what, f"--replicas={count}")


def service(was: Any, change: Any, cause: str) -> Fault:
    """Fields of the Service, changed with kubectl."""
    return Fault(
        patched("service/webpod", {"spec": change}), patched("service/webpod", {"spec": was}), "service", cause
    )


def deleted(thing: str, cause: str, check: str = "declared") -> Fault:
    """An object that the stack declares is gone."""
    return Fault(kubectl("delete", thing), redeployed, check, cause)


def peering(asn: int = 65001, address: str = "192.168.10.200", peer: int = 65000) -> Act:
    """The cluster config with other numbers."""
    peers = [
        {
            "name": "tor-switch",
            "peerASN": peer,
            "peerAddress": address,
            "peerConfigRef": {"name": "cilium-peer"},
        }
    ]
    return patched(PEERING, {"spec": {"bgpInstances": [{"name": "instance-65001", "localASN": asn, "peers": peers}]}})


# Where agents may run: not on one of the workers.
ELSEWHERE = {
    "requiredDuringSchedulingIgnoredDuringExecution": {
        "nodeSelectorTerms": [
            {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "NotIn", "values": ["cilium-w1"]}]}
        ]
    }
}


def agents_on(affinity: Any) -> Any:
    """The part of the agents' DaemonSet that says on which nodes they run."""
    return {"spec": {"template": {"spec": {"affinity": {"nodeAffinity": affinity}}}}}


FAULTS = {
    "operator gone": Fault(
        scaled(*SYSTEM, "deployment/cilium-operator", count=0),
        scaled(*SYSTEM, "deployment/cilium-operator", count=1),
        "operator",
        "Services get no addresses",
    ),
    "externalTrafficPolicy": service(
        {"externalTrafficPolicy": "Cluster"},
        {"externalTrafficPolicy": "Local"},
        "externalTrafficPolicy of Service default/webpod was changed by kubectl-patch at ",
    ),
    "selector": service(
        {"selector": {"app": "webpod"}},
        {"selector": {"app": "wbpod"}},
        "selector of Service default/webpod was changed by kubectl-patch at ",
    ),
    "targetPort": service(
        {"ports": [{"port": 80, "targetPort": 80, "protocol": "TCP"}]},
        {"ports": [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]},
        "of Service default/webpod was changed by kubectl-patch at ",
    ),
    "type": service(
        {"type": "LoadBalancer"}, {"type": "ClusterIP"}, "type of Service default/webpod was changed by kubectl-patch"
    ),
    "label of a Service": Fault(
        labelled("service/webpod", "app=wbpod"),
        labelled("service/webpod", "app=webpod"),
        "service",
        "labels of Service default/webpod was changed",
    ),
    "Service deleted": deleted("service/webpod", "not deployed", "lb-ipam"),
    "no backends": Fault(
        scaled("deployment/webpod", count=0), scaled("deployment/webpod", count=3), "vip-http", "no backend"
    ),
    "backends hang": Fault(
        both(*(on(f"cilium-w{i}", "pkill -STOP -f 'noderunner whoam[i]'") for i in (1, 2, 3))),
        both(*(on(f"cilium-w{i}", "pkill -CONT -f 'noderunner whoam[i]'") for i in (1, 2, 3))),
        "pod-to-pod",
        "takes connections and answers none",
    ),
    "node label": Fault(
        labelled("node/cilium-w1", "enable-bgp-"),
        labelled("node/cilium-w1", "enable-bgp=true"),
        "bgp-session",
        "no CiliumBGPClusterConfig selects the node (cilium-bgp wants enable-bgp=true)",
    ),
    "advertisement label": Fault(
        labelled(LB, "advertise=bpg"),
        labelled(LB, "advertise=bgp"),
        "declared",
        "metadata.labels.advertise of CiliumBGPAdvertisement bgp-advertisements-lb-exip-webpod was changed by",
    ),
    "advertisement of Pods deleted": deleted(PODS, "bgp-advertisements"),
    "advertisement of Services deleted": deleted(LB, "bgp-advertisements-lb-exip-webpod"),
    "advertisement of another kind": Fault(
        patched(
            PODS,
            {"spec": {"advertisements": [{"advertisementType": "Service", "service": {"addresses": ["ClusterIP"]}}]}},
        ),
        redeployed,
        "declared",
        "of CiliumBGPAdvertisement bgp-advertisements was changed by kubectl-patch",
    ),
    "peer config deleted": deleted("ciliumbgppeerconfig/cilium-peer", "CiliumBGPPeerConfig cilium-peer"),
    "cluster config deleted": deleted(PEERING, "CiliumBGPClusterConfig cilium-bgp"),
    "wrong local AS": Fault(peering(asn=65009), peering(), "declared", "spec.bgpInstances[0].localASN of"),
    "wrong peer AS": Fault(peering(peer=65009), peering(), "declared", "spec.bgpInstances[0].peers[0].peerASN of"),
    "wrong peer address": Fault(
        peering(address="192.168.10.201"), peering(), "declared", "spec.bgpInstances[0].peers[0].peerAddress of"
    ),
    "pool deleted": deleted("ciliumloadbalancerippool/cilium-pool", "cilium-pool"),
    "pool disabled": Fault(
        patched("ciliumloadbalancerippool/cilium-pool", {"spec": {"disabled": True}}),
        patched("ciliumloadbalancerippool/cilium-pool", {"spec": {"disabled": None}}),
        "declared",
        "spec.disabled of CiliumLoadBalancerIPPool cilium-pool was changed by kubectl-patch",
    ),
    "override of one node": Fault(
        lambda edge: edge.on(
            "mgmt",
            "echo '"
            '{"apiVersion":"cilium.io/v2","kind":"CiliumBGPNodeConfigOverride","metadata":{"name":"cilium-w1"},'
            '"spec":{"bgpInstances":[{"name":"instance-65001","localASN":65009}]}}'
            "' | kubectl apply -f -",
        ),
        kubectl("delete", "ciliumbgpnodeconfigoverride/cilium-w1"),
        "declared",
        "CiliumBGPNodeConfigOverride cilium-w1 is not of the stack",
    ),
    "policy against all": Fault(
        lambda edge: edge.on(
            "mgmt",
            "echo '"
            '{"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy","metadata":{"name":"no","namespace":"default"},'
            '"spec":{"endpointSelector":{"matchLabels":{"app":"webpod"}},"ingressDeny":[{"fromEntities":["all"]}]}}'
            "' | kubectl apply -f -",
        ),
        kubectl("delete", "ciliumnetworkpolicy/no"),
        "pod-to-pod",
        "CiliumNetworkPolicy default/no",
    ),
    "no agent on a node": Fault(
        patched("daemonset/cilium", agents_on(ELSEWHERE), *SYSTEM),
        patched("daemonset/cilium", agents_on(None), *SYSTEM),
        "bgp-session",
        "no agent pod on this node",
    ),
    "API server frozen": Fault(
        on("cilium-ctr", "pkill -STOP -x kube-apiserver"),
        on("cilium-ctr", "pkill -CONT -x kube-apiserver"),
        "lb-ipam",
        "the Kubernetes API does not answer",
    ),
    "etcd frozen": Fault(
        on("cilium-ctr", "pkill -STOP -x etcd"),
        on("cilium-ctr", "pkill -CONT -x etcd"),
        "lb-ipam",
        "the Kubernetes API",
    ),
}
