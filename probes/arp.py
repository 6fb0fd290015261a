"""ARP for an announced address, from a host on the link: only the holder of the Lease may answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from config.errors import EdgeError
from config.stack import StackConfig
from config.workload import Service
from probes import l2
from probes.collector import Collector
from probes.observations import Observations
from probes.services import load_balancer_addresses, service_object
from probes.verdict import Verdict, judged, unknown

# arping shows all answers to its two requests. The kernel's neighbor table keeps only the last answer.
_ASK = """dev=$(ip -o route get {address} | sed -n 's/.* dev \\([^ ]*\\).*/\\1/p')
command -v arping >/dev/null || exit 99
arping -c 2 -w 2 -I "$dev" {address}"""
_ANSWER = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", re.IGNORECASE)


def verdicts(collector: Collector, stack: StackConfig, observations: Observations) -> list[Verdict]:
    """One verdict for each host on the link and address. `stack` includes the Services that Cilium makes."""
    asked = [
        (host, service, address)
        for service in stack.services
        if l2.policies(stack, service)
        for address in load_balancer_addresses(service_object(observations, service))
        for host in hosts(collector, address)
    ]
    with ThreadPoolExecutor(8, "probe") as pool:
        return list(pool.map(lambda one: _ask(collector, observations, *one), asked))


def hosts(collector: Collector, address: str) -> Iterator[str]:
    """The hosts outside the cluster on the same link as an address."""
    if ip_address(address).version == 6:
        return
    links = {o.name: [o.address.network] for o in collector.stack.outposts}
    links |= {r.name: [i.address.network for i in r.interfaces if not i.loopback] for r in collector.stack.routers}
    yield from (
        name
        for name, nets in links.items()
        if name in collector.endpoints and any(ip_address(address) in net for net in nets)
    )


def _ask(collector: Collector, observations: Observations, host: str, service: Service, address: str) -> Verdict:
    holder = l2.holder(observations, service)
    wanted = f"{holder} alone answers"
    try:
        result = collector.ssh.run(collector.endpoints[host], _ASK.format(address=address), timeout=15)
    except EdgeError as error:
        return unknown("arp", address, wanted, host, error)
    if result.status == 99:
        return unknown("arp", address, wanted, host, f"{host} has no arping (Debian: iputils-arping)")
    if result.status not in (0, 1):
        said = result.stderr.strip().splitlines() or ["arping failed"]
        return unknown("arp", address, wanted, host, said[-1])
    return judge(observations, host, address, holder, {found.lower() for found in _ANSWER.findall(result.stdout)})


def judge(observations: Observations, host: str, address: str, holder: str, answers: set[str]) -> Verdict:
    """`answers`: the MAC addresses that answered. Pure."""
    owners = {mac: node for node, links in observations.hardware.items() for mac in links}
    heard = sorted({owners.get(mac, mac) for mac in answers})
    others = [name for name in heard if name != holder]
    cause = f"{holder} does not answer on this link: does the L2 policy select its interface?"
    if others:
        strangers = [name for name in others if name not in observations.hardware]
        cause = (
            f"a host that is no node has {address}, too: {', '.join(strangers)}"
            if strangers
            else (f"{', '.join(others)} answers for what {holder} holds: it was cut off from the API")
        )
    wanted, observed = f"{holder} alone answers", ", ".join(heard) or "no answer"
    return judged("arp", address, heard == [holder], wanted, observed, host, cause)
