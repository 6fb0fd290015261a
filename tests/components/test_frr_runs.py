"""What is rendered of neighbors, groups and the router as a whole: FRR's own daemons run every line of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.router.render import daemons, frr_conf
from config.router import Router

BGPD = Path("/usr/lib/frr/bgpd")
# In namespaces of its own: nothing of this machine's FRR is touched.
_RUN = r"""
set -eu
ip link set lo up
mkdir -p /var/run/frr
mount -t tmpfs tmpfs /var/run/frr
mount -t tmpfs tmpfs /etc/frr
touch /etc/frr/vtysh.conf
cp "$1" /etc/frr/frr.conf
chown -R frr:frr /etc/frr /var/run/frr
for daemon in zebra staticd bgpd bfdd; do /usr/lib/frr/$daemon -d -A 127.0.0.1 >/dev/null 2>&1; done
for _ in $(seq 100); do vtysh -c 'show version' >/dev/null 2>&1 && break; sleep 0.1; done
vtysh -b >&2
vtysh -c 'show running-config'
"""
GROUP = {
    "name": "K8S",
    "remoteAs": 65001,
    "description": "the nodes",
    "bfd": True,
    "passive": True,
    "localAs": 64999,
    "nextHopSelf": True,
    "allowasIn": 3,
    "asOverride": True,
    "maximumPrefix": 100,
    "defaultOriginate": "M",
    "softReconfigurationInbound": True,
}
BGP: dict[str, Any] = {
    "asn": 65000,
    "defaults": "datacenter",
    "ebgpRequiresPolicy": True,
    "timers": {"keepalive": 5, "hold": 15},
    "maximumPaths": 8,
    "maximumPathsIbgp": 4,
    "networks": ["10.0.0.0/24", "fd00::/64"],
    "aggregateAddresses": ["172.16.1.0/24", {"prefix": "fd00:1::/48", "summaryOnly": True, "asSet": True}],
    "redistribute": ["connected", {"protocol": "static", "metric": 5, "routeMap": "M"}, "ospf6"],
    "routeMaps": [{"name": "M", "entries": [{}]}],
    "peerGroups": [GROUP, {"name": "SPINE"}],
    "neighbors": [
        {"address": "10.0.0.9", "peerGroup": "K8S"},
        {
            "address": "10.0.0.10",
            "remoteAs": "internal",
            "routeReflectorClient": True,
            "updateSource": "10.0.0.1",
            "nextHopSelf": "force",
        },
        {
            "address": "10.0.0.11",
            "remoteAs": 65005,
            "peerGroup": "SPINE",
            "ttlSecurityHops": 1,
            "allowasIn": "origin",
            "localAs": {"asn": 64998, "prepend": False, "replace": True},
            "updateSource": "lo",
        },
        {"interface": "eth1", "remoteAs": "external", "allowasIn": 2},
        {"interface": "eth2", "peerGroup": "K8S", "defaultOriginate": True},
    ],
    "raw": "bgp bestpath compare-routerid\nneighbor 10.0.0.9 advertisement-interval 0",
}


def router(bgp: dict[str, Any], **more: Any) -> Router:
    links = [{"name": "eth0", "address": "10.0.0.1/24"}]
    return Router.model_validate({"name": "tor.dc1", "interfaces": links, "bgp": bgp, **more})


def running(conf: str, folder: Path) -> list[str]:
    """The configuration as FRR has it when it has read the file."""
    (folder / "frr.conf").write_text(conf)
    space = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = [*space, "--propagation", "private", "sh", "-c", _RUN, "sh", str(folder / "frr.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [line.strip() for line in done.stdout.splitlines()]


def not_running(conf: str, folder: Path) -> list[str]:
    """The lines that FRR took for others, or for nothing. Its own name is the machine's."""
    own = ("!", "hostname ", "service integrated-vtysh-config")
    taken = {*running(conf, folder), "!"}
    return [line.strip() for line in conf.splitlines() if not line.startswith(own) and line.strip() not in taken]


@pytest.mark.skipif(os.geteuid() != 0 or not BGPD.exists(), reason="needs root and FRR's daemons")
@pytest.mark.parametrize(
    "bgp",
    [
        BGP,
        {"asn": 65000, "defaults": "datacenter"},
        {"asn": 65000, "timers": {"keepalive": 60, "hold": 180}},
        {"asn": 65000, "defaults": "datacenter", "timers": {"keepalive": 3, "hold": 9}},
    ],
    ids=["everything", "datacenter", "default timers", "the profile's timers"],
)
def test_every_line_runs_in_frr(bgp: dict[str, Any], tmp_path: Path) -> None:
    conf = frr_conf(router(bgp, raw="ip route 10.9.0.0/16 blackhole"), {})
    assert not_running(conf, tmp_path) == []


@pytest.mark.skipif(os.geteuid() != 0 or not BGPD.exists(), reason="needs root and FRR's daemons")
def test_a_line_that_frr_does_not_take_is_found(tmp_path: Path) -> None:
    conf = frr_conf(router(BGP), {}).replace("allowas-in\n", "allowas-in 3\n")
    assert set(not_running(conf, tmp_path)) == {"neighbor K8S allowas-in 3"}


def test_bfd_wants_a_daemon_of_its_own() -> None:
    assert daemons(router(BGP)) == ("bgpd", "bfdd")
    assert daemons(router({"asn": 65000})) == ("bgpd",)


def test_lines_of_ones_own_are_kept_where_they_belong() -> None:
    text = frr_conf(router({"asn": 65000, "vrf": "red", "raw": ["  bgp log-neighbor-changes"]}, raw=["ip nht x"]))
    block = ["router bgp 65000 vrf red", " bgp log-neighbor-changes", "exit", "!"]
    assert text.splitlines()[6:] == ["ip nht x", "!", *block]
