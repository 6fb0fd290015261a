"""Mistakes that only the whole stack shows: duplicate or undeclared names, and settings that do not fit together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from config.bgp import Bgp
from config.certified import Certified, certified
from config.cilium import CLOUDS
from config.container_references import in_containers, in_kind
from config.errors import Problem
from config.neighbor import PeerSettings
from config.router import Router, RouterBgp
from config.stack import StackConfig


def broken_references(stack: StackConfig) -> Iterator[Problem]:
    """Duplicate names, undeclared names, credentials as passwords, and settings that the cluster does not allow."""
    yield from _duplicates("nodes", (node.name for node in stack.nodes))
    yield from _duplicates("routers", (router.name for router in stack.routers))
    yield from _duplicates("pools", (pool.name for pool in stack.pools))
    yield from _duplicates("l2Policies", (policy.name for policy in stack.l2_policies))
    yield from _duplicates("ingresses", (f"{i.namespace}/{i.name}" for i in stack.ingresses))
    yield from _duplicates("gateways", (f"{i.namespace}/{i.name}" for i in stack.gateways))
    for name, routes in (
        ("httpRoutes", stack.http_routes),
        ("grpcRoutes", stack.grpc_routes),
        ("tlsRoutes", stack.tls_routes),
    ):
        yield from _duplicates(name, (f"{route.namespace}/{route.name}" for route in routes))
    yield from _certificates(stack)
    yield from _duplicates(
        "networkPolicies",
        (f"{policy.namespace}/{policy.name}" if policy.namespace else policy.name for _, policy in stack.guards()),
    )
    yield from _duplicates("egressPolicies", (policy.name for policy in stack.egress_policies))
    yield from _duplicates("manifests", map(str, stack.manifests))
    yield from _duplicates("services", (f"{s.namespace}/{s.name}" for s in stack.services))
    yield from _duplicates("workloads", (f"{w.namespace}/{w.name}" for w in stack.workloads))
    if stack.bgp is not None:
        yield from _bgp_duplicates(stack.bgp)
    yield from _duplicates("nodes, routers and outposts", stack.hosts())
    yield from _credentials_as_passwords(stack)
    names = {node.name for node in stack.nodes}
    for i, workload in enumerate(stack.workloads):
        if workload.node is not None and workload.node not in names:
            expected = f"a declared node ({', '.join(sorted(names))})"
            yield Problem(f"workloads[{i}].node", expected, workload.node)
    for i, router in enumerate(stack.routers):
        yield from _in_router(f"routers[{i}]", router)
    if stack.cilium.ipam in CLOUDS and stack.cluster.kind != "existing":
        yield Problem(
            "cilium.ipam", "a mode without a cloud provider (the cluster runs in no cloud)", stack.cilium.ipam
        )
    for i, router in enumerate(stack.routers):
        if router.bgp.vrf and router.managed and stack.cluster.kind == "lab":
            yield Problem(
                f"routers[{i}].bgp.vrf", "no VRF (the lab's routers have only the default VRF)", router.bgp.vrf
            )
    if stack.cluster.kind == "docker":
        yield from in_containers(stack, stack.cluster)
    if stack.cluster.kind == "kind":
        yield from in_kind(stack, stack.cluster)
    if stack.cilium.ipam == "kubernetes" and stack.cluster.kind in ("lab", "docker"):
        for i, node in enumerate(stack.nodes):
            if node.pod_cidr is None:
                yield Problem(f"nodes[{i}].podCIDR", "a prefix, because cilium.ipam is kubernetes", "nothing")


def _certificates(stack: StackConfig) -> Iterator[Problem]:
    """Secrets that are declared with two different certificates."""
    first: dict[tuple[str, str | None], Certified] = {}
    for item in certified(stack):
        made = item.certificate
        before = first.setdefault((item.namespace, made.secret_name), item)
        other = before.certificate
        if (
            made.certificate_config
            and other.certificate_config
            and ((made.certificate_config, made.key_config) != (other.certificate_config, other.key_config))
        ):
            yield Problem(
                f"{item.path}.certificateConfig",
                f"{other.certificate_config}, {other.key_config}, as {before.path} has for the same Secret"
                f" {made.secret_name}",
                f"{made.certificate_config}, {made.key_config}",
            )


def _credentials_as_passwords(stack: StackConfig) -> Iterator[Problem]:
    """Passwords and certificates go to routers and into Secrets. The SSH key and the kubeconfig must not go there."""
    keys = {stack.cluster.ssh.private_key_config: "the SSH key"}
    if stack.cluster.kind == "existing":
        keys[stack.cluster.kubeconfig_config] = "the kubeconfig"
    names: list[tuple[str, str | None]] = []
    if stack.bgp is not None:
        secrets = stack.bgp.auth_secrets
        names += [(f"bgp.authSecrets[{i}].passwordConfig", item.password_config) for i, item in enumerate(secrets)]
    for i, router in enumerate(stack.routers):
        bgp = f"routers[{i}].bgp"
        names += [
            (f"{bgp}.peerGroups[{j}].passwordConfig", group.password_config)
            for j, group in enumerate(router.bgp.peer_groups)
        ]
        names += [
            (f"{bgp}.neighbors[{j}].passwordConfig", one.password_config) for j, one in enumerate(router.bgp.neighbors)
        ]
    for item in certified(stack):
        names += [
            (f"{item.path}.certificateConfig", item.certificate.certificate_config),
            (f"{item.path}.keyConfig", item.certificate.key_config),
        ]
    for path, name in names:
        if name in keys:
            yield Problem(path, "the name of a password or certificate", f"{name}, which is {keys[name]}")


def _in_router(where: str, router: Router) -> Iterator[Problem]:
    for j, interface in enumerate(router.interfaces):
        if interface.managed:
            yield Problem(
                f"{where}.interfaces[{j}].managed",
                "no value (only the interfaces of nodes can be managed)",
                interface.managed,
            )
    bgp = router.bgp
    groups = {group.name: group for group in bgp.peer_groups}
    yield from _duplicates(f"{where}.bgp.peerGroups", (g.name for g in bgp.peer_groups))
    yield from _duplicates(f"{where}.bgp.neighbors", (n.name for n in bgp.neighbors))
    yield from _duplicates(f"{where}.bgp.prefixLists", (item.name for item in bgp.prefix_lists))
    yield from _duplicates(f"{where}.bgp.routeMaps", (item.name for item in bgp.route_maps))
    yield from _undeclared_policies(f"{where}.bgp", bgp)
    for j, neighbor in enumerate(bgp.neighbors):
        path = f"{where}.bgp.neighbors[{j}]"
        if neighbor.peer_group is not None and neighbor.peer_group not in groups:
            yield Problem(f"{path}.peerGroup", "a declared peer group", neighbor.peer_group)
        group = groups.get(neighbor.peer_group or "")
        of_group = group is not None and group.remote_as is not None
        if of_group == (neighbor.remote_as is not None) and (group is not None or neighbor.peer_group is None):
            # FRR silently drops the AS number of a neighbor if the neighbor's group has an AS number.
            got = "both" if of_group else "neither"
            yield Problem(path, "either remoteAs, or a peerGroup with remoteAs", got)


def _undeclared_policies(where: str, bgp: RouterBgp) -> Iterator[Problem]:
    """Policies that are used but not declared. FRR accepts such a name, and denies every route."""
    lists, maps = {item.name for item in bgp.prefix_lists}, {item.name for item in bgp.route_maps}
    uses: list[tuple[str, PeerSettings]] = []
    uses += [(f"{where}.peerGroups[{i}]", group) for i, group in enumerate(bgp.peer_groups)]
    uses += [(f"{where}.neighbors[{i}]", neighbor) for i, neighbor in enumerate(bgp.neighbors)]
    for path, use in uses:
        for key, name, names in (
            ("routeMapIn", use.route_map_in, maps),
            ("routeMapOut", use.route_map_out, maps),
            ("prefixListIn", use.prefix_list_in, lists),
            ("prefixListOut", use.prefix_list_out, lists),
        ):
            if name is not None and name not in names:
                yield Problem(f"{path}.{key}", _declared("route map" if names is maps else "prefix list", names), name)
    more: list[tuple[str, bool | str | None]] = []
    more += [(f"{path}.defaultOriginate", use.default_originate) for path, use in uses]
    more += [(f"{where}.redistribute[{i}].routeMap", item.route_map) for i, item in enumerate(bgp.redistribute)]
    for path, said in more:
        if isinstance(said, str) and said not in maps:
            yield Problem(path, _declared("route map", maps), said)
    for i, route_map in enumerate(bgp.route_maps):
        for j, entry in enumerate(route_map.entries):
            wanted = entry.match.prefix_list
            if wanted is not None and wanted not in lists:
                path = f"{where}.routeMaps[{i}].entries[{j}].match.prefixList"
                yield Problem(path, _declared("prefix list", lists), wanted)


def _declared(kind: str, names: set[str]) -> str:
    return f"a declared {kind} ({', '.join(sorted(names)) or 'none is declared'})"


def _bgp_duplicates(bgp: Bgp) -> Iterator[Problem]:
    """Duplicate names of BGP objects. Of two objects with the same name, the API keeps the one written last."""
    yield from _duplicates("bgp.clusterConfigs", (item.name for item in bgp.cluster_configs))
    yield from _duplicates("bgp.peerConfigs", (item.name for item in bgp.peer_configs))
    yield from _duplicates("bgp.advertisements", (item.name for item in bgp.advertisements))
    yield from _duplicates("bgp.nodeOverrides", (item.node for item in bgp.node_overrides))
    yield from _duplicates("bgp.authSecrets", (item.name for item in bgp.auth_secrets))
    for i, config in enumerate(bgp.cluster_configs):
        where = f"bgp.clusterConfigs[{i}].instances"
        yield from _duplicates(where, (one.name for one in config.instances))
        for j, one in enumerate(config.instances):
            yield from _duplicates(f"{where}[{j}].peers", (peer.name for peer in one.peers))


def _duplicates(where: str, names: Iterable[str]) -> Iterator[Problem]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Problem(where, "each name once", f"{name} {count} times")
