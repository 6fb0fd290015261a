"""Workloads: demo Deployments and Pods, and their Services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi

from components.kubernetes.places import in_namespace
from components.kubernetes.resources import KubernetesObject, LoadBalancer
from config.labels import HOSTNAME
from config.workload import Service, Workload

Manifest = dict[str, Any]


class Workloads(pulumi.ComponentResource):
    """The declared workloads and Services behind the edge.

    Pods need not wait for the agents: Kubernetes starts them on a node when its agent is ready. Services wait for
    `pools`. `addresses`: `NAMESPACE/NAME` of a LoadBalancer Service -> its allocated addresses.
    """

    def __init__(
        self,
        name: str,
        workloads: Sequence[Workload],
        services: Sequence[Service],
        pools: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("cilium-edge:apps:Workloads", name, None, opts)
        options = pulumi.ResourceOptions(parent=self)
        # The class of a Service is immutable in the API.
        addressed = pulumi.ResourceOptions(
            parent=self,
            depends_on=list(pools),
            replace_on_changes=["spec.loadBalancerClass"],
            delete_before_replace=True,
        )
        for workload in workloads:
            manifest = workload_manifest(workload)
            KubernetesObject(in_namespace(f"{name}-", manifest), manifest, options, name)
        self.addresses: dict[str, pulumi.Output[list[str]]] = {}
        for service in services:
            if not service.managed:
                continue
            manifest = service_manifest(service)
            resource = in_namespace(f"{name}-svc-", manifest)
            if service.type == "LoadBalancer":
                made = LoadBalancer(resource, manifest, addressed, name)
                self.addresses[f"{service.namespace}/{service.name}"] = made.addresses
            else:
                KubernetesObject(resource, manifest, addressed, name)
        self.register_outputs({})


def workload_manifest(workload: Workload) -> Manifest:
    """A Pod if the workload has a node, otherwise a Deployment."""
    container: Manifest = {"name": workload.name, "image": workload.image}
    if workload.command:
        container["command"] = list(workload.command)
    if workload.args:
        container["args"] = list(workload.args)
    if workload.port is not None:
        container["ports"] = [{"containerPort": workload.port}]
        container["readinessProbe"] = {"tcpSocket": {"port": workload.port}, "periodSeconds": 2}
    labels = dict(workload.labels)
    metadata = {"name": workload.name, "namespace": workload.namespace, "labels": labels}
    spec: Manifest = {"containers": [container], "terminationGracePeriodSeconds": 1}
    if workload.node is not None:
        spec["nodeName"] = workload.node
        return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
    selector = {"matchLabels": labels or {"app": workload.name}}
    if workload.spread:
        term = {"labelSelector": selector, "topologyKey": HOSTNAME}
        spec["affinity"] = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    template = {"metadata": {"labels": selector["matchLabels"]}, "spec": spec}
    deployment = {"replicas": workload.replicas, "selector": selector, "template": template}
    if workload.spread:
        # With as many replicas as nodes, a new Pod can be scheduled only after an old Pod has gone.
        deployment["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment}


def service_manifest(service: Service) -> Manifest:
    """The Service as declared. LB-IPAM allocates the address of a LoadBalancer Service."""
    annotations = dict(service.annotations)
    if service.requested_ips:
        annotations["lbipam.cilium.io/ips"] = ",".join(map(str, service.requested_ips))
    metadata: Manifest = {"name": service.name, "namespace": service.namespace, "labels": dict(service.labels)}
    if annotations:
        metadata["annotations"] = annotations
    spec: Manifest = {
        "type": service.type,
        "selector": dict(service.selector),
        "ports": [
            {
                "name": port.name or f"{port.protocol.lower()}-{port.port}",
                "port": port.port,
                "targetPort": port.target_port or port.port,
                "protocol": port.protocol,
            }
            for port in service.all_ports()
        ],
    }
    if service.type != "ClusterIP":
        spec["externalTrafficPolicy"] = service.external_traffic_policy
    if service.load_balancer_ip is not None:
        spec["loadBalancerIP"] = str(service.load_balancer_ip)
    if service.external_ips:
        spec["externalIPs"] = [str(address) for address in service.external_ips]
    if service.ip_families:
        spec["ipFamilies"] = list(service.ip_families)
    if service.ip_family_policy is not None:
        spec["ipFamilyPolicy"] = service.ip_family_policy
    if service.internal_traffic_policy != "Cluster":
        spec["internalTrafficPolicy"] = service.internal_traffic_policy
    if service.load_balancer_class is not None:
        spec["loadBalancerClass"] = service.load_balancer_class
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
