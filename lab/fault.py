"""Faults of lab hosts: frozen processes, wires that go silent or down. Each has its opposite."""

from __future__ import annotations

from config.errors import LabError
from config.stack import StackConfig
from lab.host import Host
from lab.topology import topology
from lab.wiring import FABRIC


def freeze(lab: str, host: str) -> None:
    """Stop every process of a host where it stands, as `docker pause` does; its kernel goes on."""
    _freezer(lab, host, "1")


def thaw(lab: str, host: str) -> None:
    """Let them go on."""
    _freezer(lab, host, "0")


def silence(lab: str, stack: StackConfig, host: str) -> None:
    """Nothing passes the host's wires any more, and no interface notices (management stays)."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["bridge", "link", "set", "dev", port, "state", "0"])


def unsilence(lab: str, stack: StackConfig, host: str) -> None:
    """Frames pass again."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["bridge", "link", "set", "dev", port, "state", "3"])


def cut(lab: str, stack: StackConfig, host: str) -> None:
    """The host's wires lose their carrier (management stays)."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["ip", "link", "set", port, "down"])


def join(lab: str, stack: StackConfig, host: str) -> None:
    """The carrier is back."""
    for port in _ports(stack, host):
        Host(lab, FABRIC).run(["ip", "link", "set", port, "up"])


def _freezer(lab: str, host: str, state: str) -> None:
    place = Host(lab, host).cgroup / "cgroup.freeze"
    try:
        place.write_text(state)
    except OSError as error:
        raise LabError(f"{host}: {place}: {error.strerror}") from None


def _ports(stack: StackConfig, host: str) -> list[str]:
    """The ends of the host's wires in the fabric, as `wiring.connect` names them."""
    plan = topology(stack)
    index = plan.hosts.index(plan.host(host)) + 1
    nics = enumerate(plan.host(host).nics)
    return [f"h{index}n{number}" for number, nic in nics if nic.segment not in (None, "mgmt")]
