"""Cilium's network policies, as far as they protect the edge."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.labels import LabelValue
from config.net import LabelName, ObjectName, Port, PortName, Prefix

# Cilium's label keys carry their source: `k8s:app`, `reserved:ingress`.
_SOURCED = r"^([a-z0-9-]+:)?[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"
SourcedKey = Annotated[str, Field(pattern=_SOURCED)]
PATTERNS = {_SOURCED: "a label key with an optional source, such as app, k8s:app or reserved:ingress"}
Entity = Literal[
    "all",
    "world",
    "world-ipv4",
    "world-ipv6",
    "cluster",
    "host",
    "remote-node",
    "kube-apiserver",
    "ingress",
    "init",
    "health",
    "unmanaged",
    "none",
]
Direction = Literal["ingress", "egress"]


class SourcedRequirement(Model):
    """A `matchExpressions` entry for labels with a source."""

    key: SourcedKey
    """The label's key, with its source."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    """How the label is matched."""
    values: tuple[LabelValue, ...] = ()
    """The values, with In and NotIn."""


class EndpointSelector(Model):
    """The endpoints that are selected. An empty selector matches all endpoints."""

    match_labels: dict[SourcedKey, LabelValue] = {}
    """Labels that an endpoint must have."""
    match_expressions: tuple[SourcedRequirement, ...] = ()
    """Requirements that an endpoint's labels must meet."""

    def takes_ingress(self) -> bool:
        """Whether Cilium's own Ingress endpoint (`reserved:ingress`) is selected."""
        if any(key != "reserved:ingress" for key in self.match_labels):
            return False
        return all(self._holds(item) for item in self.match_expressions)

    @staticmethod
    def _holds(item: SourcedRequirement) -> bool:
        present = item.key == "reserved:ingress"
        match item.operator:
            case "Exists":
                return present
            case "In":
                return present and "" in item.values
            case "NotIn":
                return not (present and "" in item.values)
            case "DoesNotExist":
                return not present


class CidrRule(Model):
    """A prefix, except for some prefixes inside it."""

    cidr: Prefix
    """The prefix."""
    except_: tuple[Prefix, ...] = Field(default=(), alias="except")
    """The excluded prefixes inside `cidr`."""


class PolicyPort(Model):
    """Ports of one protocol. `port` is a number or a name. `endPort` ends a range. ANY means TCP, UDP and SCTP."""

    port: Port | PortName
    """The port, by number or by name."""
    end_port: Port | None = None
    """The last port of a range."""
    protocol: Literal["TCP", "UDP", "SCTP", "ANY"] = "TCP"
    """The protocol; ANY means TCP, UDP and SCTP."""

    @model_validator(mode="after")
    def _in_order(self) -> PolicyPort:
        if self.end_port is not None and (isinstance(self.port, str) or self.end_port < self.port):
            raise ValueError("a port that is a number, and an endPort that is not below port")
        return self

    def takes(self, port: int | None) -> bool:
        """Whether the entry covers a TCP port. The number of a named port is unknown: the entry may cover the port."""
        if self.protocol not in ("TCP", "ANY"):
            return False
        if isinstance(self.port, str):
            return True
        return port is not None and self.port <= port <= (self.end_port or self.port)


class HttpRule(Model):
    """The admitted HTTP requests. Expressions have Envoy's syntax and match the whole text."""

    method: str | None = None
    """A regular expression for the method."""
    path: str | None = None
    """A regular expression for the path."""
    host: str | None = None
    """A regular expression for the host."""
    headers: tuple[str, ...] = ()
    """Headers that a request must have."""


class Fqdn(Model):
    """DNS names, whose addresses (as pods resolve them) are admitted: one name, or a pattern with `*`."""

    match_name: str | None = None
    """One DNS name."""
    match_pattern: str | None = None
    """A pattern of DNS names, with `*`."""

    @model_validator(mode="after")
    def _one(self) -> Fqdn:
        if (self.match_name is None) == (self.match_pattern is None):
            raise ValueError("either matchName or matchPattern")
        return self


class PolicyRule(Model):
    """One rule of either direction: the peers that the rule admits or denies. An empty rule matches no peer.

    A plain number in `ports` is a TCP port. `fqdns` exist only for egress. `http` limits the requests to the ports.
    """

    endpoints: tuple[EndpointSelector, ...] = ()
    """Endpoints at the other end."""
    entities: tuple[Entity, ...] = ()
    """Cilium's entities at the other end."""
    cidrs: tuple[CidrRule, ...] = ()
    """Prefixes at the other end."""
    fqdns: tuple[Fqdn, ...] = ()
    """DNS names at the other end, as pods resolve them (egress only)."""
    ports: tuple[Port | PolicyPort, ...] = ()
    """The ports (a plain number is a TCP port); none: all ports."""
    http: tuple[HttpRule, ...] = ()
    """The admitted HTTP requests to the ports; none: all requests."""

    def admits(self, *entities: Entity) -> bool:
        """Whether the rule covers one of these entities: by name, by `all`, or because it has only ports."""
        anybody = bool(self.ports) and not (self.endpoints or self.entities or self.cidrs or self.fqdns)
        return anybody or any(entity in self.entities for entity in ("all", *entities))

    def at(self, port: int | None) -> bool:
        """Whether the rule covers a TCP port. None: an unknown port."""
        said = [PolicyPort(port=one) if isinstance(one, int) else one for one in self.ports]
        return not said or any(one.takes(port) for one in said)


class DefaultDeny(Model):
    """Whether the policy denies traffic that no rule admits. None: yes, if the policy has rules of that direction."""

    ingress: bool | None = None
    """Whether to deny ingress traffic that no rule admits; unset: yes, if the policy has ingress rules."""
    egress: bool | None = None
    """Whether to deny egress traffic that no rule admits; unset: yes, if the policy has egress rules."""


class NetworkPolicy(Model):
    """A CiliumClusterwideNetworkPolicy, or with a `namespace` a CiliumNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is the API's form) is default deny. Without the key, the
    policy does not affect that direction. Deny rules override all others. With `nodeSelector` instead of
    `endpointSelector`, the policy applies to the nodes themselves (the host firewall).
    """

    name: ObjectName
    """The object's name."""
    namespace: LabelName | None = None
    """The namespace of a CiliumNetworkPolicy; unset: the policy is clusterwide."""
    endpoint_selector: EndpointSelector = EndpointSelector()
    """The endpoints that the policy applies to; empty: all."""
    node_selector: EndpointSelector | None = None
    """The nodes that the policy applies to (host firewall), instead of endpoints."""
    enable_default_deny: DefaultDeny = DefaultDeny()
    """Whether to deny traffic that no rule admits."""
    ingress: tuple[PolicyRule, ...] | None = None
    """The admitted ingress traffic; `[]`: none; unset: the policy does not affect ingress."""
    egress: tuple[PolicyRule, ...] | None = None
    """The admitted egress traffic; `[]`: none; unset: the policy does not affect egress."""
    ingress_deny: tuple[PolicyRule, ...] = ()
    """The denied ingress traffic, even if other rules admit it."""
    egress_deny: tuple[PolicyRule, ...] = ()
    """The denied egress traffic, even if other rules admit it."""

    @model_validator(mode="after")
    def _one_subject(self) -> NetworkPolicy:
        if self.node_selector is not None and "endpoint_selector" in self.model_fields_set:
            raise ValueError("either endpointSelector or nodeSelector")
        if self.node_selector is not None and self.namespace is not None:
            raise ValueError("no namespace with nodeSelector (a policy for nodes is clusterwide)")
        return self

    @property
    def selector(self) -> EndpointSelector | None:
        """The selected endpoints, including the namespace as a label. None for a policy for nodes."""
        if self.node_selector is not None:
            return None
        if self.namespace is None:
            return self.endpoint_selector
        space = {"k8s:io.kubernetes.pod.namespace": self.namespace}
        return self.endpoint_selector.model_copy(
            update={"match_labels": {**self.endpoint_selector.match_labels, **space}}
        )

    @property
    def of_ingress(self) -> bool:
        """Whether the policy applies to Cilium's own Ingress endpoint."""
        return self.selector is not None and self.selector.takes_ingress()

    def rules(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """The admitting rules of a direction."""
        return (self.ingress if direction == "ingress" else self.egress) or ()

    def denials(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """The deny rules of a direction."""
        return self.ingress_deny if direction == "ingress" else self.egress_deny

    def closes(self, direction: Direction) -> bool:
        """Whether the policy denies its endpoints all traffic that no rule admits."""
        said = self.enable_default_deny.ingress if direction == "ingress" else self.enable_default_deny.egress
        rules = self.ingress if direction == "ingress" else self.egress
        return said if said is not None else rules is not None or bool(self.denials(direction))
