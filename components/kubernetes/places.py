"""All resources of a program that can represent the same object of the Kubernetes API.

For Pulumi, a resource with another name, parent or type is another resource. Pulumi creates it first and then deletes
the old resource, which removes the object that was just created. Aliases identify both as the same resource.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pulumi

Manifest = dict[str, Any]

# Former versions of API groups. Objects stay the same when their kind gets a new version.
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
# Kind -> the component of such objects (type, name), and the name pattern of its resources.
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

# The default namespace in which Cilium's agents look for BGP passwords.
SECRETS = "kube-system"
_HOME = {"Secret": SECRETS}


def token(manifest: Manifest) -> str:
    """Pulumi's type of an object: `kubernetes:cilium.io/v2:CiliumBGPPeerConfig`."""
    return _token(str(manifest["apiVersion"]), str(manifest["kind"]))


# The names of the components in a stack's own program.
_COMPONENTS = {"bgp", "lb", "l2", "ingress", "gateways", "egress", "apps", "extra"}


def former_places(name: str, manifest: Manifest, component: str) -> list[pulumi.Alias]:
    """Every other resource that could have represented this object, as aliases of the resource `name`.

    Outside of the components of a stack's own program, only the API version can differ. Such a program may have two
    components of a type, for two clusters, with objects of the same name.
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
    """Component type, component name and resource name for each section of the stack file with such objects."""
    metadata, kind = manifest["metadata"], str(manifest["kind"])
    space = metadata.get("namespace") or "default"
    typed = _TYPED.get(kind)
    if typed is not None:
        component, holder, pattern = typed
        name = pattern.format(name=metadata["name"], kind=kind.lower(), space=space)
        if component.endswith("Workloads") or kind == "Secret":
            name = in_namespace(name.removesuffix(metadata["name"]), manifest, _HOME.get(kind, "default"))
        yield component, holder, name
    # In `manifests`, the namespace default can be omitted.
    for prefix in (f"{space}-", "") if space == "default" else (f"{space}-",):
        yield f"{_CILIUM}Manifests", "extra", f"extra-{kind.lower()}-{prefix}{metadata['name']}"


def in_namespace(prefix: str, manifest: Manifest, home: str = "default") -> str:
    """The resource name of a namespaced object, because two namespaces can have objects of the same name.

    `home` is the namespace that the resource name omits.
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
