"""The kernels of hosts, asked where something is red, of the hosts that it is about; nobody else pays for it."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor

from config.errors import EdgeError
from probes.collector import Collector
from probes.host_filters import KERNEL, NATIVE
from probes.host_state import MARK, HostState, read

_MOST_HOSTS = 8
# The filters of a host, as `host_filters.drops` reads them.
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
# Who answers for an address on the link: two questions, and every answer to them.
_ARP = """( dev=$(ip -o route get {0} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
arping -c 2 -w 2 -I "$dev" {0} | sed -n 's/.*\\[\\(..:..:..:..:..:..\\)\\].*/{0} \\1/p' ) & """


def collect(collector: Collector, hosts: set[str], near: dict[str, list[str]]) -> dict[str, HostState]:
    """The hosts that answer, at most eight. `near`: host -> IPv4 addresses on its links that it asks for by ARP."""
    known = sorted(hosts & collector.endpoints.keys())[:_MOST_HOSTS]
    with ThreadPoolExecutor(_MOST_HOSTS, "state") as pool:
        found = pool.map(lambda name: _ask(collector, name, near.get(name, [])), known)
        return {name: state for name, state in zip(known, found, strict=True) if state is not None}


def _ask(collector: Collector, name: str, near: list[str]) -> HostState | None:
    command = "".join(_ARP.format(shlex.quote(address)) for address in near) + _ASK + "wait"
    try:
        return read(collector.ssh.run(collector.endpoints[name], command, timeout=10).stdout)
    except (EdgeError, ValueError, KeyError, TypeError):
        # What cannot be asked is no evidence; its row has said so already.
        return None
