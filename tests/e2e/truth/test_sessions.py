"""BGP sessions that do not come up, or come up and carry nothing: a mistake on each node."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.harness import Edge
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, Shown, heal, mistakes_of, named, twins_of
from tests.e2e.truth.looks import (
    NODES,
    PODS,
    Look,
    View,
    healthy,
    router_id,
    session_down,
    session_up,
    told,
    up_and_empty,
)
from tests.e2e.truth.parts import (
    a_config_each,
    cluster_config,
    instance,
    neighbor,
    own_peer_config,
)


def on_router(node: str) -> str:
    """What verify calls the router's side of a session."""
    return f"{node} - cilium-r (router)"


def on_agent(node: str) -> str:
    return f"{node} - cilium-r (agent)"


# --- no session ---


def wrong_peer_asn(stack: Any) -> None:
    instance(stack, "cilium-ctr")["peers"][0]["asn"] = 65010


def same_asn_but_external(stack: Any) -> None:
    instance(stack, "cilium-w1")["localASN"] = 65000


def new_instance_without_asn(stack: Any) -> None:
    del instance(stack, "cilium-w2")["localASN"]
    instance(stack, "cilium-w2")["name"] = "another"


def misspelt_peer_config(stack: Any) -> None:
    instance(stack, "cilium-w3")["peers"][0]["peerConfigRef"] = "cilium-pear"


DOWN = Deployment(
    "down",
    base=a_config_each,
    mistakes=(
        Mistake(
            "B1",
            wrong_peer_asn,
            (session_down("cilium-ctr"),),
            (on_router("cilium-ctr"), "Cilium expects AS 65010, FRR speaks as AS 65000"),
        ),
        Mistake(
            "B2",
            same_asn_but_external,
            (session_down("cilium-w1"),),
            (on_router("cilium-w1"), "both sides are AS 65000"),
        ),
        Mistake(
            "B3", new_instance_without_asn, (session_down("cilium-w2"),), (on_agent("cilium-w2"), "localASN is missing")
        ),
        Mistake(
            "B4",
            misspelt_peer_config,
            (session_down("cilium-w3"), told("CiliumBGPClusterConfig", "cilium-w3", "MissingPeerConfigs")),
            (on_agent("cilium-w3"), "peerConfigRef is wrong"),
        ),
    ),
)


# --- passwords: the kernel drops what is not signed, or not signed so ---


def locked(stack: Any) -> None:
    a_config_each(stack)
    stack["bgp"]["authSecrets"] = [{"name": name, "passwordConfig": name} for name in ("bgp-auth", "bgp-other")]
    for node in NODES:
        neighbor(stack, node)["passwordConfig"] = "bgp-auth"
        own_peer_config(stack, node)["authSecretRef"] = "bgp-auth"


def of(stack: Any, node: str) -> Any:
    return next(c for c in stack["bgp"]["peerConfigs"] if c["name"] == f"of-{node}")


def another_password(stack: Any) -> None:
    of(stack, "cilium-ctr")["authSecretRef"] = "bgp-other"


def secret_that_is_not_there(stack: Any) -> None:
    of(stack, "cilium-w1")["authSecretRef"] = "bgp-oath"


def no_password(stack: Any) -> None:
    del of(stack, "cilium-w2")["authSecretRef"]


def dropped(counter: str) -> Look:
    """The router's kernel counts segments without a signature, or with a wrong one."""

    def look(view: View) -> bool:
        shown = view.edge.on("cilium-r", f"nstat -asz TcpExtTCPMD5{counter}")
        found = re.search(rf"TCPMD5{counter} +(\d+)", shown)
        return found is not None and int(found[1]) > 0

    return look


LOCKED = Deployment(
    "locked",
    base=locked,
    mistakes=(
        Mistake(
            "B15",
            another_password,
            (session_down("cilium-ctr"), dropped("Failure")),
            (on_router("cilium-ctr"), "MD5 password"),
        ),
        Mistake(
            "B14",
            secret_that_is_not_there,
            (session_down("cilium-w1"), told("CiliumBGPPeerConfig", "of-cilium-w1", "MissingAuthSecret")),
            (on_router("cilium-w1"), "MD5 password"),
        ),
        Mistake(
            "B15",
            no_password,
            (session_down("cilium-w2"), dropped("NotFound")),
            (on_router("cilium-w2"), "MD5 password"),
        ),
    ),
    well=(("one-password", session_up("cilium-w3")),),
)


# --- names: router ids, overrides, selectors ---


def inside_one_as(stack: Any, node: str) -> None:
    instance(stack, node)["localASN"] = 65000
    neighbor(stack, node)["remoteAs"] = "internal"
    del neighbor(stack, node)["peerGroup"]
    del own_peer_config(stack, node)["ebgpMultihop"]


def two_inside_the_as(stack: Any) -> None:
    a_config_each(stack)
    inside_one_as(stack, "cilium-w2")
    inside_one_as(stack, "cilium-w3")


def override(stack: Any, node: str, name: str, router_id: str) -> None:
    one = {"node": node, "instances": [{"name": name, "routerId": router_id}]}
    stack["bgp"].setdefault("nodeOverrides", []).append(one)


def id_of_a_neighbor(stack: Any) -> None:
    override(stack, "cilium-ctr", "instance-65001", NODES["cilium-w3"])


def id_of_the_router(stack: Any) -> None:
    override(stack, "cilium-w2", "instance-65001", "192.168.10.200")


def override_of_no_instance(stack: Any) -> None:
    override(stack, "cilium-w3", "instance-65002", "192.0.2.7")


def selects_no_node(stack: Any) -> None:
    cluster_config(stack, "cilium-w1")["nodeSelector"] = {"matchLabels": {"rack": "one"}}


def local_preference(stack: Any) -> None:
    stack["bgp"]["advertisements"][0]["advertisements"][0]["localPreference"] = 200


def preference(node: str, *expected: int | None) -> Look:
    return lambda view: [path.get("locPrf") for path in view.paths.get(PODS[node], [])] == list(expected)


NAMES = Deployment(
    "names",
    base=two_inside_the_as,
    mistakes=(
        # Between two ASes one id for two is no reason to refuse (RFC 6286): both go by one name.
        Mistake("B20", id_of_a_neighbor, (router_id("cilium-ctr", NODES["cilium-w3"]), session_up("cilium-ctr"))),
        Mistake("B20", id_of_the_router, (session_down("cilium-w2"),), (on_router("cilium-w2"), "FRR says")),
        Mistake(
            "B19",
            override_of_no_instance,
            (router_id("cilium-w3", NODES["cilium-w3"]),),
            ("cilium-w3 instance-65002", "the node has no instance instance-65002"),
            unseen=True,
        ),
        Mistake(
            "B18",
            selects_no_node,
            (session_down("cilium-w1"), told("CiliumBGPClusterConfig", "cilium-w1", "NoMatchingNode")),
            ("cilium-w1", "CiliumBGPClusterConfig cilium-w1"),
        ),
        Mistake("B30", local_preference, (preference("cilium-ctr", None),), unseen=True),
    ),
    well=(
        ("the-override-of-b20-counts", router_id("cilium-ctr", NODES["cilium-w3"])),
        ("local-preference-inside-the-as", preference("cilium-w3", 200)),
    ),
)

# --- sessions without routes; and a node that the router does not know ---


def no_families(stack: Any) -> None:
    own_peer_config(stack, "cilium-ctr")["families"] = []


def no_peer_config(stack: Any) -> None:
    del instance(stack, "cilium-w1")["peers"][0]["peerConfigRef"]


def misspelt_family_label(stack: Any) -> None:
    own_peer_config(stack, "cilium-w2")["families"][0]["advertisements"] = {"matchLabels": {"advertise": "bpg"}}


def one_neighbor_too_few(stack: Any) -> None:
    stack["routers"][0]["bgp"]["neighbors"].remove(neighbor(stack, "cilium-w3"))


EMPTY = Deployment(
    "empty",
    base=a_config_each,
    mistakes=(
        Mistake(
            "B5", no_families, (up_and_empty("cilium-ctr"),), ("cilium-ctr - cilium-r", "no family of peer config")
        ),
        Mistake(
            "B5", no_peer_config, (up_and_empty("cilium-w1"),), ("cilium-w1 - cilium-r", "the peer has no peer config")
        ),
        Mistake(
            "B6",
            misspelt_family_label,
            (up_and_empty("cilium-w2"),),
            ("cilium-w2 - cilium-r", "no advertisement has the labels"),
        ),
        Mistake(
            "B22",
            one_neighbor_too_few,
            (session_down("cilium-w3"),),
            (on_router("cilium-w3"), "FRR has no neighbor 192.168.20.100"),
        ),
    ),
)


# --- between two ASes the router's own id is no reason to refuse either (RFC 6286) ---


def id_of_the_router_next_door(stack: Any) -> None:
    override(stack, "cilium-w1", "instance-65001", "192.168.10.200")


IDS = Deployment(
    "ids",
    base=a_config_each,
    mistakes=(
        Mistake("B20", id_of_the_router_next_door, (router_id("cilium-w1", "192.168.10.200"), session_up("cilium-w1"))),
    ),
)


# `up` puts a router back whose sessions do not outlive a reload: one that is to be lost must be down before.
DEPLOYMENTS = (DOWN, LOCKED, NAMES, EMPTY, IDS)


@pytest.fixture(scope="module")
def rule_lab(lab: Edge) -> Iterator[RuleLab]:
    """A good stack with a cluster config for each node, and two secrets."""
    before = copy.deepcopy(lab.original)
    for name in ("bgp-auth", "bgp-other"):
        lab.run("config", "set-secret", name, stdin=f"the-{name}-of-the-lab")
    lab.original = yaml.safe_load((lab.dir / f"Pulumi.{lab.stack}.yaml").read_text())
    yield RuleLab(lab, DEPLOYMENTS, a_config_each)
    lab.original = before


@mistakes_of(*DEPLOYMENTS)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(*DEPLOYMENTS)
def test_beside_it_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    assert look in rule_lab.show(deployment).true


def test_the_shipped_stack_is_proven_after_all_that(rule_lab: RuleLab) -> None:
    heal(rule_lab.edge)
    assert rule_lab.edge.verify()["green"]


def without_number(stack: Any) -> None:
    del stack["bgp"]["clusterConfigs"][0]["instances"][0]["localASN"]


def without_number_and_services(stack: Any) -> None:
    without_number(stack)
    del stack["bgp"]["advertisements"][1]


def test_b3_a_live_instance_that_loses_its_number_freezes(lab: Edge) -> None:
    """The sessions stay, and nothing that is changed from then on reaches the nodes' BGP."""
    heal(lab)
    for edit in (without_number, without_number_and_services):
        frozen = Shown(lab, Deployment(edit.__name__, (Mistake("B3", edit, (healthy,)),)))
        assert "B3" in named(frozen.plan)
        assert frozen.true == {healthy}
    heal(lab)


def test_up_refuses_what_plan_refuses(lab: Edge) -> None:
    def refused(stack: Any) -> None:
        stack["bgp"]["clusterConfigs"][0]["instances"][0]["peers"][0]["asn"] = 65010

    lab.change(refused)
    done = lab.run("up", ok=False)
    assert done.returncode == 2
    assert "B1 " in done.stderr
