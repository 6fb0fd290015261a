"""A router of the lab: Debian's FRR, without BGP and without configuration."""

from __future__ import annotations

from lab.host import Host

# Layer-4 hashing, so that ECMP also spreads the connections of a single client.
_SYSCTLS = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    "net.ipv4.fib_multipath_hash_policy=1",
)


def start(host: Host) -> None:
    """Apply a router's kernel settings, and run FRR's own start script."""
    host.run(["/bin/sh", "-c", f"sysctl -qw {' '.join(_SYSCTLS)}; mkdir -p /run/frr; chown frr:frr /run/frr"])
    # The script itself detects a running FRR.
    host.spawn("frr", ["/usr/lib/frr/frrinit.sh", "start"], once=True)
