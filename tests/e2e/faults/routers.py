"""Faults of the router: its daemons, its kernel and its links."""

from __future__ import annotations

from tests.e2e.faults.fault import VIP, Fault, both, on_router

RESTART = on_router("/usr/lib/frr/frrinit.sh restart >/dev/null 2>&1 </dev/null")
# Towards nodes, but not what the test and verify themselves speak over.
TENTH = "! -o eth0 -m statistic --mode nth --every 10 --packet 0"
NFT_MARKED = """table inet site {
  set closed { type inet_service; elements = { 80 } }
  chain passing { type filter hook forward priority filter; tcp dport @closed drop; }
}
"""
HALVES = "172.20.0.0/25 172.20.0.128/25"
NEEDED = "-p icmp --icmp-type fragmentation-needed"


def killed(daemon: str) -> Fault:
    """A daemon of FRR and who would start it again."""
    return Fault(
        on_router(f"pkill -9 watchfrr; pkill -9 -x {daemon}"),
        RESTART,
        "router-daemon",
        f"a daemon of FRR does not run ({daemon})",
    )


def filtered(rule: str, check: str, cause: str, *, chain: str = "FORWARD") -> Fault:
    """A rule of the router's filter."""
    return Fault(on_router(f"iptables -I {chain} {rule}"), on_router(f"iptables -D {chain} {rule}"), check, cause)


FAULTS = {
    "zebra killed": killed("zebra"),
    "bgpd killed": killed("bgpd"),
    "staticd killed": killed("staticd"),
    "router forwards nothing": Fault(
        on_router("sysctl -qw net.ipv4.ip_forward=0"),
        on_router("sysctl -qw net.ipv4.ip_forward=1"),
        "forwarding",
        "the router forwards no packets",
    ),
    "blackhole for the VIP": Fault(
        on_router(f"ip route add blackhole {VIP}"),
        on_router(f"ip route del blackhole {VIP}"),
        "rib",
        "a route of another source wins over BGP's on cilium-r",
    ),
    "VIP on the router's loopback": Fault(
        on_router(f"ip addr add {VIP}/32 dev lo"),
        on_router(f"ip addr del {VIP}/32 dev lo"),
        "rib",
        "a route of another source wins over BGP's on cilium-r",
    ),
    "blackhole for Pods": Fault(
        on_router("ip route add blackhole 172.20.1.0/24"),
        on_router("ip route del blackhole 172.20.1.0/24"),
        "rib",
        "a route of another source wins over BGP's on cilium-r",
    ),
    "small MTU and lost ICMP": Fault(
        on_router(f"ip link set eth2 mtu 1000; iptables -I OUTPUT {NEEDED} -j DROP"),
        on_router(f"ip link set eth2 mtu 1500; iptables -D OUTPUT {NEEDED} -j DROP"),
        # The API server's own packets to the kubelet are lost first.
        "bgp-session",
        "eth2 of cilium-r has MTU 1000, others of its links 1500",
    ),
    "every tenth packet lost": filtered(
        f"{TENTH} -j DROP", "vip-http", "cilium-r drops some of it: OUTPUT", chain="OUTPUT"
    ),
    "BGP of one node dropped": filtered(
        "-p tcp -s 192.168.10.102 --dport 179 -j DROP",
        "bgp-session",
        "cilium-r drops it: INPUT",
        chain="INPUT",
    ),
    "BGP of all nodes dropped": filtered(
        "-p tcp --dport 179 -j DROP", "bgp-session", "cilium-r drops it: INPUT", chain="INPUT"
    ),
    "nothing is forwarded": filtered("-j DROP", "bgp-session", "cilium-r drops it: FORWARD"),
    # As Docker leaves a host on which it was installed.
    "the policy of FORWARD drops": Fault(
        on_router("iptables -P FORWARD DROP"),
        on_router("iptables -P FORWARD ACCEPT"),
        "bgp-session",
        "cilium-r drops it: FORWARD",
    ),
    # Of a rule without an address and without a counter nobody knows what it takes.
    "router drops HTTP by nft": Fault(
        on_router(f"nft -f - <<'E'\n{NFT_MARKED}E"),
        on_router("nft delete table inet site"),
        "pod-to-pod",
        "packets end in cilium-r: it takes them in and does not send them on",
    ),
    # The way back to the client's Pods leads elsewhere, and the kernel checks it.
    "strict reverse path": Fault(
        on_router(
            f"sysctl -qw net.ipv4.conf.all.rp_filter=1; for half in {HALVES}; do ip route add $half dev eth2; done"
        ),
        on_router(f"sysctl -qw net.ipv4.conf.all.rp_filter=0; for half in {HALVES}; do ip route del $half; done"),
        "pod-to-pod",
        "cilium-r drops it: reverse path",
    ),
    "HTTP to one node's Pods dropped": filtered(
        "-s 192.168.10.0/24 -d 172.20.3.0/24 -p tcp --dport 80 -j DROP", "vip-http", "cilium-r drops it: FORWARD"
    ),
    "HTTP to one node dropped": filtered(
        "-d 172.16.1.1 -p tcp --dport 80 -o eth2 -j DROP", "vip-http", "cilium-r drops it: OUTPUT", chain="OUTPUT"
    ),
    "ip rule against a node": Fault(
        on_router("ip rule add priority 9 to 192.168.20.100 prohibit"),
        on_router("ip rule del priority 9"),
        "bgp-session",
        "cilium-r has an ip rule with prohibit to 192.168.20.100",
    ),
    "slow link": Fault(
        on_router("tc qdisc add dev eth1 root tbf rate 8kbit burst 1600 limit 1600"),
        on_router("tc qdisc del dev eth1 root"),
        "bgp-session",
        "eth1 of cilium-r has a queue of kind tbf",
    ),
    "link to a subnet down": Fault(
        on_router("ip link set eth2 down"),
        # zebra of FRR 8.4 does not put back what the kernel dropped with the link.
        both(on_router("ip link set eth2 up"), RESTART),
        "bgp-session",
        "eth2 of cilium-r is down",
    ),
    "address of a link removed": Fault(
        on_router("ip addr del 192.168.20.200/24 dev eth2"),
        both(on_router("ip addr add 192.168.20.200/24 dev eth2"), RESTART),
        "bgp-session",
        "eth2 of cilium-r has no 192.168.20.200",
    ),
    "wrong neighbor table": Fault(
        on_router("ip neigh replace 192.168.10.101 lladdr 02:00:00:00:00:99 nud permanent dev eth1"),
        on_router("ip neigh del 192.168.10.101 dev eth1; true"),
        "bgp-session",
        "192.168.10.101",
    ),
    "router frozen": Fault(
        lambda edge: edge.fault("freeze", "cilium-r"),
        lambda edge: edge.fault("thaw", "cilium-r"),
        "bgp-session",
        "cannot connect",
    ),
    "sshd gone": Fault(
        on_router("pkill -STOP -f '[w]hile :; do'; pkill -x sshd; true"),
        on_router("pkill -CONT -f '[w]hile :; do'"),
        "bgp-session",
        "cannot connect",
    ),
}
