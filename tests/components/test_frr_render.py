"""frr.conf from a Router: what is where, in FRR's own order, and that FRR's parser takes it."""

from __future__ import annotations

import subprocess
from collections import Counter
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.router.neighbors import REDACTED
from components.router.render import frr_conf, password_names
from config.router import Router
from tests.config.dev_stack import dev_stack

VTYSH = Path("/usr/bin/vtysh")
needs_vtysh = pytest.mark.skipif(not VTYSH.exists(), reason="no vtysh (apt install frr)")


def router(static_routes: list[dict[str, Any]] | None = None, **bgp: Any) -> Router:
    return Router.model_validate(
        {
            "name": "r1",
            "interfaces": [{"name": "eth1", "address": "10.0.0.1/24"}],
            "staticRoutes": static_routes or [],
            "bgp": {"asn": 65000, **bgp},
        }
    )


def lines(router: Router, passwords: dict[str, str] | None = None) -> list[str]:
    return frr_conf(router, passwords).splitlines()


def about(name: str, router: Router, passwords: dict[str, str] | None = None) -> list[str]:
    """What the configuration says of one neighbor or group, in order, address families left out."""
    start = f" neighbor {name} "
    return [line.removeprefix(start) for line in lines(router, passwords) if line.startswith(start)]


def family(version: int, router: Router) -> list[str] | None:
    """The lines of an address family, or None where it is not there."""
    text = lines(router)
    head = f" address-family ipv{version} unicast"
    if head not in text:
        return None
    start = text.index(head)
    return [line.strip() for line in text[start + 1 : text.index(" exit-address-family", start)]]


EVERYTHING = router(
    static_routes=[
        {"to": "172.20.0.0/16", "via": "10.0.0.2"},
        {"to": "fd00:1::/64", "via": "fe80::1", "interface": "eth1"},
    ],
    asn="1.10",
    routerId="10.0.0.1",
    gracefulRestart=True,
    updateDelay=30,
    ebgpRequiresPolicy=False,
    importCheck=False,
    multipathRelax=True,
    maximumPaths=4,
    networks=["10.0.0.0/24", "fd00::/64"],
    peerGroups=[
        {
            "name": "LEAF",
            "remoteAs": "external",
            "ebgpMultihop": 2,
            "passwordConfig": "leafPassword",
            "timers": {"keepalive": 3, "hold": 9, "connectRetry": 5},
            "softReconfigurationInbound": True,
            "routeMapIn": "LEAF.IN",
            "prefixListOut": "VIPS",
        }
    ],
    prefixLists=[
        {
            "name": "VIPS",
            "entries": [{"prefix": "172.16.0.0/16", "ge": 24, "le": 32}, {"prefix": "10.1.0.0/16", "action": "deny"}],
        },
        {"name": "VIPS-6", "entries": [{"prefix": "fd00:16::/64", "le": 128}]},
    ],
    routeMaps=[
        {
            "name": "LEAF.IN",
            "entries": [
                {
                    "match": {"prefixList": "VIPS"},
                    "set": {
                        "localPreference": 200,
                        "med": 0,
                        "asPathPrepend": [65000, "1.10"],
                        "communities": ["65000:7", "planned-shut", "65000:1:2", "4259840100"],
                    },
                },
                {"action": "deny"},
            ],
        }
    ],
    neighbors=[
        {"address": "10.0.0.9", "peerGroup": "LEAF", "description": "leaf one"},
        {
            "address": "10.0.0.10",
            "remoteAs": 65010,
            "description": "alone",
            "ebgpMultihop": 3,
            "passwordConfig": "ownPassword",
            "timers": {"keepalive": 1, "hold": 3},
        },
        {"address": "fd00::9", "remoteAs": "internal", "prefixListIn": "VIPS-6", "routeMapOut": "LEAF.IN"},
    ],
)
PASSWORDS = {"leafPassword": "s3cret", "ownPassword": "0ther"}


# --- the dev stack ---


def test_the_dev_router_is_rendered_as_the_golden_file() -> None:
    golden = Path(__file__).with_name("frr_dev.conf").read_text()
    assert frr_conf(dev_stack().routers[0]) == golden


# --- neighbors and peer groups ---


def test_a_peer_group_has_its_settings_in_the_order_of_frr() -> None:
    assert about("LEAF", EVERYTHING, PASSWORDS) == [
        "peer-group",
        "remote-as external",
        "password s3cret",
        "ebgp-multihop 2",
        "timers 3 9",
        "timers connect 5",
    ]


def test_a_member_of_a_group_leaves_the_rest_to_the_group() -> None:
    assert about("10.0.0.9", EVERYTHING, PASSWORDS) == ["peer-group LEAF", "description leaf one"]


def test_a_neighbor_without_a_group_has_its_own_remote_as_and_settings() -> None:
    assert about("10.0.0.10", EVERYTHING, PASSWORDS) == [
        "remote-as 65010",
        "description alone",
        "password 0ther",
        "ebgp-multihop 3",
        "timers 1 3",
        "timers connect 120",
    ]


def test_a_group_is_declared_before_its_members() -> None:
    text = lines(EVERYTHING)
    assert text.index(" neighbor LEAF peer-group") < text.index(" neighbor 10.0.0.9 peer-group LEAF")


def test_what_is_not_set_is_not_written() -> None:
    bare = router(neighbors=[{"address": "10.0.0.9", "remoteAs": 65001}])
    assert lines(bare)[5:] == [
        "!",
        "router bgp 65000",
        " neighbor 10.0.0.9 remote-as 65001",
        "exit",
        "!",
    ]


def test_a_four_byte_as_number_is_written_as_asplain() -> None:
    assert "router bgp 65546" in lines(EVERYTHING)


def test_the_instance_settings_stand_in_the_order_of_frr_8() -> None:
    # As bgpd 8.4.4 itself has them in `show running-config`.
    start = lines(EVERYTHING).index("router bgp 65546")
    assert lines(EVERYTHING)[start + 1 : start + 7] == [
        " bgp router-id 10.0.0.1",
        " no bgp ebgp-requires-policy",
        " update-delay 30",
        " bgp graceful-restart",
        " bgp bestpath as-path multipath-relax",
        " no bgp network import-check",
    ]


# --- passwords ---


def test_without_passwords_they_are_redacted() -> None:
    assert f"password {REDACTED}" in about("LEAF", EVERYTHING)
    assert f"password {REDACTED}" in about("10.0.0.10", EVERYTHING)
    assert not any(secret in frr_conf(EVERYTHING) for secret in PASSWORDS.values())


def test_the_names_of_the_needed_passwords_are_told_once_each() -> None:
    assert password_names(EVERYTHING) == ("leafPassword", "ownPassword")
    assert password_names(dev_stack().routers[0]) == ()
    shared = router(neighbors=[{"address": f"10.0.0.{i}", "remoteAs": 1, "passwordConfig": "one"} for i in (2, 3)])
    assert password_names(shared) == ("one",)


# --- address families ---


def test_networks_stand_in_the_family_of_their_version() -> None:
    assert family(4, EVERYTHING) == [
        "network 10.0.0.0/24",
        "neighbor LEAF soft-reconfiguration inbound",
        "neighbor LEAF prefix-list VIPS out",
        "neighbor LEAF route-map LEAF.IN in",
        "maximum-paths 4",
    ]
    assert family(6, EVERYTHING) == [
        "network fd00::/64",
        "neighbor fd00::9 activate",
        "neighbor fd00::9 prefix-list VIPS-6 in",
        "neighbor fd00::9 route-map LEAF.IN out",
        "maximum-paths 4",
    ]


def test_neighbors_of_a_listen_range_have_the_family_of_the_range() -> None:
    group = {"name": "LEAF", "remoteAs": 65001, "softReconfigurationInbound": True}
    four = router(peerGroups=[group], listenRanges=[{"prefix": "10.0.0.0/24", "peerGroup": "LEAF"}], maximumPaths=8)
    assert family(4, four) == ["neighbor LEAF soft-reconfiguration inbound", "maximum-paths 8"]
    assert family(6, four) is None
    six = router(peerGroups=[group], listenRanges=[{"prefix": "fd00::/64", "peerGroup": "LEAF"}])
    assert family(6, six) == ["neighbor LEAF activate", "neighbor LEAF soft-reconfiguration inbound"]
    assert family(4, six) is None


def test_no_default_of_frr_is_written_out() -> None:
    # FRR does not show it in what runs, so that each reload would send it again, and some releases reset sessions then.
    text = frr_conf(EVERYTHING, {"leafPassword": "-", "ownPassword": "-"})
    assert "restart-time" not in text and "stalepath-time" not in text and "ebgp-requires-policy\n" in text
    plain = frr_conf(router(gracefulRestart=True, importCheck=True, ebgpRequiresPolicy=True))
    assert "import-check" not in plain and "requires-policy" not in plain and "timers" not in plain


def test_an_ipv6_neighbor_is_activated_in_its_family_and_an_ipv4_one_nowhere() -> None:
    both = router(neighbors=[{"address": "fd00::9", "remoteAs": 65001}, {"address": "10.0.0.9", "remoteAs": 65001}])
    assert family(6, both) == ["neighbor fd00::9 activate"]
    assert family(4, both) is None


def test_an_ipv6_member_of_a_group_is_activated_by_its_address() -> None:
    group, member = {"name": "G", "remoteAs": 65001}, {"address": "fd00::9", "peerGroup": "G"}
    grouped = router(peerGroups=[group], neighbors=[member])
    assert family(6, grouped) == ["neighbor fd00::9 activate"]


def test_soft_reconfiguration_reaches_the_ipv6_family_of_ipv6_members() -> None:
    grouped = router(
        peerGroups=[{"name": "G", "remoteAs": 65001, "softReconfigurationInbound": True}],
        neighbors=[{"address": "fd00::9", "peerGroup": "G"}],
    )
    assert "neighbor G soft-reconfiguration inbound" in (family(6, grouped) or [])


def test_maximum_paths_alone_makes_the_family_of_the_neighbors() -> None:
    one = router(maximumPaths=8, neighbors=[{"address": "10.0.0.9", "remoteAs": 65001}])
    assert family(4, one) == ["maximum-paths 8"]
    assert family(6, one) is None


# --- static routes ---


def test_static_routes_stand_before_bgp_with_the_word_of_their_family() -> None:
    text = lines(EVERYTHING)
    assert text[6:10] == [
        "ip route 172.20.0.0/16 10.0.0.2",
        "ipv6 route fd00:1::/64 fe80::1 eth1",
        "!",
        "ip prefix-list VIPS seq 5 permit 172.16.0.0/16 ge 24 le 32",
    ]


# --- policies ---


def test_policies_stand_before_bgp_in_the_words_of_frr() -> None:
    text = lines(EVERYTHING)
    start = text.index("ip prefix-list VIPS seq 5 permit 172.16.0.0/16 ge 24 le 32")
    assert text[start + 1 : text.index("router bgp 65546")] == [
        "ip prefix-list VIPS seq 10 deny 10.1.0.0/16",
        "!",
        "ipv6 prefix-list VIPS-6 seq 5 permit fd00:16::/64 le 128",
        "!",
        "route-map LEAF.IN permit 10",
        " match ip address prefix-list VIPS",
        " set as-path prepend 65000 65546",
        " set community 65000:7 graceful-shutdown 65000:100",
        " set large-community 65000:1:2",
        " set local-preference 200",
        " set metric 0",
        "exit",
        "!",
        "route-map LEAF.IN deny 20",
        "exit",
        "!",
    ]


# --- FRR's own parser ---


def check(path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(VTYSH), "-C", "-f", str(path)], capture_output=True, text=True, timeout=60)


ROUTERS = {
    "dev": dev_stack().routers[0],
    "everything": EVERYTHING,
    "bare": router(),
    "ipv6 only": router(networks=["fd00::/64"], neighbors=[{"address": "fd00::9", "remoteAs": "external"}]),
}


@needs_vtysh
@pytest.mark.parametrize("name", ROUTERS)
def test_vtysh_accepts_the_rendered_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text(frr_conf(ROUTERS[name], PASSWORDS))
    done = check(path)
    assert (done.returncode, done.stdout) == (0, "")


@needs_vtysh
def test_vtysh_refuses_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "frr.conf"
    path.write_text(frr_conf(EVERYTHING, PASSWORDS).replace("remote-as 65010", "remote-as many"))
    assert check(path).returncode != 0


# --- any router ---

groups = st.lists(st.from_regex(r"[A-Z][A-Za-z0-9_-]{0,9}", fullmatch=True), unique=True, max_size=3)
remote_as = st.integers(1, 65534) | st.sampled_from(["external", "internal"])


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    address = draw(st.ip_addresses())
    return str(ip_network((address, draw(st.integers(0, address.max_prefixlen))), strict=False))


@st.composite
def routers(draw: st.DrawFn) -> Router:
    names = draw(groups)
    group = st.sampled_from([None, *names])  # None: a neighbor on its own
    neighbors = []
    for address in draw(st.lists(st.ip_addresses(), unique=True, max_size=4)):
        name = draw(group)
        neighbors.append({"address": str(address), "peerGroup": name, "remoteAs": None if name else draw(remote_as)})
    return router(
        asn=draw(st.integers(1, 65534)),
        networks=draw(st.lists(prefixes(), unique=True, max_size=4)),
        peerGroups=[
            {
                "name": name,
                "remoteAs": draw(remote_as),
                "ebgpMultihop": draw(st.none() | st.integers(1, 255)),
                "softReconfigurationInbound": draw(st.booleans()),
            }
            for name in names
        ],
        neighbors=neighbors,
        maximumPaths=draw(st.none() | st.integers(1, 64)),
        gracefulRestart=draw(st.booleans()),
        multipathRelax=draw(st.booleans()),
    )


@given(routers())
def test_every_neighbor_and_network_of_any_router_is_exactly_where_it_should_be(any_router: Router) -> None:
    bgp = any_router.bgp
    expected = Counter(f" neighbor {group.name} remote-as {group.remote_as}" for group in bgp.peer_groups)
    for neighbor in bgp.neighbors:
        end = f"peer-group {neighbor.peer_group}" if neighbor.peer_group else f"remote-as {neighbor.remote_as}"
        expected[f" neighbor {neighbor.address} {end}"] += 1
    text = lines(any_router)
    top = (line for line in text if line.startswith(" neighbor "))
    assert Counter(line for line in top if " remote-as " in line or " peer-group " in line) == expected

    addresses = [neighbor.address for neighbor in bgp.neighbors if neighbor.address is not None]
    assert len(addresses) == len(bgp.neighbors)
    for version in (4, 6):
        inside = family(version, any_router) or []
        assert [line for line in inside if line.startswith("network ")] == [
            f"network {network}" for network in bgp.networks if network.version == version
        ]
        assert [line for line in inside if line.endswith(" activate")] == [
            f"neighbor {address} activate" for address in addresses if version == 6 and address.version == 6
        ]
    opened = sum(line.startswith(" address-family ") for line in text)
    assert opened == text.count(" exit-address-family") <= 2
    assert text[-2:] == ["exit", "!"]
    assert not any(line != line.rstrip() or not line for line in text)
