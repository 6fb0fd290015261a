"""From the document of a stack file to a StackConfig, or to every problem at once."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError, Problem
from config.load import parse
from config.stack import StackConfig
from tests.config.dev_stack import document

Document = dict[str, Any]


def error(change: Callable[[Document], object]) -> ConfigError:
    """The error that parse raises after one change of the dev stack's document."""
    changed = document()
    change(changed)
    with pytest.raises(ConfigError) as caught:
        parse(changed, "dev")
    return caught.value


def test_the_dev_stack_loads() -> None:
    stack = parse(document(), "dev")
    assert [node.name for node in stack.nodes] == ["cilium-ctr", "cilium-w1", "cilium-w2", "cilium-w3"]
    assert str(stack.nodes[3].address) == "192.168.20.100"
    assert stack.routers[0].bgp.asn == 65000
    assert stack.bgp is not None and stack.bgp.cluster_configs[0].instances[0].local_asn == 65001
    assert stack.bgp_nodes() == stack.nodes


def test_parse_leaves_the_document_as_it_was() -> None:
    given_document = document()
    parse(given_document, "dev")
    assert given_document == document()


def test_only_the_selected_nodes_speak_bgp_and_a_node_label_wins_over_ours() -> None:
    changed = document()
    changed["nodes"][1]["labels"] = {"enable-bgp": "false"}
    assert [node.name for node in parse(changed, "dev").bgp_nodes()] == ["cilium-ctr", "cilium-w2", "cilium-w3"]


def test_several_errors_all_appear_with_path_expected_and_got() -> None:
    def change(stack: Document) -> None:
        stack["cluster"]["apiServer"] = "nowhere"
        stack["nodes"][3]["interfaces"][0]["address"] = "192.168.20.100"
        stack["routers"][0]["bgp"]["asn"] = 65535
        stack["cilium"]["routingMode"] = "direct"
        stack["bgp"]["peerConfigs"][0]["ebgpMultihop"] = 300
        stack["workloads"][0]["replica"] = 3
        del stack["services"][0]["name"]

    raised = error(change)
    expected = {
        Problem("cluster.apiServer", "an IP address such as 192.168.10.200", "'nowhere'"),
        Problem(
            "nodes[3].interfaces[0].address",
            "an address with its prefix length such as 192.168.10.200/24",
            "'192.168.20.100'",
        ),
        Problem(
            "routers[0].bgp.asn", "an AS number (1 to 4294967294 but not 65535, or asdot such as 64512.10)", "65535"
        ),
        Problem("cilium.routingMode", "'native' or 'tunnel'", "'direct'"),
        Problem("bgp.peerConfigs[0].ebgpMultihop", "less than or equal to 255", "300"),
        Problem("workloads[0].replica", "a known key", "an unknown key (a typo, or the wrong place)"),
        Problem("services[0].name", "a value (the key is required)", "nothing"),
    }
    assert set(raised.problems) >= expected
    lines = str(raised).splitlines()
    assert lines[0] == f"stack dev: {len(raised.problems)} problem(s) in the stack file"
    assert {line.strip() for line in lines[1:]} == {str(problem) for problem in raised.problems}
    assert "  cilium.routingMode: expected 'native' or 'tunnel', got 'direct'" in lines


def test_an_unknown_key_is_named_where_it_stands() -> None:
    raised = error(lambda stack: stack["routers"][0]["bgp"].update(asm=1))
    assert raised.problems == (
        Problem("routers[0].bgp.asm", "a known key", "an unknown key (a typo, or the wrong place)"),
    )


def test_a_missing_key_is_named_as_the_stack_file_spells_it() -> None:
    raised = error(lambda stack: stack["cluster"].pop("podCIDR"))
    assert raised.problems == (Problem("cluster.podCIDR", "a value (the key is required)", "nothing"),)


@pytest.mark.parametrize("key", ["cluster", "nodes"])
def test_a_missing_part_of_the_stack_is_named(key: str) -> None:
    raised = error(lambda stack: stack.pop(key))
    assert raised.problems == (Problem(key, "a value (the key is required)", "nothing"),)


def test_a_bad_entry_of_a_list_is_one_problem_and_not_also_a_list_that_is_too_short() -> None:
    raised = error(lambda stack: stack["pools"][0]["blocks"][0].update(cidr="172.16.1.1/24"))
    assert [problem.path for problem in raised.problems] == ["pools[0].blocks[0].cidr"]


@pytest.mark.parametrize("value", [{}, [], "soon"], ids=repr)
def test_the_path_of_a_wrong_union_value_ends_at_its_yaml_key(value: object) -> None:
    raised = error(lambda stack: stack["bgp"]["peerConfigs"][0].update(gracefulRestart=value))
    assert {problem.path for problem in raised.problems} == {"bgp.peerConfigs[0].gracefulRestart"}


def test_a_bad_label_key_is_shown_itself_and_not_its_value() -> None:
    raised = error(lambda stack: stack["nodes"][0].update(labels={"bad key": "fine"}))
    assert [problem.got for problem in raised.problems] == ["'bad key'"]


def test_a_key_that_is_no_text_is_told_at_the_stack_itself() -> None:
    number_as_key: Any = {7: "seven"}
    raised = error(lambda stack: stack.update(number_as_key))
    assert [problem.path for problem in raised.problems] == ["cilium-edge:stack"]


def test_a_long_value_is_shortened_in_the_message() -> None:
    raised = error(lambda stack: stack["cluster"].update(apiServer="x" * 500))
    assert raised.problems[0].got == "'" + "x" * 76 + "..."


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("nodes", "cilium-ctr"),
        ("routers", "cilium-r"),
        ("pools", "cilium-pool"),
        ("services", "default/webpod"),
        ("workloads", "default/webpod"),
    ],
)
def test_a_name_that_is_declared_twice_is_refused(kind: str, name: str) -> None:
    raised = error(lambda stack: stack[kind].append(copy.deepcopy(stack[kind][0])))
    assert Problem(kind, "each name once", f"{name} 2 times") in raised.problems


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("clusterConfigs", "cilium-bgp"),
        ("peerConfigs", "cilium-peer"),
        ("advertisements", "bgp-advertisements"),
    ],
)
def test_a_bgp_object_that_is_declared_twice_is_refused(kind: str, name: str) -> None:
    raised = error(lambda stack: stack["bgp"][kind].append(copy.deepcopy(stack["bgp"][kind][0])))
    assert Problem(f"bgp.{kind}", "each name once", f"{name} 2 times") in raised.problems


def test_an_instance_and_a_peer_that_are_declared_twice_are_refused() -> None:
    def twice(stack: Any) -> None:
        instances = stack["bgp"]["clusterConfigs"][0]["instances"]
        instances[0]["peers"] *= 2
        instances.append(copy.deepcopy(instances[0]))

    where = "bgp.clusterConfigs[0].instances"
    assert Problem(where, "each name once", "instance-65001 2 times") in error(twice).problems
    assert Problem(f"{where}[1].peers", "each name once", "tor-switch 2 times") in error(twice).problems


def test_a_router_must_not_have_the_name_of_a_node() -> None:
    raised = error(lambda stack: stack["routers"][0].update(name="cilium-w1"))
    assert raised.problems == (Problem("nodes, routers and outposts", "each name once", "cilium-w1 2 times"),)


def test_one_name_in_two_namespaces_is_two_services() -> None:
    changed = document()
    changed["services"].append({**changed["services"][0], "namespace": "other"})
    assert len(parse(changed, "dev").services) == 2


def test_a_neighbor_of_an_undeclared_peer_group_is_refused() -> None:
    raised = error(lambda stack: stack["routers"][0]["bgp"]["neighbors"][2].update(peerGroup="CILIUMS"))
    assert raised.problems == (Problem("routers[0].bgp.neighbors[2].peerGroup", "a declared peer group", "CILIUMS"),)


def test_a_neighbor_with_neither_remote_as_nor_peer_group_is_refused() -> None:
    raised = error(lambda stack: stack["routers"][0]["bgp"]["neighbors"][1].pop("peerGroup"))
    assert raised.problems == (
        Problem("routers[0].bgp.neighbors[1]", "either remoteAs, or a peerGroup with remoteAs", "neither"),
    )


def test_a_workload_on_an_undeclared_node_is_refused_with_the_nodes_that_there_are() -> None:
    raised = error(lambda stack: stack["workloads"][1].update(node="cilium-w9"))
    nodes = "cilium-ctr, cilium-w1, cilium-w2, cilium-w3"
    assert raised.problems == (Problem("workloads[1].node", f"a declared node ({nodes})", "cilium-w9"),)


def test_a_lab_node_needs_its_pod_cidr_only_where_kubernetes_does_the_ipam() -> None:
    raised = error(lambda stack: stack["nodes"][2].pop("podCIDR"))
    assert [problem.path for problem in raised.problems] == ["nodes[2].podCIDR"]
    changed = document()
    del changed["nodes"][2]["podCIDR"]
    changed["cilium"]["ipam"] = "cluster-pool"
    assert parse(changed, "dev").nodes[2].pod_cidr is None


@pytest.mark.parametrize(
    ("thing", "got"),
    [(None, "nothing"), ([], "list"), ("text", "str"), (7, "int"), (True, "bool"), (1.5, "float")],
)
def test_what_is_not_an_object_is_no_stack(thing: object, got: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(thing, "dev")
    assert caught.value.problems == (Problem("cilium-edge:stack", "an object", got),)


# --- fuzz: one place of the document becomes something else ---

Path = tuple[str | int, ...]


def places(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every leaf and every subtree."""
    if here:
        yield here
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from places(inner, (*here, key))


def replaced(place: Path, value: Any) -> Document:
    changed = document()
    inner: Any = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


def at(place: Path) -> Any:
    inner: Any = document()
    for step in place:
        inner = inner[step]
    return inner


PLACES = sorted(places(document()), key=str)
# Lone surrogates are in: JSON can carry them.
texts = st.text(st.characters(), max_size=20)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | texts
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
# A part of the document in a wrong place gets further than noise does.
parts = st.sampled_from(PLACES).map(at)


@settings(max_examples=400)
@given(st.sampled_from(PLACES), json_values | parts)
def test_any_json_value_in_any_place_loads_or_is_a_config_error(place: Path, value: Any) -> None:
    try:
        assert isinstance(parse(replaced(place, value), "fuzz"), StackConfig)
    except ConfigError as raised:
        assert raised.problems
        assert all(problem.path and problem.expected and problem.got for problem in raised.problems)
        assert str(raised).startswith(f"stack fuzz: {len(raised.problems)} problem(s)")


def test_a_wrong_leaf_is_reported_at_its_own_yaml_path() -> None:
    leaves = [place for place in PLACES if not isinstance(at(place), (dict, list))]
    loaded = set()
    for place in leaves:
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)[1:]
        try:
            parse(replaced(place, "neither / nor"), "dev")
        except ConfigError as raised:
            # A wrong discriminator of a union is reported at the union.
            assert {path, path.removesuffix(".kind")} & {problem.path for problem in raised.problems}
        else:
            loaded.add(path)
    free_text = (
        "workloads[0].image",
        "workloads[1].image",
        "workloads[1].command",
        "cilium.values",
        "bgp.clusterConfigs[0].instances[0]",
    )
    assert {path for path in loaded if not path.startswith(free_text)} == set()
