"""BgpControlPlane: node labels, Cilium's BGP custom resources, and the nodes' return routes."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_command.remote import Command

from components.args.bgp import (
    AdvertisementSetArgs,
    AuthSecretArgs,
    ClusterConfigArgs,
    NodeOverrideArgs,
    PeerConfigArgs,
)
from components.bgp.return_routes import apply_script, delete_script
from components.hosts.connection import SshArgs, connection
from components.hosts.host_of import living_on
from components.hosts.owner import owner
from components.inputs.arguments import entry, known, only, read, read_each, sequence
from components.inputs.judged import judged
from components.inputs.late import manifest, then
from components.inputs.passwords import needed
from components.inputs.release import release
from components.kubernetes.places import SECRETS, in_namespace
from components.kubernetes.resources import KubernetesObject, NodeLabels
from config.base import Model
from config.bgp import AdvertisementSet, AuthSecret, Bgp, ClusterConfig, NodeOverride, PeerConfig
from effective.objects import bgp as bgp_objects
from effective.return_routes import ReturnRoute

Render = Callable[..., dict[str, Any]]
# Argument, model, the field with the name of an item, kind without its prefix, render function, and further keys of
# metadata. In the order in which objects are declared.
_KINDS: tuple[tuple[str, type[Model], str, str, Render, tuple[str, ...]], ...] = (
    ("advertisements", AdvertisementSet, "name", "Advertisement", bgp_objects.advertisement_set, ("labels",)),
    ("peer_configs", PeerConfig, "name", "PeerConfig", bgp_objects.peer_config, ()),
    ("node_overrides", NodeOverride, "node", "NodeConfigOverride", bgp_objects.node_override, ()),
    ("cluster_configs", ClusterConfig, "name", "ClusterConfig", bgp_objects.cluster_config, ()),
)


class ReturnRouteArgs(TypedDict):
    """A static route on a node to the pods of other nodes, and the connection to the node."""

    node: str
    connection: pulumi.Input[SshArgs]
    to: pulumi.Input[str]
    via: pulumi.Input[str]
    device: pulumi.Input[str]


class BgpControlPlaneArgs(TypedDict):
    """The cluster's side of BGP, as in the section `bgp` of a stack file, for a Cilium of `version`.

    `nodeLabels` are added to each of `nodes`. `passwords` maps the names in `passwordConfig` of `authSecrets` to
    passwords. The Secrets are created in `secretsNamespace`, where the agents look for them (Helm value
    `bgpControlPlane.secretsNamespace.name`).
    """

    version: NotRequired[str]
    cluster_configs: NotRequired[list[ClusterConfigArgs]]
    peer_configs: NotRequired[list[PeerConfigArgs]]
    advertisements: NotRequired[list[AdvertisementSetArgs]]
    node_overrides: NotRequired[list[NodeOverrideArgs]]
    auth_secrets: NotRequired[list[AuthSecretArgs]]
    secrets_namespace: NotRequired[str]
    passwords: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]
    nodes: NotRequired[list[str]]
    node_labels: NotRequired[dict[str, pulumi.Input[str]]]
    return_routes: NotRequired[list[ReturnRouteArgs]]


class BgpControlPlane(pulumi.ComponentResource):
    """Cilium's BGP objects. They wait for `crds`, the resource that creates the CRDs (`CiliumInstall.crds`).

    Labels of nodes and return routes do not wait for `crds`: an agent that is starting loads its host's programs anew
    for each new label of its node, which takes seconds on a busy machine. All wait for `depends_on` of `opts`.
    """

    cluster_configs: pulumi.Output[list[str]]

    def __init__(
        self,
        name: str,
        args: BgpControlPlaneArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        crds: pulumi.Resource | None = None,
    ) -> None:
        super().__init__("cilium-edge:cilium:BgpControlPlane", name, None, opts)
        given = only(name, args, BgpControlPlaneArgs.__annotations__)
        self._early = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        self._options = pulumi.ResourceOptions.merge(self._early, pulumi.ResourceOptions(depends_on=crds))
        for node in sequence(name, given.get("nodes"), "nodes") if given.get("node_labels") else ():
            NodeLabels(f"{name}-label-{node}", node, "bgp", dict(given["node_labels"]), self._early)
        self._secrets(name, given)
        self.objects = list(self._made(name, given))
        for i, route in enumerate(sequence(name, given.get("return_routes"), "return_routes")):
            self._route(name, route, f"return_routes[{i}]")
        names = [known(name, item, "name", "cluster_configs") for item in given.get("cluster_configs") or ()]
        self.cluster_configs = pulumi.Output.from_input(names)
        self.register_outputs({"clusterConfigs": names})

    def _made(self, name: str, given: Mapping[str, Any]) -> "list[KubernetesObject]":
        cilium = release(name, given)
        items: list[Any] = []
        lengths = []
        for field, model, *_ in _KINDS:
            each = read_each(name, model, given.get(field), field)
            items += each
            lengths.append(len(each))

        def parts(them: list[Any]) -> dict[str, Any]:
            left = iter(them)
            fields: dict[str, Any] = {
                kind[0]: tuple(next(left) for _ in range(length)) for kind, length in zip(_KINDS, lengths, strict=True)
            }
            # Every Secret is assumed to exist, because another program may have made it.
            secrets = tuple(
                AuthSecret(name=one.auth_secret_ref, password_config="own")  # noqa: S106 - a name
                for one in fields["peer_configs"]
                if one.auth_secret_ref
            )
            return {"bgp": Bgp(**fields, auth_secrets=secrets, return_routes="off"), "cilium": cilium}

        fields = {kind[0]: given[kind[0]] for kind in _KINDS if kind[0] in given}
        left = iter(judged(self, fields, items, parts))
        result = []
        for field, _, key, kind, render, more in _KINDS:
            for i, item in enumerate(given.get(field) or ()):
                one = known(name, item, key, f"{field}[{i}]")
                made = manifest(
                    next(left),
                    partial(render, cilium=cilium),
                    cilium.edge_api_version,
                    f"CiliumBGP{kind}",
                    one,
                    None,
                    *more,
                )
                result.append(KubernetesObject(f"{name}-{kind.lower()}-{one}", made, self._options, name))
        return result

    def _secrets(self, name: str, given: Mapping[str, Any]) -> None:
        space = given.get("secrets_namespace", SECRETS)
        passwords = pulumi.Output.from_input(given.get("passwords") or {})
        for i, item in enumerate(read_each(name, AuthSecret, given.get("auth_secrets"), "auth_secrets")):
            if not isinstance(item, AuthSecret):
                known(name, given["auth_secrets"][i], "name", f"auth_secrets[{i}]")
                known(name, given["auth_secrets"][i], "password_config", f"auth_secrets[{i}]")
            key = item.password_config
            value = passwords.apply(lambda all_of_them, key=key: needed(name, (key,), all_of_them)[key])
            made = {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "Opaque",
                "metadata": {"name": item.name, "namespace": space},
                "stringData": {"password": pulumi.Output.secret(value)},
            }
            KubernetesObject(in_namespace(f"{name}-auth-", made, SECRETS), made, self._options, name)

    def _route(self, name: str, given: Any, path: str) -> None:
        node = known(name, given, "node", path)
        ssh = connection(name, entry(given, "connection"), f"{path}.connection")
        route = read(name, ReturnRoute, {key: entry(given, key) for key in ("node", "to", "via", "device")}, path)
        mine = owner(f"{name}-route-{node}")
        script = then(route, lambda it: apply_script(it, mine))
        Command(
            f"{name}-route-{node}",
            connection=ssh,
            create=script,
            update=script,
            delete=then(route, lambda it: delete_script(it, mine)),
            add_previous_output_in_env=False,
            opts=living_on(
                ssh,
                pulumi.ResourceOptions.merge(self._early, pulumi.ResourceOptions(delete_before_replace=True)),
            ),
        )
