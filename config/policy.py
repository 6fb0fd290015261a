"""Clusterwide network policies, as far as they guard the edge."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.base import Model
from config.labels import LabelValue
from config.net import LabelName, ObjectName, Port, PortName, Prefix

# Cilium's label keys carry their source: `k8s:app`, `reserved:ingress`.
_SOURCED = r"^([a-z0-9-]+:)?[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"
SourcedKey = Annotated[str, Field(pattern=_SOURCED)]
PATTERNS = {_SOURCED: "a label key, with its source where it has one, such as app, k8s:app or reserved:ingress"}
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
    """A `matchExpressions` entry over labels with a source."""

    key: SourcedKey
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[LabelValue, ...] = ()


class EndpointSelector(Model):
    """The endpoints that are selected. An empty selector matches all endpoints."""

    match_labels: dict[SourcedKey, LabelValue] = {}
    match_expressions: tuple[SourcedRequirement, ...] = ()

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
    """A prefix, without the excepted prefixes inside it."""

    cidr: Prefix
    except_: tuple[Prefix, ...] = Field(default=(), alias="except")


class PolicyPort(Model):
    """Ports of one protocol: `port` is a number or a name, `endPort` makes it a range. ANY is TCP, UDP and SCTP."""

    port: Port | PortName
    end_port: Port | None = None
    protocol: Literal["TCP", "UDP", "SCTP", "ANY"] = "TCP"

    @model_validator(mode="after")
    def _in_order(self) -> PolicyPort:
        if self.end_port is not None and (isinstance(self.port, str) or self.end_port < self.port):
            raise ValueError("a number not below port, of a port that is a number")
        return self

    def takes(self, port: int | None) -> bool:
        """Whether a TCP port is meant. Of a port by name nobody here knows the number: it may be this one."""
        if self.protocol not in ("TCP", "ANY"):
            return False
        if isinstance(self.port, str):
            return True
        return port is not None and self.port <= port <= (self.end_port or self.port)


class HttpRule(Model):
    """HTTP requests that are admitted. Expressions are Envoy's, and match the whole text."""

    method: str | None = None
    path: str | None = None
    host: str | None = None
    headers: tuple[str, ...] = ()


class Fqdn(Model):
    """Names whose addresses are admitted, as pods resolve them: one name, or a pattern with `*`."""

    match_name: str | None = None
    match_pattern: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Fqdn:
        if (self.match_name is None) == (self.match_pattern is None):
            raise ValueError("matchName or matchPattern")
        return self


class PolicyRule(Model):
    """One rule of either direction: whom the rule admits, or whom a deny rule denies. An empty rule means nobody.

    A port that is a plain number is a TCP port. `fqdns` belong to egress. `http` limits the requests to the ports.
    """

    endpoints: tuple[EndpointSelector, ...] = ()
    entities: tuple[Entity, ...] = ()
    cidrs: tuple[CidrRule, ...] = ()
    fqdns: tuple[Fqdn, ...] = ()
    ports: tuple[Port | PolicyPort, ...] = ()
    http: tuple[HttpRule, ...] = ()

    def admits(self, *entities: Entity) -> bool:
        """Whether one of these entities is meant: by name, by `all`, or by a rule of ports alone."""
        anybody = bool(self.ports) and not (self.endpoints or self.entities or self.cidrs or self.fqdns)
        return anybody or any(entity in self.entities for entity in ("all", *entities))

    def at(self, port: int | None) -> bool:
        """Whether the rule is of a TCP port; None: of one that is not known."""
        said = [PolicyPort(port=one) if isinstance(one, int) else one for one in self.ports]
        return not said or any(one.takes(port) for one in said)


class DefaultDeny(Model):
    """Whether the policy denies its endpoints what no rule admits. None: yes, if it has rules of that direction."""

    ingress: bool | None = None
    egress: bool | None = None


class NetworkPolicy(Model):
    """A CiliumClusterwideNetworkPolicy, or with a `namespace` a CiliumNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is the API's form) is default deny. Without the key, the
    policy does not affect that direction. Deny rules override all others. With `nodeSelector` instead of
    `endpointSelector`, the policy applies to the nodes themselves (the host firewall).
    """

    name: ObjectName
    namespace: LabelName | None = None
    endpoint_selector: EndpointSelector = EndpointSelector()
    node_selector: EndpointSelector | None = None
    enable_default_deny: DefaultDeny = DefaultDeny()
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None
    ingress_deny: tuple[PolicyRule, ...] = ()
    egress_deny: tuple[PolicyRule, ...] = ()

    @model_validator(mode="after")
    def _one_subject(self) -> NetworkPolicy:
        if self.node_selector is not None and "endpoint_selector" in self.model_fields_set:
            raise ValueError("endpointSelector or nodeSelector")
        if self.node_selector is not None and self.namespace is not None:
            raise ValueError("no namespace with nodeSelector: a policy of nodes is clusterwide")
        return self

    @property
    def selector(self) -> EndpointSelector | None:
        """Which endpoints it is of, its namespace counted in; None for a policy of nodes."""
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
        """Whether it is of Cilium's own Ingress endpoint."""
        return self.selector is not None and self.selector.takes_ingress()

    def rules(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """What it admits in a direction."""
        return (self.ingress if direction == "ingress" else self.egress) or ()

    def denials(self, direction: Direction) -> tuple[PolicyRule, ...]:
        """What it denies in a direction."""
        return self.ingress_deny if direction == "ingress" else self.egress_deny

    def closes(self, direction: Direction) -> bool:
        """Whether its endpoints lose everything that no rule admits."""
        said = self.enable_default_deny.ingress if direction == "ingress" else self.enable_default_deny.egress
        rules = self.ingress if direction == "ingress" else self.egress
        return said if said is not None else rules is not None or bool(self.denials(direction))
