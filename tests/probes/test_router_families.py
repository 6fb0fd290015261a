"""Routes of both families between two real routers: the tables that FRR and the kernel show are judged green."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.router.render import frr_conf
from config.load import parse
from config.stack import StackConfig
from probes import router_query, router_state
from probes.expected_prefixes import expected_prefixes
from probes.observations import Observations
from probes.prefixes import judge
from probes.route_tables import rib_next_hops
from probes.verdict import Color, Verdict

BGPD = Path("/usr/lib/frr/bgpd")
pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0 or not BGPD.exists(), reason="needs root and FRR's daemons"),
]
# Two routers on one link, each in namespaces of its own. Prints what the near one answers.
_RUN = r"""
set -eu
folder=$1
start() {
	sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1
	mkdir -p /var/run/frr
	mount -t tmpfs tmpfs /var/run/frr
	mount -t tmpfs tmpfs /etc/frr
	echo "service integrated-vtysh-config" >/etc/frr/vtysh.conf
	hostname "$1"
	cp "$folder/$1.conf" /etc/frr/frr.conf
	chown -R frr:frr /etc/frr /var/run/frr
	for daemon in zebra staticd bgpd; do /usr/lib/frr/$daemon -d -A 127.0.0.1 >/dev/null 2>&1; done
	for _ in $(seq 100); do vtysh -c 'show version' >/dev/null 2>&1 && break; sleep 0.1; done
	vtysh -b >&2
}
up() {
	ip link set lo up
	ip link set "$1" name eth1
	for address in $2; do ip address add "$address" dev eth1 $(case $address in *:*) echo nodad;; esac); done
	ip link set eth1 up
}
if [ "${2:-}" = near ]; then
	until ip link show near >/dev/null 2>&1; do sleep 0.05; done
	up near "10.0.0.1/24 fd00::1/64"
	start near
	for _ in $(seq 150); do
		vtysh -c 'show ipv6 route bgp' | grep -q "::/0" && vtysh -c 'show ip route bgp' | grep -q 10.9.0.0 && break
		sleep 0.1
	done
	sh "$folder/script"
	exit
fi
ip link add far type veth peer name near
unshare --net --mount --uts --propagation private sh "$folder/run" "$folder" near &
sleep 0.2
ip link set near netns $!
up far "10.0.0.2/24 fd00::2/64"
start far
wait $!
"""
_FAR = {
    "asn": 65002,
    "routerId": "10.0.0.2",
    "ebgpRequiresPolicy": False,
    "importCheck": False,
    "networks": ["10.9.0.0/16", "fd09::/64"],
    "neighbors": [
        {"address": "10.0.0.1", "remoteAs": "external", "timers": {"keepalive": 1, "hold": 3, "connectRetry": 1}},
        {
            "address": "fd00::1",
            "remoteAs": "external",
            "defaultOriginate": True,
            "timers": {"keepalive": 1, "hold": 3, "connectRetry": 1},
        },
    ],
}


def stack() -> StackConfig:
    near = {
        **_FAR,
        "asn": 65001,
        "routerId": "10.0.0.1",
        "networks": [],
        "neighbors": [
            {"address": each, "remoteAs": "external", "timers": {"keepalive": 1, "hold": 3, "connectRetry": 1}}
            for each in ("10.0.0.2", "fd00::2")
        ],
    }

    def router(name: str, number: int, bgp: dict[str, Any]) -> dict[str, Any]:
        links = [f"10.0.0.{number}/24", f"fd00::{number}/64"]
        return {"name": name, "interfaces": [{"name": "eth1", "address": each} for each in links], "bgp": bgp}

    near_router = router("near", 1, near)
    near_router["staticRoutes"] = [{"to": "fd77::/64", "via": "fd00::2"}, {"to": "10.77.0.0/16", "via": "10.0.0.2"}]
    document = {
        "cluster": {
            "kind": "existing",
            "podCIDR": "172.20.0.0/16",
            "serviceCIDR": "10.96.0.0/16",
            "apiServer": "10.1.0.1",
        },
        "nodes": [
            {"name": "node", "role": "control-plane", "interfaces": [{"name": "eth0", "address": "10.1.0.1/24"}]}
        ],
        "routers": [near_router, router("far", 2, _FAR)],
        "cilium": {"version": "1.18.0"},
    }
    return parse(document, "six")


@pytest.fixture(scope="module")
def answer(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("two")
    for one in stack().routers:
        (folder / f"{one.name}.conf").write_text(frr_conf(one, {}))
    near = stack().routers[0]
    (folder / "script").write_text(router_query.script(near, frozenset()))
    (folder / "run").write_text(_RUN)
    space = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    command = [*space, "--propagation", "private", "sh", str(folder / "run"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return router_query.read(near, done.stdout, done.stderr)


def verdicts(answer: dict[str, Any]) -> list[Verdict]:
    seen = Observations(routers={"near": answer}, objects={"services": [], "pods": [], "slices": []})
    expected = expected_prefixes(stack(), [], seen)["near"]
    found = [*judge(stack(), "near", expected, seen), *router_state.judge(stack(), seen)]
    assert {"fd09::/64", "::/0", "10.9.0.0/16"} <= {one.subject for one in found if one.check in ("rib", "fib")}
    return found


def test_routes_of_both_families_are_green(answer: dict[str, Any]) -> None:
    assert [one for one in verdicts(answer) if one.color is not Color.GREEN] == []


def test_next_hops_are_the_addresses_of_neighbors(answer: dict[str, Any]) -> None:
    assert rib_next_hops(answer["rib"])["fd09::/64"] == {"fd00::2"}
    assert answer["static"]["fd77::/64"] and answer["static"]["10.77.0.0/16"]


@pytest.mark.parametrize("prefix", ["fd09::/64", "::/0"])
def test_a_missing_route_is_red(answer: dict[str, Any], prefix: str) -> None:
    spoiled = {
        **answer,
        "rib": {key: value for key, value in answer["rib"].items() if key != prefix},
        "fib": [route for route in answer["fib"] if route["dst"] != prefix],
    }
    red = [one for one in verdicts(spoiled) if one.color is Color.RED]
    assert {(one.check, one.subject) for one in red} == {("rib", prefix), ("fib", prefix)}


def test_a_route_too_many_is_red(answer: dict[str, Any]) -> None:
    spoiled = {**answer, "rib": {**answer["rib"], "fd66::/64": answer["rib"]["fd09::/64"]}}
    assert [(one.check, one.observed) for one in verdicts(spoiled) if one.color is Color.RED] == [
        ("rib-surplus", "fd66::/64")
    ]
