"""Clusterwide network policies, as far as they guard the edge."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from config.base import Model
from config.labels import LabelValue
from config.net import ObjectName, Port, Prefix

# Cilium's label keys carry their source: `k8s:app`, `reserved:ingress`.
_SOURCED = r"^([a-z0-9-]+:)?[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"
SourcedKey = Annotated[str, Field(pattern=_SOURCED)]
PATTERNS = {_SOURCED: "a label key, with its source where it has one, such as app, k8s:app or reserved:ingress"}
Entity = Literal["all", "world", "world-ipv4", "world-ipv6", "cluster", "host", "remote-node", "kube-apiserver",
                 "ingress", "init", "health", "unmanaged", "none"]  # fmt: skip


class SourcedRequirement(Model):
    """A `matchExpressions` entry over sourced labels."""

    key: SourcedKey
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[LabelValue, ...] = ()


class EndpointSelector(Model):
    """Which endpoints; an empty one takes all of them."""

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
    """A prefix without the prefixes inside it that are excepted."""

    cidr: Prefix
    except_: tuple[Prefix, ...] = Field(default=(), alias="except")


class PolicyRule(Model):
    """One rule of either direction: whom it admits. All parts empty admits nobody."""

    endpoints: tuple[EndpointSelector, ...] = ()
    entities: tuple[Entity, ...] = ()
    cidrs: tuple[CidrRule, ...] = ()
    ports: tuple[Port, ...] = ()

    def admits(self, *entities: Entity) -> bool:
        """Whether one of these entities gets in: by name, by `all`, or by a rule of ports alone."""
        anybody = bool(self.ports) and not (self.endpoints or self.entities or self.cidrs)
        return anybody or any(entity in self.entities for entity in ("all", *entities))


class NetworkPolicy(Model):
    """A CiliumClusterwideNetworkPolicy.

    `ingress: []` (or a list of one empty rule, which is how the API has it) is default deny;
    leaving the key out does not touch that direction.
    """

    name: ObjectName
    endpoint_selector: EndpointSelector = EndpointSelector()
    ingress: tuple[PolicyRule, ...] | None = None
    egress: tuple[PolicyRule, ...] | None = None

    def denies_by_default(self) -> Iterator[Literal["ingress", "egress"]]:
        """The directions in which the selected endpoints lose everything that no rule admits."""
        if self.ingress is not None:
            yield "ingress"
        if self.egress is not None:
            yield "egress"
