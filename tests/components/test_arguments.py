"""Components by themselves: plain data in every spelling, Outputs inside, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import BgpControlPlane, CiliumIngress, CiliumInstall, EgressGatewayHA, LbIpam, RouterFRR
from components.args.pool import PoolArgs
from components.inputs.arguments import ArgumentError
from components.inputs.judged import Objection
from components.inputs.secrets import unknown
from components.kubernetes.places import former_places
from tests.components.program import registered

SSH = {"host": "192.0.2.7", "hostKey": "ssh-ed25519 AAAA", "privateKey": "-"}
# In spellings that the argument types do not have; what takes them is the test.
ROUTER: Any = {
    "connection": SSH,
    "interfaces": [{"name": "eth1", "address": "192.168.10.200/24"}],
    "bgp": {
        "asn": 65000,
        "router_id": "192.168.10.200",
        "ebgp_requires_policy": False,
        "peer_groups": [{"name": "nodes", "remote_as": 65001, "password_config": "tor"}],
        "neighbors": [{"address": "192.168.10.100", "peer_group": "nodes"}],
    },
}
PASSWORDS = {"tor": "one-word"}
Inputs = dict[str, dict[str, Any]]


def made(program: Callable[[], Any], *, preview: bool = False) -> Inputs:
    """Resource name -> its inputs, as the engine gets them; an unknown value is left out or an UNKNOWN."""
    return {name: inputs for _, name, inputs in registered(program, "theirs", "prod", preview=preview)}


def but(**changed: Any) -> Any:
    """The router with other arguments."""
    return {**ROUTER, **changed}


def late(value: Any) -> pulumi.Output[Any]:
    """Known, and an Output all the same; one made outside of the program's loop never comes."""
    return pulumi.Output.from_input(value).apply(lambda known: known)


POOL = {
    "apiVersion": "cilium.io/v2",
    "kind": "CiliumLoadBalancerIPPool",
    "metadata": {"name": "blue"},
    "spec": {"blocks": [{"cidr": "192.0.2.0/28"}], "allowFirstLastIPs": "No"},
}


@pytest.mark.parametrize("key", ["allow_first_last_ips", "allowFirstLastIPs", "allowFirstLastIps"])
@pytest.mark.parametrize("cidr", ["192.0.2.0/28", late])
def test_keys_in_each_spelling_and_outputs_make_the_same_object(key: str, cidr: Any) -> None:
    def program() -> None:
        pool: Any = {"name": "blue", "blocks": [{"cidr": late("192.0.2.0/28") if callable(cidr) else cidr}], key: "No"}
        LbIpam("theirs", {"pools": [pool]})

    assert made(program)["theirs-blue"] == POOL


def test_an_older_cilium_gets_its_own_version_of_the_kind() -> None:
    pools: list[PoolArgs] = [{"name": "p", "blocks": [{"cidr": "192.0.2.0/28"}]}]
    found = made(lambda: LbIpam("a", {"pools": pools, "version": "1.16.4"}))
    assert found["a-p"]["apiVersion"] == "cilium.io/v2alpha1"


def test_what_only_an_apply_knows_is_planned_by_its_name() -> None:
    found = made(lambda: LbIpam("a", {"pools": [{"name": "p", "blocks": [{"cidr": unknown()}]}]}), preview=True)
    assert found["a-p"]["metadata"] == {"name": "p"} and "blocks" not in (found["a-p"].get("spec") or {})


def peers(asn: Any) -> Any:
    return {
        "cluster_configs": [
            {
                "name": "edge",
                "node_selector": {"match_labels": {"bgp": "yes"}},
                "instances": [
                    {
                        "name": "65001",
                        "local_asn": 65001,
                        "peers": [{"name": "tor", "asn": asn, "address": "192.168.10.200", "peer_config_ref": "tor"}],
                    }
                ],
            }
        ],
        "peer_configs": [
            {
                "name": "tor",
                "auth_secret_ref": "tor",
                "families": [{"afi": "ipv4", "advertisements": {"match_labels": {"announce": "pods"}}}],
            }
        ],
        "advertisements": [{"name": "pods", "labels": {"announce": "pods"}, "advertisements": [{"type": "PodCIDR"}]}],
        "auth_secrets": [{"name": "tor", "password_config": "tor"}],
        "passwords": PASSWORDS,
    }


@pytest.mark.parametrize("asn", [65000, 65000.0, "65000", late])
def test_an_as_number_of_another_stack_comes_late(asn: Any) -> None:
    found = made(lambda: BgpControlPlane("bgp", peers(late(65000) if callable(asn) else asn)))
    [instance] = found["bgp-clusterconfig-edge"]["spec"]["bgpInstances"]
    assert [(peer["name"], peer["peerASN"]) for peer in instance["peers"]] == [("tor", 65000)]
    assert found["bgp-advertisement-pods"]["metadata"]["labels"] == {"announce": "pods"}
    assert found["bgp-auth-tor"]["metadata"] == {"name": "tor", "namespace": "kube-system"}


def test_a_router_tells_what_others_need_and_hides_its_password() -> None:
    told: dict[str, Any] = {}

    def program() -> None:
        router = RouterFRR("tor", but(passwords=late(PASSWORDS)))
        pulumi.Output.all(router.router_id, router.asn, router.addresses).apply(lambda all_: told.update(all=all_))

    found = made(program)
    assert told["all"] == ["192.168.10.200", 65000, ["192.168.10.200"]]
    assert "neighbor nodes password one-word" in str(found["tor-conf"]["stdin"])
    assert "hostname tor" in str(found["tor-conf"]["stdin"])
    assert "OWNER='theirs/prod/tor'" in found["tor-conf"]["create"]


def test_a_router_whose_neighbors_come_late() -> None:
    def program(as_it_is: Callable[[Any], Any]) -> Any:
        bgp = {**ROUTER["bgp"], "neighbors": as_it_is(ROUTER["bgp"]["neighbors"])}
        return RouterFRR("tor", but(bgp=bgp, passwords=PASSWORDS))

    now, then = made(lambda: program(lambda value: value)), made(lambda: program(late))
    assert now["tor-conf"] == then["tor-conf"]


def test_values_that_depend_on_what_comes_late() -> None:
    def program(server: Any) -> Any:
        return CiliumInstall(
            "cilium",
            {"version": "1.18.3", "bgp": True, "api_server": server, "values": {"operator": {"replicas": 2.0}}},
        )

    now, then = made(lambda: program("10.0.0.1")), made(lambda: program(late("10.0.0.1")))
    assert now["cilium"] == then["cilium"]
    values = now["cilium"]["values"]
    assert values["k8sServiceHost"] == "10.0.0.1" and values["bgpControlPlane"]["enabled"] is True
    assert values["operator"] == {"replicas": 2}
    assert now["cilium"]["repositoryOpts"] and "ciliumbgppeerconfigs.cilium.io" in now["cilium-crds"]["create"]


GROUPS = [{"nodeSelector": {"matchLabels": {"egress": "yes"}}, "interface": "eth1"}]
PODS = [{"podSelector": {"matchLabels": {"app": "shop"}}}]


def test_gateways_with_addresses_and_an_image_that_come_late() -> None:
    def program(as_it_is: Callable[[Any], Any]) -> Any:
        policy: Any = {
            "name": "out",
            "selectors": PODS,
            "destinationCIDRs": [as_it_is("198.51.100.0/24")],
            "egressGroups": GROUPS,
            "egressCIDRs": [as_it_is("172.18.0.84/31")],
        }
        image = "registry.example.com/ha@sha256:" + 64 * "0"
        return EgressGatewayHA(
            "egress",
            {"policies": [policy], "api_server": as_it_is("10.0.0.1"), "ha": {"image": as_it_is(image), "replicas": 3}},
        )

    now, then = made(lambda: program(lambda value: value)), made(lambda: program(late))
    assert now == then and now["egress-out"]["kind"] == "EgressGatewayHAPolicy"
    assert now["egress-deployment"]["spec"]["replicas"] == 3


def test_an_ingress_in_a_namespace_comes_late() -> None:
    def program(service: Any) -> Any:
        rules = [{"paths": [{"service": service, "port": 80}]}]
        return CiliumIngress(
            "web", {"ingresses": [{"name": "shop", "namespace": "shop", "rules": rules, "annotations": {"a": "b"}}]}
        )

    now, then = made(lambda: program("shop")), made(lambda: program(late("shop")))
    assert now == then and set(now) == {"web", "web-ingress-shop-shop"}


UNKNOWN_KEY: Any = {"pool": []}
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "an argument that is none": (lambda: LbIpam("a", UNKNOWN_KEY), "pool: expected one of pools, version"),
    "a list that is late": (lambda: LbIpam("a", {"pools": late([])}), "pools: expected a list that is known"),
    "a name that is late": (
        lambda: LbIpam("a", {"pools": [{"name": late("x"), "blocks": [{"cidr": "192.0.2.0/28"}]}]}),
        "pools[0].name: expected a text that is known",
    ),
    "a version that is late": (
        lambda: LbIpam("a", {"pools": [], "version": late("1.18.0")}),
        "version: expected a text",
    ),
    "what is no prefix": (
        lambda: LbIpam("a", {"pools": [{"name": "x", "blocks": [{"cidr": "192.0.2.1/28"}]}]}),
        "pools[0].blocks[0].cidr: expected a prefix",
    ),
    "a host without a key": (
        lambda: RouterFRR("tor", but(connection={"host": "h"})),
        "connection.host_key: expected the host's public key",
    ),
    "a password that is missing": (lambda: RouterFRR("tor", ROUTER), "passwords.tor: expected a BGP password"),
    "groups without an API server": (
        lambda: EgressGatewayHA(
            "e",
            {
                "policies": [
                    {
                        "name": "out",
                        "selectors": PODS,
                        "destination_cidrs": ["198.51.100.0/24"],
                        "egress_groups": GROUPS,
                    }
                ]
            },
        ),
        "apiServer: expected",
    ),
    "two of one name": (
        lambda: LbIpam(
            "a", {"pools": [{"name": "x", "blocks": [{"cidr": cidr}]} for cidr in ("192.0.2.0/28", "192.0.2.16/28")]}
        ),
        "pools",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_said_in_a_line(name: str) -> None:
    program, words = REFUSED[name]
    with pytest.raises(ArgumentError) as caught:
        made(program)
    assert words in str(caught.value) and isinstance(caught.value, pulumi.RunError)


def test_rules_object_to_one_component() -> None:
    bgp = {**ROUTER["bgp"], "ebgp_requires_policy": True}
    with pytest.raises(Objection, match=r"^tor: 1 mistake.*\n  B27 bgp\.ebgpReq.*; fix: set bgp\."):
        made(lambda: RouterFRR("tor", but(bgp=bgp, passwords=PASSWORDS)))


def test_two_clusters_of_one_program_keep_their_pools_apart() -> None:
    def program() -> None:
        aliases = former_places("east-blue", POOL, "east")
        assert [alias.type_ for alias in aliases] == ["kubernetes:cilium.io/v2alpha1:CiliumLoadBalancerIPPool"]
        assert any(alias.parent for alias in former_places("lb-blue", POOL, "lb"))

    made(program)
