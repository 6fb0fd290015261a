"""Arguments as `config/node.py` has them: made from its models, kept by tests/components/test_args."""

from typing import NotRequired, TypedDict

import pulumi


class InterfaceArgs(TypedDict):
    """A network interface and its address. `loopback` ones have no wire behind them.

    `managed` ones the program puts on a node and takes off again: `link` is a link of its own without a
    wire (dummy where the kernel has that type, else a bridge without ports), `secondary` a further address
    on the interface of that name.
    """

    name: pulumi.Input[str]
    address: pulumi.Input[str]
    mac: NotRequired[pulumi.Input[str]]
    loopback: NotRequired[pulumi.Input[bool]]
    managed: NotRequired[pulumi.Input[str]]
