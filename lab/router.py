"""A router of the lab: FRR as Debian ships it, with no BGP and no configuration yet."""

from __future__ import annotations

from lab.host import Host

# Layer-4 hashing, so that ECMP spreads the connections of one client too.
_SYSCTLS = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.fib_multipath_hash_policy=1",
)


def start(host: Host) -> None:
    """Settings of a router, and FRR's own start script."""
    host.run(["/bin/sh", "-c", f"sysctl -qw {' '.join(_SYSCTLS)}; mkdir -p /run/frr; chown frr:frr /run/frr"])
    # The script itself sees whether FRR runs already.
    host.spawn("frr", ["/usr/lib/frr/frrinit.sh", "start"], once=True)
