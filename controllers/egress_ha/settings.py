"""How the processes are told what to do: arguments, with the names and defaults of `egressHA`."""

from __future__ import annotations

import argparse
import os

from config.egress import EgressHA


def parse(argv: list[str]) -> tuple[str, EgressHA, argparse.Namespace]:
    """Role (`controller` or `node`), the settings, and who this is (pod, node, address)."""
    parser = argparse.ArgumentParser(prog="egress-ha", description=__doc__)
    parser.add_argument("role", choices=["controller", "node"])
    for name, default in EgressHA().arguments.items():
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument("--lists", action=argparse.BooleanOptionalAction, default=True,
                        help="whether agents know lists of gateways and node selectors (Cilium 1.18)")  # fmt: skip
    parser.add_argument("--pod", default=os.environ.get("POD_NAME", os.uname().nodename))
    parser.add_argument("--node", default=os.environ.get("NODE_NAME", os.uname().nodename))
    parser.add_argument("--address", default=os.environ.get("HOST_IP", ""))
    given = parser.parse_args(argv)
    settings = EgressHA.model_validate(
        {name: value for name, value in vars(given).items() if name in EgressHA.model_fields}
    )
    return given.role, settings, given
