"""Command-line arguments of the processes, with the names and defaults of `egressHA`."""

from __future__ import annotations

import argparse
import os
from ipaddress import ip_address
from pathlib import Path

from pydantic import ValidationError

from config.egress import EgressHA


def parse(argv: list[str]) -> tuple[str, EgressHA, argparse.Namespace]:
    """The role (`controller` or `node`), the settings, and the identity of this process (pod, node, address)."""
    parser = argparse.ArgumentParser(prog="egress-ha", description=__doc__)
    parser.add_argument("role", choices=["controller", "node"])
    for name, default in EgressHA().arguments.items():
        parser.add_argument(f"--{name}", default=default)
    parser.add_argument(
        "--lists",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether agents support lists of gateways and node selectors (Cilium 1.18)",
    )
    parser.add_argument("--pod", default=os.environ.get("POD_NAME", os.uname().nodename))
    parser.add_argument("--node", default=os.environ.get("NODE_NAME", os.uname().nodename))
    parser.add_argument(
        "--address", type=ip_address, default=os.environ.get("HOST_IP", ""), help="the host's InternalIP"
    )
    parser.add_argument("--keys", type=Path, help="file that keeps the keys of probes over a restart")
    given = parser.parse_args(argv)
    try:
        settings = EgressHA.model_validate(
            {name: value for name, value in vars(given).items() if name in EgressHA.model_fields}
        )
    except ValidationError as error:
        problems = (f"--{str(one['loc'][0]).replace('_', '-')}: {one['msg']}" for one in error.errors())
        parser.error("; ".join(problems))
    return given.role, settings, given
