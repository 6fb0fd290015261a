"""What a host is given outlives a reboot, and what its network manager does: proven on one with systemd."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from components.bgp import return_routes
from components.egress import gateway_addresses
from components.egress.gateway_addresses import GatewayAddress
from config.node import Interface, Node
from effective.return_routes import ReturnRoute
from tests.components.systemd_host import SystemdHost, systemd_host
from tests.controllers.namespaces import needs_root
from tests.e2e.harness import until

pytestmark = pytest.mark.slow

WIRE = {"name": "wire", "address": "192.168.20.100/24"}
NODE = Node.model_validate({"name": "w1", "interfaces": [WIRE]})
ROUTE = ReturnRoute(node="w1", to=ip_network("10.0.0.0/8"), via=ip_address("192.168.20.1"), device="wire")

# The host's own network, as its network manager makes it.
NETWORK = """mkdir -p /etc/systemd/network
printf '%s\\n' '[NetDev]' Name=wire Kind=veth '[Peer]' Name=switch > /etc/systemd/network/wire.netdev
for link in wire:192.168.20.100/24 switch:192.168.20.1/24; do
	printf '%s\\n' '[Match]' Name=${link%:*} '[Network]' Address=${link#*:} LinkLocalAddressing=no IPv6AcceptRA=no \\
		> /etc/systemd/network/${link%:*}.network
done
systemctl enable -q --now systemd-networkd systemd-networkd-wait-online
/lib/systemd/systemd-networkd-wait-online --timeout=20
"""


def address(name: str, text: str, managed: str) -> GatewayAddress:
    return GatewayAddress(NODE, Interface.model_validate({"name": name, "address": text, "managed": managed}))


GIVEN = (address("egress0", "172.18.0.42/16", "link"), address("wire", "192.168.20.43/24", "secondary"))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[SystemdHost]:
    with systemd_host(tmp_path) as running:
        running.sh(NETWORK)
        yield running


def state(host: SystemdHost) -> str:
    """Addresses and routes."""
    return host.sh("ip -o -4 address show | sed 's/^[0-9]*: //; s/ valid_lft.*//' | sort; ip -4 route show | sort")


def given(host: SystemdHost) -> str:
    """The state after everything was put on, and a look at it."""
    for item in GIVEN:
        host.sh(gateway_addresses.apply_script(item, "dev/it"))
    host.sh(return_routes.apply_script(ROUTE, "dev/it"))
    after = state(host)
    assert "172.18.0.42/16" in after and "192.168.20.43/32" in after and "10.0.0.0/8 via 192.168.20.1" in after
    # A link without a wire leads to nobody of its subnet.
    assert "172.18.0.0/16" not in after
    return after


@needs_root
def test_it_is_there_again_after_a_reboot_and_gone_for_good_when_it_is_taken_off(host: SystemdHost) -> None:
    before = state(host)
    after = given(host)
    host.reboot()
    assert state(host) == after
    for item in GIVEN:
        host.sh(gateway_addresses.delete_script(item, "dev/it"))
    host.sh(return_routes.delete_script(ROUTE, "dev/it"))
    assert state(host) == before
    host.reboot()
    assert state(host) == before
    assert host.sh("find /etc -name '*cilium-edge*'") == ""


@needs_root
def test_it_is_there_again_after_the_network_was_set_up_anew(host: SystemdHost) -> None:
    after = given(host)
    for taken, mended in (
        ("ip link set wire down", "ip link set wire up"),
        ("networkctl reconfigure wire; sleep 1", "true"),
        # Long enough for the manager to take the host's own address off.
        ("ip link set switch down; sleep 6", "ip link set switch up"),
        ("ip link del egress0", "true"),
    ):
        host.sh(taken)
        assert state(host) != after, taken
        host.sh(mended)
        until(lambda: state(host) == after, 20, f"all is there again after: {taken}")


@needs_root
def test_where_all_is_well_nothing_is_done_and_nothing_is_logged(host: SystemdHost) -> None:
    given(host)
    unit = f"cilium-edge-{GIVEN[0].name}"
    host.sh("ip -4 monitor link address route > /run/seen & echo $! > /run/monitor; sleep 15; kill $(cat /run/monitor)")
    assert host.sh(f"systemctl show -P LastTriggerUSec {unit}.timer") != "\n"
    assert host.sh("cat /run/seen") == ""
    assert host.sh(f"journalctl --quiet --unit {unit}.service") == ""
    # What fails is told.
    host.sh("ip link set wire down")
    asked = "journalctl --quiet --unit cilium-edge-return-route.service"
    until(lambda: " return-route[" in host.sh(asked), 20, "the journal has what the script said")
