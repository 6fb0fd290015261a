"""Queries kernels if a verdict is not green: of the hosts that the root causes concern, and of the routers."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor

from config.errors import EdgeError
from probes.collector import Collector
from probes.host_filters import KERNEL, NATIVE
from probes.host_state import MARK, HostState, read

_MOST_HOSTS = 8
# Prints the filters of a host, for `host_filters.drops`.
FILTERS = f"""for table in raw mangle filter; do
  iptables-save -c -t $table 2>/dev/null; ip6tables-save -c -t $table 2>/dev/null
done; echo {NATIVE}; nft list ruleset 2>/dev/null; echo {KERNEL}; grep '^TcpExt' /proc/net/netstat
"""
_ASK = f"""ip -j addr; echo {MARK}
ip -j route; echo {MARK}
ip -j -6 route; echo {MARK}
ip -j rule; echo {MARK}
ip -j neigh; echo {MARK}
tc -j -s qdisc show 2>/dev/null; echo {MARK}
{FILTERS}echo {MARK}
"""
# ARP for an address on the link: two requests, and all answers to them.
_ARP = """( dev=$(ip -o route get {0} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
arping -c 2 -w 2 -I "$dev" {0} | sed -n 's/.*\\[\\(..:..:..:..:..:..\\)\\].*/{0} \\1/p' ) & """


def collect(collector: Collector, hosts: set[str], near: dict[str, list[str]]) -> dict[str, HostState]:
    """Query at most eight hosts. `near`: host -> IPv4 addresses on its links that it resolves by ARP."""
    known = sorted(hosts & collector.endpoints.keys())[:_MOST_HOSTS]
    with ThreadPoolExecutor(_MOST_HOSTS, "state") as pool:
        found = pool.map(lambda name: _ask(collector, name, near.get(name, [])), known)
        return {name: state for name, state in zip(known, found, strict=True) if state is not None}


def _ask(collector: Collector, name: str, near: list[str]) -> HostState | None:
    command = "".join(_ARP.format(shlex.quote(address)) for address in near) + _ASK + "wait"
    try:
        return read(collector.ssh.run(collector.endpoints[name], command, timeout=10).stdout)
    except (EdgeError, ValueError, KeyError, TypeError):
        # An unreachable host gives no evidence; its verdict already says so.
        return None
