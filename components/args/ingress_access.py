"""Arguments as `config/ingress_access.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.policy import CidrRuleArgs, EndpointSelectorArgs


class IngressAccessArgs(TypedDict):
    """The clients outside the cluster that Cilium's Ingress admits, by prefix or entity. All others are refused.

    Policy is enforced twice on traffic through an Ingress: from the client to the Ingress, and from the Ingress
    (identity `ingress`) to the backend. `lockdown` names the policy that closes the pods and the Ingress to all
    traffic from outside the cluster. `admission` names the policy that opens the Ingress to the clients. With
    `backends`, only those pods are closed, and the Ingress may connect only to those pods. Endpoints in the cluster
    are always admitted. Requests of a node itself come from 127.0.0.1, which must be admitted explicitly.
    """

    cidrs: NotRequired[pulumi.Input[list[pulumi.Input[CidrRuleArgs]]]]
    entities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    ports: NotRequired[pulumi.Input[list[pulumi.Input[int]]]]
    backends: NotRequired[list[pulumi.Input[EndpointSelectorArgs]]]
    lockdown: NotRequired[str]
    admission: NotRequired[str]
