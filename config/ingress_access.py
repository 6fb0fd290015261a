"""The clients that Cilium's Ingress admits: one declaration, from which the policies of both hops are made."""

from __future__ import annotations

from pydantic import model_validator

from config.base import Model
from config.net import ObjectName, Port
from config.policy import CidrRule, EndpointSelector, Entity, NetworkPolicy, PolicyRule, SourcedRequirement

_INGRESS = EndpointSelector(match_expressions=(SourcedRequirement(key="reserved:ingress", operator="Exists"),))


class IngressAccess(Model):
    """The clients outside the cluster that Cilium's Ingress admits, by prefix or entity. All others are refused.

    Policy is enforced twice on traffic through an Ingress: from the client to the Ingress, and from the Ingress
    (identity `ingress`) to the backend. `lockdown` names the policy that closes the pods and the Ingress to all
    traffic from outside the cluster. `admission` names the policy that opens the Ingress to the clients. With
    `backends`, only those pods are closed, and the Ingress may connect only to those pods. Endpoints in the cluster
    are always admitted. Requests of a node itself come from 127.0.0.1, which must be admitted explicitly.
    """

    cidrs: tuple[CidrRule, ...] = ()
    """The clients by prefix."""
    entities: tuple[Entity, ...] = ()
    """The clients by Cilium's entity."""
    ports: tuple[Port, ...] = ()
    """The ports of the Ingress that the clients may use; none: all."""
    backends: tuple[EndpointSelector, ...] = ()
    """The pods behind the Ingress, the only pods that are closed; none: all pods are closed."""
    lockdown: ObjectName = "external-lockdown"
    """The name of the policy that closes the pods."""
    admission: ObjectName = "allow-cidr"
    """The name of the policy that opens the Ingress."""

    @model_validator(mode="after")
    def _somebody(self) -> IngressAccess:
        if not (self.cidrs or self.entities):
            raise ValueError("cidrs or entities (the clients that the Ingress admits)")
        if self.lockdown == self.admission:
            raise ValueError("different names for lockdown and admission, which are two policies")
        return self

    def policies(self) -> tuple[NetworkPolicy, ...]:
        """The lockdown policies (one for each entry of `backends`) and the admission policy."""
        cluster = (PolicyRule(entities=("cluster",)),)
        closed = self.backends or (EndpointSelector(),)
        names = [self.lockdown, *(f"{self.lockdown}-{i}" for i in range(2, len(closed) + 1))]
        clients = [PolicyRule(cidrs=self.cidrs, ports=self.ports)] if self.cidrs else []
        clients += [PolicyRule(entities=self.entities, ports=self.ports)] if self.entities else []
        if self.backends:
            # Without backends, the lockdown also selects the Ingress and admits the cluster to the Ingress.
            clients.append(PolicyRule(entities=("cluster",)))
        onward = (PolicyRule(endpoints=self.backends),) if self.backends else None
        return (
            *(
                NetworkPolicy(name=name, endpoint_selector=selector, ingress=cluster)
                for name, selector in zip(names, closed, strict=True)
            ),
            NetworkPolicy(name=self.admission, endpoint_selector=_INGRESS, ingress=tuple(clients), egress=onward),
        )
