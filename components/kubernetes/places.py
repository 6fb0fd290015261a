"""Which resources of the program can stand for one and the same object of the Kubernetes API.

Under Pulumi a resource that has another name, parent or type is another resource: created first, and then the old
one is deleted, which removes what was just created. Aliases tell Pulumi that it is the same one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi

Manifest = dict[str, Any]

# Versions that groups of the API have had; a kind that is promoted keeps its objects.
_VERSIONS = (
    "v1alpha1",
    "v1alpha2",
    "v1alpha3",
    "v1beta1",
    "v1beta2",
    "v1beta3",
    "v1",
    "v2alpha1",
    "v2beta1",
    "v2beta2",
    "v2",
)
_CILIUM_VERSIONS = ("v2alpha1", "v2")
_CILIUM = "cilium-edge:cilium:"
# Kind -> the component that holds such objects (type, name), and what its resources are called.
_TYPED = {
    "CiliumBGPAdvertisement": (f"{_CILIUM}BgpControlPlane", "bgp", "bgp-advertisement-{name}"),
    "CiliumBGPPeerConfig": (f"{_CILIUM}BgpControlPlane", "bgp", "bgp-peerconfig-{name}"),
    "CiliumBGPClusterConfig": (f"{_CILIUM}BgpControlPlane", "bgp", "bgp-clusterconfig-{name}"),
    "CiliumBGPNodeConfigOverride": (f"{_CILIUM}BgpControlPlane", "bgp", "bgp-nodeconfigoverride-{name}"),
    "Secret": (f"{_CILIUM}BgpControlPlane", "bgp", "bgp-auth-{name}"),
    "CiliumLoadBalancerIPPool": (f"{_CILIUM}LbIpam", "lb", "lb-{name}"),
    "CiliumL2AnnouncementPolicy": (f"{_CILIUM}L2Announcements", "l2", "l2-{kind}-{name}"),
    "Ingress": (f"{_CILIUM}CiliumIngress", "ingress", "ingress-{kind}-{space}-{name}"),
    "CiliumClusterwideNetworkPolicy": (f"{_CILIUM}CiliumIngress", "ingress", "ingress-{kind}-{name}"),
    "CiliumNetworkPolicy": (f"{_CILIUM}CiliumIngress", "ingress", "ingress-{kind}-{space}-{name}"),
    **dict.fromkeys(
        ("Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute"),
        (f"{_CILIUM}CiliumGateways", "gateways", "gateways-{kind}-{space}-{name}"),
    ),
    "CiliumEgressGatewayPolicy": ("cilium-edge:egress:EgressGatewayHA", "egress", "egress-{name}"),
    "EgressGatewayHAPolicy": ("cilium-edge:egress:EgressGatewayHA", "egress", "egress-{name}"),
    "Service": ("cilium-edge:apps:Workloads", "apps", "apps-svc-{name}"),
    "Deployment": ("cilium-edge:apps:Workloads", "apps", "apps-{name}"),
    "Pod": ("cilium-edge:apps:Workloads", "apps", "apps-{name}"),
}

# Where Cilium's agents look for the passwords of BGP sessions unless they are told otherwise.
SECRETS = "kube-system"
_HOME = {"Secret": SECRETS}


def token(manifest: Manifest) -> str:
    """Pulumi's type of an object: `kubernetes:cilium.io/v2:CiliumBGPPeerConfig`."""
    return _token(str(manifest["apiVersion"]), str(manifest["kind"]))


# The components that a stack's own program has.
_COMPONENTS = {"bgp", "lb", "l2", "ingress", "gateways", "egress", "apps", "extra"}


def former_places(name: str, manifest: Manifest, component: str) -> list[pulumi.Alias]:
    """Every other resource that could have stood for this object, as aliases of the resource `name`.

    In a component of another name than those of a stack's program only the API's version can have been another:
    a program may have two of a kind, for two clusters, and objects of one name in both.
    """
    own = token(manifest)
    result: list[pulumi.Alias] = []
    for version in _versions(str(manifest["apiVersion"])):
        kind = _token(version, str(manifest["kind"]))
        if kind != own:
            result.append(pulumi.Alias(type_=kind))
        for holding, holder, resource in _holders(manifest) if component in _COMPONENTS else ():
            parent = f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{holding}::{holder}"
            if resource != name:
                result.append(pulumi.Alias(name=resource, type_=kind, parent=parent))
    return result


def _holders(manifest: Manifest) -> Iterator[tuple[str, str, str]]:
    """Component type, component name and resource name of each place in the stack file for such an object."""
    metadata, kind = manifest["metadata"], str(manifest["kind"])
    space = metadata.get("namespace") or "default"
    typed = _TYPED.get(kind)
    if typed is not None:
        component, holder, pattern = typed
        name = pattern.format(name=metadata["name"], kind=kind.lower(), space=space)
        if component.endswith("Workloads") or kind == "Secret":
            name = in_namespace(name.removesuffix(metadata["name"]), manifest, _HOME.get(kind, "default"))
        yield component, holder, name
    # Among `manifests` the namespace default may have been left out.
    for prefix in (f"{space}-", "") if space == "default" else (f"{space}-",):
        yield f"{_CILIUM}Manifests", "extra", f"extra-{kind.lower()}-{prefix}{metadata['name']}"


def in_namespace(prefix: str, manifest: Manifest, home: str = "default") -> str:
    """The resource name of a namespaced object: two namespaces can have an object of one name.

    `home` is the namespace that is not said.
    """
    metadata = manifest["metadata"]
    space = metadata.get("namespace") or "default"
    return f"{prefix}{metadata['name']}" if space == home else f"{prefix}{space}/{metadata['name']}"


def _versions(api_version: str) -> tuple[str, ...]:
    group, _, version = api_version.rpartition("/")
    if not group:
        return (api_version,)
    known = _CILIUM_VERSIONS if group == "cilium.io" else _VERSIONS
    return tuple(f"{group}/{each}" for each in dict.fromkeys((version, *known)))


def _token(api_version: str, kind: str) -> str:
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{kind}"
