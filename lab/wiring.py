"""The links of a lab: a bridge for each segment, in the namespace `fabric`, and a veth pair for each interface."""

from __future__ import annotations

from ipaddress import IPv4Interface

from lab.host import Host
from lab.topology import LabHost, Topology

FABRIC = "fabric"


def bridges(fabric: Host, topology: Topology) -> None:
    """Make the bridges in the fabric namespace."""
    lines = []
    for segment in topology.segments:
        lines += [f"link add br-{segment} type bridge", f"link set br-{segment} up"]
    _batch(fabric, lines)
    # The machine's netfilter must not see bridged frames (if the kernel has this hook).
    fabric.run(["/bin/sh", "-c", "sysctl -qw net.bridge.bridge-nf-call-iptables=0 2>/dev/null; true"])


def connect(fabric: Host, index: int, spec: LabHost, host: Host) -> None:
    """Give a host its interfaces, addresses and routes. `index`: the host's number in the lab."""
    outside, inside = [], []
    for number, nic in enumerate(spec.nics):
        mac = nic.mac or f"02:ed:9e:00:{index:02x}:{number:02x}"
        if nic.segment is None:
            # Not every kernel has the dummy type, so a bridge without ports serves as a loopback.
            inside.append(f"link add {nic.name} type bridge")
        else:
            port = f"h{index}n{number}"
            # The kernel removes the links of a dead host only after some time.
            fabric.run(["/bin/sh", "-c", f"ip link del {port} 2>/dev/null || true"])
            outside += [
                f"link add {port} type veth peer name {nic.name} netns {host.pid}",
                f"link set {port} master br-{nic.segment} up",
            ]
            inside.append(f"link set {nic.name} address {mac}")
        if nic.address is not None:
            broadcast = " brd +" if _broadcasts(nic.address) else ""
            inside.append(f"addr add {nic.address}{broadcast} dev {nic.name}")
        inside.append(f"link set {nic.name} up")
    inside += [f"route add {route.to} via {route.via}" for route in spec.routes]
    # The peer is named by a process ID of this machine, so only the network namespace is joined.
    _batch(fabric, outside, net_only=True)
    _batch(host, inside)


def _broadcasts(address: object) -> bool:
    return isinstance(address, IPv4Interface) and address.network.prefixlen < 31


def _batch(host: Host, lines: list[str], *, net_only: bool = False) -> None:
    host.run(["ip", "-batch", "-"], "\n".join(lines) + "\n", net_only=net_only)
