"""What filters drop, as iptables 1.8.9 and nft 1.0.6 print it."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from probes.host_filters import KERNEL, NATIVE, Drop, drops, rising

SIX = """*filter
:INPUT DROP [0:0]
:FORWARD DROP [81:4860]
[3:180] -A FORWARD -s fd00:1::/64 -p tcp -m tcp --dport 80 -j DROP
COMMIT
"""
RULESET = """table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		ip saddr 10.0.0.1 counter packets 9 bytes 540 drop
	}
}
table inet site {
	set closed {
		type inet_service
		elements = { 80 }
	}

	chain first {
		type filter hook prerouting priority raw; policy drop;
		ct state invalid drop
		ct state invalid counter packets 4 bytes 240 drop
		tcp dport { 80, 443 } drop
		ip saddr 10.1.0.0/16 ip daddr != 10.2.0.1 counter packets 0 bytes 0 drop
		ip6 daddr fd00::1 udp dport 53 reject with icmpv6 port-unreachable
		ip saddr @closed limit rate 5/second counter packets 7 bytes 420 drop
		tcp dport 22 accept
	}
}
"""


def told(text: str) -> list[tuple[str, str, int | None]]:
    return [(drop.chain, drop.text, drop.packets) for drop in drops(text)]


def test_policies_and_rules_of_both_families() -> None:
    policy, rule = drops(SIX)
    assert (policy.text, policy.packets, policy.source, policy.ports) == ("-P FORWARD DROP", 81, None, frozenset())
    assert (rule.source, rule.ports, rule.by) == (ip_network("fd00:1::/64"), frozenset({80}), "iptables")


def test_rules_that_nft_was_told_by_itself() -> None:
    # A table that iptables shows is not told twice; what counts nothing has to name what it takes.
    assert told(NATIVE + RULESET) == [
        ("first", "ct state invalid drop", 4),
        ("first", "tcp dport { 80, 443 } drop", None),
        ("first", "ip6 daddr fd00::1 udp dport 53 reject with icmpv6 port-unreachable", None),
        ("first", "ip saddr @closed limit rate 5/second drop", 7),
    ]
    _, ports, six, shared = drops(NATIVE + RULESET)
    assert (ports.table, ports.ports, ports.protocol, ports.by) == ("inet site", frozenset({80, 443}), "tcp", "nft")
    assert (six.destination, six.protocol, six.partial) == (ip_network("fd00::1/128"), "udp", False)
    assert (shared.source, shared.partial) == (None, True)


def test_what_is_negated_is_no_match_by_itself() -> None:
    [drop] = drops(f"{NATIVE}table inet x {{\nchain y {{\nip saddr != 10.0.0.1 tcp dport 80 drop\n")
    assert (drop.source, drop.ports) == (None, frozenset({80}))


@pytest.mark.parametrize(
    ("before", "after", "more"),
    [
        ("[3:180] -A INPUT -j DROP\n", "[5:300] -A INPUT -j DROP\n", [2]),
        ("[3:180] -A INPUT -j DROP\n", "[3:180] -A INPUT -j DROP\n", []),
        ("", "[4:240] -A INPUT -j DROP\n", [4]),
        ("[9:540] -A INPUT -j DROP\n", "", []),
        (NATIVE + RULESET, NATIVE + RULESET.replace("packets 4", "packets 6"), [2]),
    ],
)
def test_what_dropped_packets_meanwhile(before: str, after: str, more: list[int]) -> None:
    assert [drop.packets for drop in rising(before, after)] == more


COUNTERS = "TcpExt: SyncookiesSent IPReversePathFilter TCPTimeouts\nTcpExt: 0 %d 7\n"


def test_what_the_kernel_dropped_by_the_reverse_path() -> None:
    before, after = (f"{NATIVE}\n{KERNEL}\n{COUNTERS % number}" for number in (3, 8))
    [drop] = rising(before, after)
    assert (drop.packets, drop.chain, drop.by) == (5, "reverse path", "the kernel,") and "rp_filter" in drop.text
    assert rising(after, after) == [] and rising("", "") == []
    # An old counter is no fault: packets of strangers are dropped so every day.
    assert list(drops(after)) == []


def test_a_rule_is_the_same_whatever_it_counted() -> None:
    [first] = drops("[3:180] -A INPUT -j DROP\n")
    assert isinstance(first, Drop) and first.text == "-A INPUT -j DROP"
