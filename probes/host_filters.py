"""Packets that a host's filters drop: rules and policies, from the output of iptables and nftables. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network
# Marks before the output of nft and before the kernel's own counters.
NATIVE, KERNEL = "-=-=-", "=--=--="
# Chains of Kubernetes and Cilium. Their drops are no fault.
_THEIRS = ("KUBE-", "CILIUM_")
_DROP = re.compile(r"^\[(?P<packets>\d+):\d+\] -A (?P<chain>\S+) ?(?P<match>.*?) ?-j (?:DROP|REJECT)\b.*$")
_POLICY = re.compile(r"^:(?P<chain>\S+) DROP \[(?P<packets>\d+):\d+\]$")
# Tables that iptables-nft has already shown.
_OF_IPTABLES = re.compile(r"^table ip6? (raw|mangle|filter|nat|security) \{")
_NATIVE = re.compile(r"^(?P<match>.*?)\b(?:drop|reject)\b.*$")
_STRICT = "because the route to their source uses another link: sysctl net.ipv4.conf.all.rp_filter=0"
_COUNTER = re.compile(r"\bcounter packets (\d+) bytes \d+ ?")
_PORTS = re.compile(r"\b(tcp|udp|sctp|th) [ds]port (\d+|\{[^}]*\})")


@dataclass(frozen=True)
class Drop:
    """A rule or a chain's policy that dropped packets. `text`: in the syntax of iptables or nft.

    A match that is None matches everything. `packets`: None for a rule without a counter.
    """

    table: str
    chain: str
    text: str
    packets: int | None
    source: Network | None
    destination: Network | None
    protocol: str | None
    ports: frozenset[int]
    by: str = "iptables"

    @property
    def partial(self) -> bool:
        """Whether the rule drops only a share of its matches, or is limited by rate."""
        return bool(re.search(r"-m (statistic|hashlimit|limit)\b|\blimit rate\b|\bnumgen\b", self.text))


def drops(text: str) -> Iterator[Drop]:
    """The filters of a host that drop packets."""
    first, _, second = text.partition(KERNEL)[0].partition(NATIVE)
    yield from _iptables(first)
    yield from _nftables(second)


def rising(before: str, after: str) -> list[Drop]:
    """The rules that dropped packets between two answers of a host, with the number of packets in between."""
    earlier = {replace(drop, packets=0): drop.packets or 0 for drop in drops(before)}
    found = ((drop, (drop.packets or 0) - earlier.get(replace(drop, packets=0), 0)) for drop in drops(after))
    reverse = _reverse_path(after) - _reverse_path(before)
    by_kernel = [Drop("filter", "reverse path", _STRICT, reverse, None, None, None, frozenset(), "the kernel,")]
    return [replace(drop, packets=more) for drop, more in found if more > 0] + (by_kernel if reverse > 0 else [])


def _reverse_path(text: str) -> int:
    """The number of packets that the kernel dropped by rp_filter; 0 if the counter is missing."""
    lines = [line.split() for line in text.partition(KERNEL)[2].splitlines() if line.startswith("TcpExt:")]
    counters = dict(zip(*lines, strict=False)) if len(lines) == 2 else {}
    return int(counters.get("IPReversePathFilter", 0))


def _iptables(text: str) -> Iterator[Drop]:
    """Rules and policies in the output of `iptables-save -c` and `ip6tables-save -c` that dropped packets."""
    table = "filter"
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:]
        policy, rule = _POLICY.match(line), _DROP.match(line)
        if policy is not None and int(policy["packets"]):
            chain = policy["chain"]
            yield Drop(table, chain, f"-P {chain} DROP", int(policy["packets"]), None, None, None, frozenset())
        if rule is None or int(rule["packets"]) == 0 or rule["chain"].startswith(_THEIRS):
            continue
        words = f"-A {rule['chain']} {rule['match']}".split()
        ports = _after(words, "--dport") + _after(words, "--sport")
        yield Drop(
            table,
            rule["chain"],
            line.partition("] ")[2],
            int(rule["packets"]),
            _network(_after(words, "-s")),
            _network(_after(words, "-d")),
            next(iter(_after(words, "-p")), None),
            frozenset(int(port) for port in ports if port.isdigit()),
        )


def _nftables(text: str) -> Iterator[Drop]:
    """Rules in the output of `nft list ruleset` that dropped packets, or have a match but no counter.

    Policies are left out: nft shows neither a match nor a counter for them.
    """
    table = chain = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("table "):
            table = "" if _OF_IPTABLES.match(line) else line.removeprefix("table ").removesuffix(" {")
        elif line.startswith("chain "):
            chain = line.removeprefix("chain ").removesuffix(" {")
        elif table and not line.startswith("type ") and (rule := _NATIVE.match(line)):
            drop = _native(table, chain, line, rule["match"])
            if drop.packets or (drop.packets is None and (drop.source or drop.destination or drop.ports)):
                yield drop


def _native(table: str, chain: str, line: str, match: str) -> Drop:
    counted = _COUNTER.search(match)
    words = match.split()
    ports = _PORTS.search(match)
    return Drop(
        table,
        chain,
        _COUNTER.sub("", line),
        int(counted[1]) if counted else None,
        _network(_after(words, "saddr")),
        _network(_after(words, "daddr")),
        ports[1] if ports and ports[1] != "th" else next(iter(_after(words, "l4proto")), None),
        frozenset(map(int, re.findall(r"\d+", ports[2]))) if ports else frozenset(),
        "nft",
    )


def _after(words: list[str], option: str) -> list[str]:
    """The values of an option that is not negated."""
    return [
        words[i + 1]
        for i, word in enumerate(words[:-1])
        if word == option and words[i - 1] != "!" and words[i + 1] != "!="
    ]


def _network(found: list[str]) -> Network | None:
    try:
        return ip_network(found[0], strict=False) if found else None
    except ValueError:
        # A set. Its members are not queried.
        return None
