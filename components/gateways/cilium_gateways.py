"""CiliumGateways: Gateways of Cilium's class, and their routes."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NotRequired, TypedDict

import pulumi

from components.args.gateway import GatewayArgs
from components.args.routes import GrpcRouteArgs, HttpRouteArgs, TlsRouteArgs
from components.inputs.arguments import entry, known, namespace_of, only, read_each, sequence
from components.inputs.judged import judged
from components.inputs.late import manifest, then
from components.kubernetes.objects import objects
from components.kubernetes.places import Manifest
from components.tls.tls_secrets import Wanted, tls_secrets
from config.gateway import Gateway
from config.routes import GrpcRoute, HttpRoute, TlsRoute
from effective.objects import gateways as gateway_objects


class CiliumGatewaysArgs(TypedDict):
    """Gateways and routes, as in a stack file.

    `certificates` maps the names in `certificateConfig` and `keyConfig` of listeners to certificates and keys (PEM).
    """

    gateways: NotRequired[list[GatewayArgs]]
    http_routes: NotRequired[list[HttpRouteArgs]]
    grpc_routes: NotRequired[list[GrpcRouteArgs]]
    tls_routes: NotRequired[list[TlsRouteArgs]]
    certificates: NotRequired[pulumi.Input[dict[str, pulumi.Input[str]]]]


# Argument -> its model, the kind of its objects, and the render function.
_PARTS: dict[str, tuple[type[Any], str, Callable[[Any], Manifest]]] = {
    "gateways": (Gateway, "Gateway", gateway_objects.gateway),
    "http_routes": (HttpRoute, "HTTPRoute", gateway_objects.http_route),
    "grpc_routes": (GrpcRoute, "GRPCRoute", gateway_objects.grpc_route),
    "tls_routes": (TlsRoute, "TLSRoute", gateway_objects.tls_route),
}


class CiliumGateways(pulumi.ComponentResource):
    """Gateways with their certificates, and HTTPRoutes, GRPCRoutes and TLSRoutes.

    The cluster provides the CRDs of the Gateway API. Depends on the resource that installs Cilium
    (`CiliumInstall.crds`).
    """

    gateways: pulumi.Output[list[str]]

    def __init__(self, name: str, args: CiliumGatewaysArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("cilium-edge:cilium:CiliumGateways", name, None, opts)
        given = only(name, args, CiliumGatewaysArgs.__annotations__)
        certificates = given.pop("certificates", None)
        read = {key: read_each(name, model, given.get(key), key) for key, (model, _, _) in _PARTS.items()}
        order = [key for key, items in read.items() for _ in items]
        every = [item for items in read.values() for item in items]
        flat = judged(
            self,
            given,
            every,
            lambda them: {
                key: tuple(one for place, one in zip(order, them, strict=True) if place == key) for key in _PARTS
            },
        )
        given_parts = [(key, i, item) for key in _PARTS for i, item in enumerate(given.get(key) or ())]
        declared = zip(given_parts, flat, strict=True)
        # The Secret is created before the Gateway. Otherwise Cilium first rejects the listener.
        own = [(item, one) for (key, _, item), one in zip(given_parts, flat, strict=True) if key == "gateways"]
        made = list(tls_secrets(name, _certificates(name, own), certificates))
        names = []
        for (key, i, item), one in declared:
            _, kind, write = _PARTS[key]
            called, space = known(name, item, "name", f"{key}[{i}]"), namespace_of(item)
            noted = [field for field in ("labels", "annotations") if entry(item, field)]
            made.append(manifest(one, write, gateway_objects.VERSIONS[kind], kind, called, space, *noted))
            names += [f"{space}/{called}"] if key == "gateways" else []
        after = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts else None)
        self.objects = objects(name, made, after)
        self.gateways = pulumi.Output.from_input(names)
        self.register_outputs({})


def _certificates(name: str, gateways: Iterable[tuple[Any, pulumi.Input[Gateway]]]) -> Iterator[Wanted]:
    for i, (item, read) in enumerate(gateways):
        for j, listener in enumerate(sequence(name, entry(item, "listeners"), f"gateways[{i}].listeners")):
            tls = listener if isinstance(listener, pulumi.Output) else entry(listener, "tls")
            hosts = then(read, partial(_hosts, j))
            yield Wanted(f"gateways[{i}].listeners[{j}].tls", namespace_of(item), tls, hosts)


def _hosts(j: int, gateway: Gateway) -> tuple[str, ...]:
    host = gateway.listeners[j].hostname
    return (host,) if host else ()
