"""Objects of the Kubernetes API as models of the stack: kind -> section of the stack, model, converter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from config import gateway_shapes, shapes
from config.bgp import AdvertisementSet, ClusterConfig, NodeOverride, PeerConfig
from config.egress import EgressPolicy
from config.gateway import Gateway
from config.ingress import Ingress
from config.l2 import L2Policy
from config.policy import NetworkPolicy
from config.pool import Pool
from config.routes import GrpcRoute, HttpRoute, TlsRoute
from config.workload import Service

Shape = Callable[[Mapping[str, Any]], dict[str, Any]]

# Kind -> section of the stack, model, and the function that converts an object to the model's document.
KINDS: dict[str, tuple[str, type[BaseModel], Shape]] = {
    "CiliumBGPClusterConfig": ("bgp.clusterConfigs", ClusterConfig, shapes.cluster_config),
    "CiliumBGPPeerConfig": ("bgp.peerConfigs", PeerConfig, shapes.peer_config),
    "CiliumBGPAdvertisement": ("bgp.advertisements", AdvertisementSet, shapes.advertisement_set),
    "CiliumBGPNodeConfigOverride": ("bgp.nodeOverrides", NodeOverride, shapes.node_override),
    "CiliumLoadBalancerIPPool": ("pools", Pool, shapes.pool),
    "CiliumL2AnnouncementPolicy": ("l2Policies", L2Policy, shapes.l2_policy),
    "CiliumEgressGatewayPolicy": ("egressPolicies", EgressPolicy, shapes.egress_policy),
    "IsovalentEgressGatewayPolicy": ("egressPolicies", EgressPolicy, shapes.egress_policy),
    "CiliumClusterwideNetworkPolicy": ("networkPolicies", NetworkPolicy, shapes.network_policy),
    "CiliumNetworkPolicy": ("networkPolicies", NetworkPolicy, shapes.network_policy),
    "Ingress": ("ingresses", Ingress, shapes.ingress),
    "Gateway": ("gateways", Gateway, gateway_shapes.gateway),
    "HTTPRoute": ("httpRoutes", HttpRoute, gateway_shapes.http_route),
    "GRPCRoute": ("grpcRoutes", GrpcRoute, gateway_shapes.grpc_route),
    "TLSRoute": ("tlsRoutes", TlsRoute, gateway_shapes.tls_route),
    "Service": ("services", Service, shapes.service),
}


def as_model(model: type[BaseModel], document: Any) -> Any:
    """The model. None for an invalid document: the API server explains invalid objects better than a rule."""
    try:
        return model.model_validate(document)
    except ValidationError:
        return None


def typed(kind: str, document: Mapping[str, Any]) -> tuple[str, Any] | None:
    """The section of the stack, and the object as a model. None for other kinds and for invalid objects."""
    known = KINDS.get(kind)
    if known is None:
        return None
    where, model, shape = known
    try:
        made = as_model(model, shape(document))
    except (AttributeError, TypeError, ValueError):
        # The object does not even have the basic structure of its kind.
        return None
    return None if made is None else (where, made)
