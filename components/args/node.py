"""Arguments as `config/node.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class InterfaceArgs(TypedDict):
    """A network interface and its address.

    A `loopback` interface has no wire. The program adds `managed` interfaces to a node and removes them again: `link`
    is an interface without a wire (dummy if the kernel has that type, otherwise a bridge without ports). `secondary`
    is a further address on the interface of that name.
    """

    name: pulumi.Input[str]
    address: pulumi.Input[str]
    mac: NotRequired[pulumi.Input[str]]
    loopback: NotRequired[pulumi.Input[bool]]
    managed: NotRequired[pulumi.Input[str]]
