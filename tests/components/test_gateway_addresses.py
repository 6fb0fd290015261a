"""The scripts that put egress addresses on a host, run for real in namespaces of their own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.bgp import return_routes
from components.egress.gateway_addresses import GatewayAddress, apply_script, delete_script, gateway_addresses
from components.hosts.observe import OBSERVE
from config.node import Interface, Node
from effective.return_routes import ReturnRoute
from tests.config.dev_stack import dev_stack
from tests.controllers.namespaces import in_namespace, sh

OWNER = "dev/gateway-w1"
FIRST = {"name": "eth0", "address": "192.168.10.101/24"}


def item(name: str = "egress0", address: str = "172.18.0.42/32", managed: str = "link") -> GatewayAddress:
    interface = Interface.model_validate({"name": name, "address": address, "managed": managed})
    return GatewayAddress(Node.model_validate({"name": "w1", "interfaces": [FIRST]}), interface)


def run(script: str) -> subprocess.CompletedProcess[str]:
    """As the SSH session does it: a script for /bin/sh."""
    return subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)


def done(script: str) -> str:
    result = run(script)
    assert result.returncode == 0, result.stderr
    return result.stdout


def state() -> dict[str, list[str]]:
    """Link -> its addresses, without those that the kernel makes."""
    return {
        link["ifname"]: sorted(f"{a['local']}/{a['prefixlen']}" for a in link["addr_info"] if a["scope"] != "link")
        for link in json.loads(sh("ip -json address show").stdout)
    }


def files() -> list[str]:
    home = Path("/etc/cilium-edge")
    return sorted(path.name for path in home.iterdir()) if home.exists() else []


def host() -> dict[str, list[str]]:
    """A host with one interface; its state."""
    sh("ip link add eth0 type veth peer name peer && ip link set peer up && ip link set eth0 up")
    sh("ip address add 192.168.10.101/24 dev eth0 && ip address add fd00::101/64 dev eth0 nodad")
    return state()


@pytest.mark.parametrize("address", ["172.18.0.42/32", "172.18.0.42/24", "fd00:42::1/128"])
@in_namespace
def test_a_link_is_made_once_comes_back_at_boot_and_goes_without_a_trace(address: str) -> None:
    before = host()
    one = item(address=address)
    family = "inet6" if ":" in address else "inet"
    assert done(apply_script(one, OWNER)) == f"{family} {address}\n"
    after = {**before, "egress0": [address]}
    assert state() == after and files() == [one.name]
    assert "UP" in sh("ip -o link show dev egress0").stdout
    # Again, and what the engine runs to see whether it is still so.
    index = Path("/sys/class/net/egress0/ifindex").read_text()
    script = apply_script(one, OWNER)
    assert done(script) == done(script.partition(OBSERVE)[2]) == f"{family} {address}\n"
    assert state() == after and Path("/sys/class/net/egress0/ifindex").read_text() == index
    # A boot.
    sh("ip link del egress0")
    done(f"/etc/cilium-edge/{one.name}")
    assert state() == after
    done(delete_script(one, OWNER))
    assert state() == before and files() == [] and not Path("/etc/cilium-edge").exists()
    done(delete_script(one, OWNER))
    assert state() == before


@in_namespace
def test_what_somebody_took_off_is_seen_and_put_on_again() -> None:
    host()
    one = item()
    done(apply_script(one, OWNER))
    sh("ip address del 172.18.0.42/32 dev egress0")
    assert run(apply_script(one, OWNER).partition(OBSERVE)[2]).stdout == ""
    assert done(apply_script(one, OWNER)) == "inet 172.18.0.42/32\n"


@in_namespace
def test_a_link_that_somebody_else_made_is_refused_and_left_alone() -> None:
    host()
    sh("ip link add egress0 type bridge && ip address add 10.1.1.1/24 dev egress0")
    before = state()
    refused = run(apply_script(item(), OWNER))
    assert refused.returncode == 1 and "egress0 is there already and was not made by cilium-edge" in refused.stderr
    assert state() == before and files() == []
    done(delete_script(item(), OWNER))
    assert state() == before


@pytest.mark.parametrize("address", ["172.18.0.42/32", "fd00::42/128"])
@in_namespace
def test_a_further_address_stands_beside_the_others(address: str) -> None:
    before = host()
    one = item("eth0", address, "secondary")
    for _ in range(2):
        assert done(apply_script(one, OWNER)).endswith(f" {address}\n")
        assert state() == {**before, "eth0": sorted([*before["eth0"], address])} and files() == [one.name]
    done(delete_script(one, OWNER))
    assert state() == before and files() == []


@in_namespace
def test_a_further_address_on_no_interface_is_refused() -> None:
    before = host()
    refused = run(apply_script(item("eth7", managed="secondary"), OWNER))
    assert (refused.returncode, refused.stderr) == (1, "there is no interface eth7\n")
    assert state() == before and files() == []


@pytest.mark.parametrize("managed", ["link", "secondary"])
@in_namespace
def test_what_another_resource_has_taken_over_stays(managed: str) -> None:
    before = host()
    one = item("egress0" if managed == "link" else "eth0", managed=managed)
    done(apply_script(one, OWNER))
    # A node that is renamed in the stack file: its new resource is made before the old one is deleted.
    done(apply_script(one, "dev/gateway-edge-1"))
    there = state()
    assert "dev/gateway-edge-1" in done(delete_script(one, OWNER))
    assert state() == there != before and files() == [one.name]
    done(delete_script(one, "dev/gateway-edge-1"))
    assert state() == before and files() == []


@in_namespace
def test_what_stood_under_the_name_before_is_undone() -> None:
    before = host()
    sh("ip route add 172.20.0.0/16 via 192.168.10.200 dev eth0")
    route = {"node": item().node.name, "via": "192.168.10.200", "device": "eth0"}
    one = ReturnRoute.model_validate({**route, "to": "172.20.0.0/16"})
    two = ReturnRoute.model_validate({**route, "to": "172.21.0.0/16"})
    done(return_routes.apply_script(one, OWNER))
    assert done(return_routes.apply_script(two, OWNER)) == "172.21.0.0/16 via 192.168.10.200 dev eth0\n"
    assert "172.20.0.0/16" not in sh("ip route show").stdout
    done(return_routes.delete_script(two, OWNER))
    assert "172.21.0.0/16" not in sh("ip route show").stdout and state() == before and files() == []


@in_namespace
def test_one_goes_and_the_other_stays() -> None:
    before = host()
    one, two = item(), item("eth0", "172.18.0.43/32", "secondary")
    for each in (one, two):
        done(apply_script(each, OWNER))
    done(delete_script(one, OWNER))
    assert files() == [two.name] and state() == {**before, "eth0": sorted([*before["eth0"], "172.18.0.43/32"])}


@in_namespace
def test_an_address_that_was_there_before_is_not_taken_off() -> None:
    host()
    sh("ip address add 172.18.0.42/32 dev eth0")
    before = state()
    one = item("eth0", managed="secondary")
    refused = run(apply_script(one, OWNER))
    assert refused.returncode == 1 and "eth0 has 172.18.0.42 already, and not from cilium-edge" in refused.stderr
    done(delete_script(one, OWNER))
    assert state() == before and files() == []


@pytest.mark.parametrize("managed", ["link", "secondary"])
@in_namespace
def test_what_fails_half_way_leaves_nothing_and_can_be_tried_again(managed: str) -> None:
    before = host()
    one = item("egress0" if managed == "link" else "eth0", managed=managed)
    wrong = apply_script(one, OWNER).replace("|| ip address replace 172.18.0.42/32", "; ip address replace 1.2.3.4.5")
    assert run(wrong).returncode != 0
    assert state() == before and files() == []
    done(apply_script(one, OWNER))
    # One that worked once is kept, whatever fails later.
    assert run(wrong).returncode != 0
    assert files() == [one.name]
    done(delete_script(one, OWNER))
    assert state() == before


@in_namespace
def test_a_link_that_could_not_be_made_is_not_marked_as_ours() -> None:
    host()
    script = apply_script(item(address="172.18.0.42/32"), OWNER)
    run(script.replace("type dummy", "type no").replace("type bridge", "type no"))
    sh("ip link add egress0 type bridge && ip address add 10.1.1.1/24 dev egress0")
    before = state()
    done(delete_script(item(), OWNER))
    assert state() == before


# --- what a stack declares ---


def addresses(*interfaces: dict[str, Any]) -> list[str]:
    def change(stack: dict[str, Any]) -> None:
        stack["nodes"][1]["interfaces"] += interfaces

    return [f"{each.node.name} {each.name}" for each in gateway_addresses(dev_stack(change))]


def test_managed_interfaces_alone_are_put_on() -> None:
    assert addresses() == [] and addresses({"name": "eth5", "address": "10.5.0.1/24"}) == []
    assert addresses(
        {"name": "egress0", "address": "172.18.0.42/32", "managed": "link"},
        {"name": "eth1", "address": "fd00::42/128", "managed": "secondary"},
    ) == ["cilium-w1 address-egress0-172.18.0.42", "cilium-w1 address-eth1-fd00--42"]


def test_every_address_of_an_interface_is_a_resource_of_its_own() -> None:
    def change(stack: dict[str, Any]) -> None:
        stack["nodes"][1]["interfaces"] += [
            {"name": "eth1", "address": f"172.18.0.{n}/32", "managed": "secondary"} for n in (42, 43)
        ]

    names = [(each.node.name, each.name) for each in gateway_addresses(dev_stack(change))]
    assert len(names) == len(set(names)) == 2
