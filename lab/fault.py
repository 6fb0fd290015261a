"""Faults of lab hosts: frozen processes, silent links, links without carrier. Each fault has an inverse."""

from __future__ import annotations

from config.errors import LabError
from config.stack import StackConfig
from lab.host import Host
from lab.topology import topology
from lab.wiring import FABRIC


def freeze(lab: str, host: str) -> None:
    """Freeze every process of a host, as `docker pause` does. Its kernel keeps running."""
    _freezer(lab, host, "1")


def thaw(lab: str, host: str) -> None:
    """Let the frozen processes of a host continue."""
    _freezer(lab, host, "0")


def silence(lab: str, stack: StackConfig, host: str) -> None:
    """Drop all frames on the host's links, which keep their carrier. The management link stays."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["bridge", "link", "set", "dev", port, "state", "0"])


def unsilence(lab: str, stack: StackConfig, host: str) -> None:
    """Let frames pass the host's links again."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["bridge", "link", "set", "dev", port, "state", "3"])


def cut(lab: str, stack: StackConfig, host: str) -> None:
    """Take the carrier from the host's links. The management link stays."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["ip", "link", "set", port, "down"])


def join(lab: str, stack: StackConfig, host: str) -> None:
    """Give the host's links their carrier back."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["ip", "link", "set", port, "up"])


def _freezer(lab: str, host: str, state: str) -> None:
    place = Host(lab, host).cgroup / "cgroup.freeze"
    try:
        place.write_text(state)
    except OSError as error:
        raise LabError(f"{host}: {place}: {error.strerror}") from None


def _ports(stack: StackConfig, host: str) -> list[str]:
    """The ends of the host's links in the fabric, as `wiring.connect` names them."""
    plan = topology(stack)
    index = plan.hosts.index(plan.host(host)) + 1
    nics = enumerate(plan.host(host).nics)
    return [f"h{index}n{number}" for number, nic in nics if nic.segment not in (None, "mgmt")]
