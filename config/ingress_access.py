"""Who may come in through Cilium's Ingress: one declaration, of which the policies of both hops are made."""

from __future__ import annotations

from pydantic import model_validator

from config.base import Model
from config.net import ObjectName, Port
from config.policy import CidrRule, EndpointSelector, Entity, NetworkPolicy, PolicyRule, SourcedRequirement

_INGRESS = EndpointSelector(match_expressions=(SourcedRequirement(key="reserved:ingress", operator="Exists"),))


class IngressAccess(Model):
    """The clients outside the cluster that Cilium's Ingress admits, by prefix or entity. All others are refused.

    Traffic through an Ingress passes policy twice: from the client to the Ingress, and from there to the backend,
    with the identity `ingress`. `lockdown` names the policy that closes the pods and the Ingress to everything from
    outside the cluster. `admission` names the policy that opens the Ingress to the clients. With `backends`, only
    those pods are closed, and the Ingress may connect to them only. Endpoints in the cluster are always admitted. A
    node's own requests come from 127.0.0.1, which must be admitted explicitly.
    """

    cidrs: tuple[CidrRule, ...] = ()
    """The clients by prefix."""
    entities: tuple[Entity, ...] = ()
    """The clients by Cilium's entity."""
    ports: tuple[Port, ...] = ()
    """The ports of the Ingress that they may use; none: all."""
    backends: tuple[EndpointSelector, ...] = ()
    """The pods behind the Ingress, which alone are closed; none: all pods are."""
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
        """The lockdown, one for each of `backends`, and the admission."""
        cluster = (PolicyRule(entities=("cluster",)),)
        closed = self.backends or (EndpointSelector(),)
        names = [self.lockdown, *(f"{self.lockdown}-{i}" for i in range(2, len(closed) + 1))]
        clients = [PolicyRule(cidrs=self.cidrs, ports=self.ports)] if self.cidrs else []
        clients += [PolicyRule(entities=self.entities, ports=self.ports)] if self.entities else []
        if self.backends:
            # Without them the lockdown is of the Ingress as well, and admits the cluster to it.
            clients.append(PolicyRule(entities=("cluster",)))
        onward = (PolicyRule(endpoints=self.backends),) if self.backends else None
        return (
            *(
                NetworkPolicy(name=name, endpoint_selector=selector, ingress=cluster)
                for name, selector in zip(names, closed, strict=True)
            ),
            NetworkPolicy(name=self.admission, endpoint_selector=_INGRESS, ingress=tuple(clients), egress=onward),
        )
