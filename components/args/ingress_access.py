"""Arguments as `config/ingress_access.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi

from components.args.policy import CidrRuleArgs, EndpointSelectorArgs


class IngressAccessArgs(TypedDict):
    """The clients outside the cluster that Cilium's Ingress admits, by prefix or entity; no other comes in.

    Traffic through an Ingress passes policy twice: from the client to the Ingress, and from there to the backend,
    with the identity `ingress`. `lockdown` names the policy that closes the pods to everything from outside the
    cluster, the Ingress among them; `admission` the one that opens the Ingress to the clients. With `backends` only
    those pods are closed, and the Ingress may go on to them alone. What is in the cluster may always come in, but for
    a node's own requests: they come from 127.0.0.1, and are admitted as such.
    """

    cidrs: NotRequired[pulumi.Input[list[pulumi.Input[CidrRuleArgs]]]]
    entities: NotRequired[pulumi.Input[list[pulumi.Input[str]]]]
    ports: NotRequired[pulumi.Input[list[pulumi.Input[int]]]]
    backends: NotRequired[list[pulumi.Input[EndpointSelectorArgs]]]
    lockdown: NotRequired[str]
    admission: NotRequired[str]
