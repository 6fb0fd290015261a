"""Faults of nodes: their links, routes, filters and agents."""

from __future__ import annotations

from tests.e2e.faults.fault import Fault, both, on

# With the routes that went with the link: the lab's hosts have no systemd that puts them back.
LINK_UP = (
    "ip link set eth1 up; ip route add 192.168.20.0/24 via 192.168.10.200;"
    " ip route add 172.20.0.0/16 via 192.168.10.200"
)
DROP_80 = "-t raw {} PREROUTING -p tcp --dport 80 -j DROP"

NFT_80 = """table inet site {
  set closed { type inet_service; elements = { 80 } }
  chain first { type filter hook prerouting priority raw; tcp dport 80 drop; }
}
"""


def on_w1(make: str, mend: str, check: str, cause: str) -> Fault:
    """A fault of one node."""
    return Fault(on("cilium-w1", make), on("cilium-w1", mend), check, cause)


FAULTS = {
    "agent frozen": on_w1("pkill -STOP -x cilium-agent", "pkill -CONT -x cilium-agent", "bgp-session", "cilium-dbg"),
    # Cilium's operator may be on it.
    "link down": on_w1(
        "ip link set eth1 down",
        LINK_UP,
        "bgp-session",
        "the API server does not reach the kubelet at 192.168.10.101:10250",
    ),
    "node frozen": Fault(
        lambda edge: edge.fault("freeze", "cilium-w1"),
        lambda edge: edge.fault("thaw", "cilium-w1"),
        "bgp-session",
        "the API server does not reach the kubelet at 192.168.10.101:10250",
    ),
    "node drops HTTP": Fault(
        on("cilium-w2", f"iptables {DROP_80.format('-I')}"),
        on("cilium-w2", f"iptables {DROP_80.format('-D')}"),
        "pod-to-pod",
        "cilium-w2 drops it: raw PREROUTING",
    ),
    # iptables knows nothing of what nft was told by itself.
    "node drops HTTP by nft": Fault(
        on("cilium-w2", f"nft -f - <<'E'\n{NFT_80}E"),
        on("cilium-w2", "nft delete table inet site"),
        "pod-to-pod",
        "cilium-w2 drops it: inet site first by nft tcp dport 80 drop",
    ),
    # A set says nothing of what is in it: the capture alone tells where packets end.
    "node drops HTTP, and nobody says so": Fault(
        on("cilium-w2", f"nft -f - <<'E'\n{NFT_80.replace('dport 80', 'dport @closed')}E"),
        on("cilium-w2", "nft delete table inet site"),
        "pod-to-pod",
        "packets end in cilium-w2: it takes them in and answers none",
    ),
    "node drops BGP": on_w1(
        "iptables -I OUTPUT -p tcp --dport 179 -j DROP",
        "iptables -D OUTPUT -p tcp --dport 179 -j DROP",
        "bgp-session",
        "cilium-w1 drops",
    ),
    "no route back": Fault(
        on("cilium-w3", "ip route del 172.20.0.0/16"),
        on("cilium-w3", "ip route add 172.20.0.0/16 via 192.168.20.200"),
        "pod-to-pod",
        "cilium-w3 has no route to 172.20.0.0/16",
    ),
    "no route to the other subnet": on_w1(
        "ip route del 192.168.20.0/24",
        "ip route add 192.168.20.0/24 via 192.168.10.200",
        "vip-http",
        "cilium-w1 has no route to 192.168.20.0/24",
    ),
    "node loses packets": on_w1(
        "iptables -t raw -I PREROUTING -i eth1 -p tcp --dport 80 -m statistic --mode random --probability 0.3 -j DROP",
        "iptables -t raw -D PREROUTING -i eth1 -p tcp --dport 80 -m statistic --mode random --probability 0.3 -j DROP",
        "pod-to-pod",
        "cilium-w1 drops some of it: raw PREROUTING",
    ),
    "blackhole to the router": on_w1(
        "ip route add blackhole 192.168.10.200/32",
        "ip route del blackhole 192.168.10.200/32",
        "bgp-session",
        "cilium-w1 has a blackhole route for 192.168.10.200/32",
    ),
    "address on two nodes": Fault(
        on("cilium-w2", "ip addr add 192.168.10.101/32 dev eth1; arping -q -A -c 3 -I eth1 192.168.10.101"),
        both(
            on("cilium-w2", "ip addr del 192.168.10.101/32 dev eth1"),
            on("cilium-w1", "arping -q -A -c 3 -I eth1 192.168.10.101"),
        ),
        "bgp-session",
        "two hosts answer ARP for 192.168.10.101",
    ),
}
