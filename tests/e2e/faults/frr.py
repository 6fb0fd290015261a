"""Faults of FRR's configuration: typed in by somebody, past the file."""

from __future__ import annotations

from tests.e2e.faults.fault import Fault, bgp, both, configured, on_router, unicast

W1 = "192.168.10.101"
AGAIN = on_router(f"vtysh -c 'clear bgp {W1}'")
FAULTS = {
    "neighbor shut down": Fault(
        bgp(f"neighbor {W1} shutdown"),
        bgp(f"no neighbor {W1} shutdown"),
        "router-config",
        f"runs what its file does not have: neighbor {W1} shutdown",
    ),
    "neighbor removed": Fault(
        bgp(f"no neighbor {W1} peer-group CILIUM"),
        bgp(f"neighbor {W1} peer-group CILIUM"),
        "router-config",
        f"neighbor {W1}",
    ),
    "wrong remote AS": Fault(
        bgp("neighbor CILIUM remote-as 65099"),
        bgp("neighbor CILIUM remote-as external"),
        "router-config",
        "neighbor CILIUM remote-as external",
    ),
    "password on one side": Fault(
        both(bgp(f"neighbor {W1} password wrong"), AGAIN),
        bgp(f"no neighbor {W1} password"),
        "router-config",
        f"neighbor {W1} password (not shown)",
    ),
    "one path": Fault(unicast("maximum-paths 1"), unicast("maximum-paths 4"), "router-config", "maximum-paths 4"),
    "prefix-list in": Fault(
        both(
            configured("ip prefix-list no seq 5 deny 172.16.1.1/32", "ip prefix-list no seq 10 permit any"),
            unicast("neighbor CILIUM prefix-list no in"),
        ),
        both(
            unicast("no neighbor CILIUM prefix-list no in"),
            configured("no ip prefix-list no"),
            on_router("vtysh -c 'clear bgp * soft in'"),
        ),
        "router-config",
        "neighbor CILIUM prefix-list no in",
    ),
    "route-map in": Fault(
        both(configured("route-map no deny 10"), unicast(f"neighbor {W1} route-map no in")),
        both(
            unicast(f"no neighbor {W1} route-map no in"),
            configured("no route-map no"),
            on_router("vtysh -c 'clear bgp * soft in'"),
        ),
        "router-config",
        f"neighbor {W1} route-map no in",
    ),
    "own prefix withdrawn": Fault(
        unicast("no network 10.10.1.0/24"), unicast("network 10.10.1.0/24"), "router-config", "network 10.10.1.0/24"
    ),
    "family off": Fault(
        unicast(f"no neighbor {W1} activate"), unicast(f"neighbor {W1} activate"), "router-config", "activate"
    ),
    "too few prefixes allowed": Fault(
        unicast(f"neighbor {W1} maximum-prefix 1"),
        both(unicast(f"no neighbor {W1} maximum-prefix 1"), AGAIN),
        "router-config",
        f"neighbor {W1} maximum-prefix 1",
    ),
    "ttl-security": Fault(
        both(bgp(f"neighbor {W1} ttl-security hops 1"), AGAIN),
        both(bgp(f"no neighbor {W1} ttl-security hops 1"), AGAIN),
        "router-config",
        f"neighbor {W1} ttl-security hops 1",
    ),
    "BGP removed": Fault(
        configured("no router bgp 65000"),
        on_router("/usr/lib/frr/frr-reload.py --reload /etc/frr/frr.conf >/dev/null 2>&1"),
        "router-config",
        "router bgp 65000",
    ),
    "file edited and not loaded": Fault(
        on_router("sed -i.was 's/^ *network 10.10.1.0.24/&\\n  network 10.99.0.0\\/24/' /etc/frr/frr.conf"),
        on_router("mv /etc/frr/frr.conf.was /etc/frr/frr.conf"),
        "router-config",
        "network 10.99.0.0/24",
    ),
}
