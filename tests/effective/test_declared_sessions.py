"""Both sides of a peering, as the join gives them to the rules."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from config.load import parse
from effective.peerings.declared import DeclaredSession
from rules.facts import Facts
from tests.rules.test_fixtures import BASE

Edit = Callable[[Any], object]


def joined(*edits: Edit) -> dict[str, DeclaredSession]:
    """Node name -> its only session, of the shipped stack after some edits."""
    document = copy.deepcopy(BASE)
    for edit in edits:
        edit(document)
    found = Facts(parse(document, "t")).sessions
    assert len({s.node.name for s in found}) == len(found)
    return {s.node.name: s for s in found}


def instance(d: Any) -> Any:
    return d["bgp"]["clusterConfigs"][0]["instances"][0]


def override(node: str, **given: Any) -> Edit:
    made = {"node": node, "instances": [{"name": "instance-65001", **given}]}
    return lambda d: d["bgp"].setdefault("nodeOverrides", []).append(made)


def neighbors(*entries: dict[str, Any]) -> Edit:
    return lambda d: d["routers"][0]["bgp"].update(neighbors=list(entries))


def group(**given: Any) -> Edit:
    return lambda d: d["routers"][0]["bgp"]["peerGroups"][0].update(given)


def ranges(*prefixes: str) -> Edit:
    made = [{"prefix": prefix, "peerGroup": "CILIUM"} for prefix in prefixes]
    return lambda d: d["routers"][0]["bgp"].update(neighbors=[], listenRanges=made)


def towards(address: str) -> Edit:
    return lambda d: instance(d)["peers"][0].update(address=address)


def far(session: DeclaredSession) -> Any:
    assert session.far is not None
    return session.far


def test_each_selected_node_has_a_session_with_its_paths() -> None:
    found = joined()
    assert list(found) == ["cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3"]
    third = found["cilium-w2"]
    assert third.instance_path == "bgp.clusterConfigs[0].instances[0]"
    assert third.path == "bgp.clusterConfigs[0].instances[0].peers[0]"
    assert third.node_path == "nodes[2]"
    assert third.peer_config is not None and third.peer_config.name == "cilium-peer"
    assert (far(third).path, far(third).neighbor_path) == ("routers[0]", "routers[0].bgp.neighbors[2]")
    assert far(third).known and far(third).remote_as == "external"


def test_a_node_that_is_not_selected_has_none() -> None:
    def one(d: Any) -> None:
        d["nodes"][1]["labels"] = {"enable-bgp": "false"}

    assert "cilium-w1" not in joined(one) and len(joined(one)) == 3
    assert len(joined(lambda d: d["bgp"]["clusterConfigs"][0].pop("nodeSelector"))) == 4
    assert joined(lambda d: d.pop("bgp")) == {}


def test_the_second_config_instance_and_peer_have_their_own_paths() -> None:
    def edit(d: Any) -> None:
        configs = d["bgp"]["clusterConfigs"]
        configs.insert(
            0,
            {
                "name": "none",
                "nodeSelector": {"matchLabels": {"no": "node"}},
                "instances": [{"name": "other", "localASN": 65009}],
            },
        )
        configs[1]["instances"].insert(0, {"name": "empty", "localASN": 65009})
        configs[1]["instances"][1]["peers"].insert(0, {"name": "away", "asn": 65000, "address": "203.0.113.1"})

    document = copy.deepcopy(BASE)
    edit(document)
    found = Facts(parse(document, "t")).sessions
    where = "bgp.clusterConfigs[1].instances[1]"
    assert [s.path for s in found[:2]] == [f"{where}.peers[0]", f"{where}.peers[1]"]
    assert len(found) == 8
    assert found[0].far is None and found[0].peer_config is None
    assert found[1].far is not None


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([], 65001),
        ([override("cilium-w1", localASN=65007)], 65007),
        # 0 is no number, and None leaves the instance's.
        ([override("cilium-w1", routerId="192.0.2.1")], 65001),
        ([override("cilium-w2", localASN=65007)], 65001),
        ([lambda d: instance(d).pop("localASN"), override("cilium-w1", localASN="64512.10")], 64512 * 65536 + 10),
        ([lambda d: instance(d).pop("localASN")], None),
        (
            [
                lambda d: d["bgp"].update(
                    nodeOverrides=[{"node": "cilium-w1", "instances": [{"name": "another", "localASN": 65007}]}]
                )
            ],
            65001,
        ),
    ],
)
def test_the_nodes_number_after_its_override(edits: list[Edit], expected: int | None) -> None:
    assert joined(*edits)["cilium-w1"].local_asn == expected


def test_an_override_changes_the_source_for_its_peer_alone() -> None:
    given = override("cilium-w1", peers=[{"name": "tor-switch", "localAddress": "192.168.10.77"}])
    found = joined(given, neighbors({"address": "192.168.10.77", "peerGroup": "CILIUM"}))
    assert str(found["cilium-w1"].source) == "192.168.10.77"
    assert far(found["cilium-w1"]).neighbor_path == "routers[0].bgp.neighbors[0]"
    assert found["cilium-w1"].on_link
    assert not far(found["cilium-w2"]).known
    other = override("cilium-w1", peers=[{"name": "someone", "localAddress": "192.168.10.77"}])
    assert str(joined(other)["cilium-w1"].source) == "192.168.10.101"


def test_a_node_on_the_peers_link_speaks_from_that_interface() -> None:
    def edit(d: Any) -> None:
        d["nodes"][1]["interfaces"].insert(0, {"name": "eth0", "address": "10.9.0.11/24"})

    found = joined(edit)
    assert str(found["cilium-w1"].node.address) == "10.9.0.11"
    assert str(found["cilium-w1"].source) == "192.168.10.101" and found["cilium-w1"].on_link
    # The peer is on the router's other link.
    assert str(found["cilium-w3"].source) == "192.168.20.100" and not found["cilium-w3"].on_link


def test_the_router_is_found_by_any_of_its_addresses() -> None:
    for address in ("192.168.20.200", "10.10.1.200"):
        found = joined(towards(address))
        assert far(found["cilium-w1"]).router.name == "cilium-r"
    found = joined(lambda d: instance(d)["peers"][0].update(address="192.168.10.1"))
    assert found["cilium-w1"].far is None and found["cilium-w1"].on_link
    found = joined(lambda d: d["routers"].clear())
    assert all(s.far is None for s in found.values())


def test_an_ipv6_peer_is_on_an_ipv6_link() -> None:
    def edit(d: Any) -> None:
        d["routers"][0]["interfaces"].append({"name": "eth3", "address": "fd00:10::200/64"})
        d["nodes"][1]["interfaces"].append({"name": "eth3", "address": "fd00:10::101/64"})
        instance(d)["peers"][0]["address"] = "fd00:10::200"

    found = joined(edit, ranges("fd00:10::/64"))
    assert str(found["cilium-w1"].source) == "fd00:10::101" and found["cilium-w1"].on_link
    assert far(found["cilium-w1"]).known
    # A range of the other family holds no IPv4 source.
    assert not found["cilium-w2"].on_link and not far(found["cilium-w2"]).known


def test_a_listen_range_takes_a_source_that_is_no_neighbor() -> None:
    found = joined(ranges("192.168.10.96/29", "192.168.20.0/24"))
    assert {name: far(s).known for name, s in found.items()} == {
        "cilium-ctr": True,
        "cilium-w1": True,
        "cilium-w2": True,
        "cilium-w3": True,
    }
    found = joined(ranges("192.168.10.100/31"))
    assert {name for name, s in found.items() if far(s).known} == {"cilium-ctr", "cilium-w1"}
    near = far(found["cilium-ctr"])
    assert near.neighbor is None and near.remote_as == "external" and near.neighbor_path == "routers[0].bgp.neighbors"
    gone = far(found["cilium-w3"])
    assert gone.remote_as is None and gone.password_config is None and not gone.known


def test_a_neighbor_is_taken_before_a_range() -> None:
    found = joined(ranges("192.168.0.0/16"), neighbors({"address": "192.168.10.101", "remoteAs": 65001}))
    assert far(found["cilium-w1"]).remote_as == 65001 and far(found["cilium-w1"]).group is None
    assert far(found["cilium-w2"]).remote_as == "external"


def test_a_range_of_an_unknown_group_takes_nobody() -> None:
    def edit(d: Any) -> None:
        d["routers"][0]["bgp"]["listenRanges"][0]["peerGroup"] = "NOBODY"

    assert not any(far(s).known for s in joined(ranges("192.168.0.0/16"), edit).values())


def test_a_neighbors_own_settings_come_before_its_groups() -> None:
    found = joined(
        group(passwordConfig="shared"),
        neighbors(
            {"address": "192.168.10.100", "peerGroup": "CILIUM", "passwordConfig": "own"},
            {"address": "192.168.10.101", "peerGroup": "CILIUM"},
            {"address": "192.168.10.102", "remoteAs": 65001, "passwordConfig": "alone"},
            {"address": "192.168.20.100", "remoteAs": "internal"},
        ),
    )
    passwords = {name: far(s).password_config for name, s in found.items()}
    assert passwords == {"cilium-ctr": "own", "cilium-w1": "shared", "cilium-w2": "alone", "cilium-w3": None}
    assert far(found["cilium-w2"]).remote_as == 65001 and far(found["cilium-w3"]).remote_as == "internal"


def test_two_routers_know_their_own_neighbors() -> None:
    def edit(d: Any) -> None:
        second = copy.deepcopy(d["routers"][0])
        second["name"] = "second"
        second["interfaces"] = [{"name": "eth1", "address": "192.168.10.201/24"}]
        second["bgp"] |= {
            "networks": [],
            "routerId": "192.168.10.201",
            "neighbors": [{"address": "192.168.10.101", "remoteAs": 65001}],
        }
        d["routers"].append(second)
        instance(d)["peers"][0]["address"] = "192.168.10.201"

    found = joined(edit)
    assert {far(s).path for s in found.values()} == {"routers[1]"}
    assert {name for name, s in found.items() if far(s).known} == {"cilium-w1"}
    assert far(found["cilium-w1"]).neighbor_path == "routers[1].bgp.neighbors[0]"
