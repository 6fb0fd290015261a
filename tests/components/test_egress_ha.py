"""The objects of egress HA: the schema keeps every field, the roles suffice and are no more, the pods start."""

from __future__ import annotations

import copy
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.egress.crd import definition, ha_policy
from components.egress.firewall import host_policy
from components.egress.rbac import CONTROLLER, NODE, rbac
from components.egress.workloads import workloads
from config.egress import HA_API_VERSION, HA_GROUP, HA_KIND, EgressHA, EgressPolicy
from config.load import parse
from controllers.egress_ha import command_line
from controllers.egress_ha.replica.controller import APP
from controllers.egress_ha.replica.declared_policy import DeclaredPolicy, PolicyReader
from controllers.egress_ha.replica.policy_status import with_transition_times
from tests.components.program import declared
from tests.config.dev_stack import dev_stack
from tests.controllers.test_decision import EAST, OLD, decided, policy

EGRESS = yaml.safe_load((Path(__file__).parents[2] / "Pulumi.egress.yaml").read_text())["config"]["cilium-edge:stack"]
SCHEMA = definition()["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
SERVER = ("192.168.10.100", "6443")


def wrong(value: Any, schema: dict[str, Any], path: str = "") -> list[str]:
    """Where the value does not fit the schema, or would lose a field by it."""
    kind = schema["type"]
    fits: Any = {"object": dict, "array": list, "string": str, "integer": int}[kind]
    if not isinstance(value, fits) or isinstance(value, bool):
        return [f"{path}: no {kind}"]
    found = []
    if kind == "object":
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        found += [f"{path}.{key}: missing" for key in schema.get("required", []) if key not in value]
        for key, inner in value.items():
            under = known.get(key, others)
            found += [f"{path}.{key}: pruned"] if under is None else wrong(inner, under, f"{path}.{key}")
    elif kind == "array":
        found += [f"{path}: too short"] if len(value) < schema.get("minItems", 0) else []
        for i, inner in enumerate(value):
            found += wrong(inner, schema["items"], f"{path}[{i}]")
    elif kind == "integer":
        found += (
            [f"{path}: out of range"]
            if not schema.get("minimum", value) <= value <= schema.get("maximum", value)
            else []
        )
    elif "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: not in the list")
    return found


labels = st.dictionaries(st.sampled_from(["app", "topology.kubernetes.io/zone"]), st.just("x"), max_size=2)
expressions = st.lists(
    st.sampled_from(
        [
            {"key": "a", "operator": "In", "values": ["x", "y"]},
            {"key": "b", "operator": "DoesNotExist"},
        ]
    ),
    max_size=2,
)
selectors = st.fixed_dictionaries({}, optional={"matchLabels": labels, "matchExpressions": expressions})
groups = st.fixed_dictionaries(
    {},
    optional={
        "nodeSelector": selectors,
        "interface": st.just("eth1"),
        "egressIP": st.sampled_from(["172.18.0.42", "fd00::1"]),
        "maxGatewayNodes": st.sampled_from([1, 64]),
    },
)
cidrs = st.lists(st.sampled_from(["0.0.0.0/0", "10.0.0.0/8", "fd00::/64"]), min_size=1, max_size=3)
policies = st.fixed_dictionaries(
    {
        "name": st.just("ha"),
        "destinationCIDRs": cidrs,
        "egressGroups": st.lists(groups, min_size=1, max_size=3),
        "selectors": st.lists(
            st.fixed_dictionaries(
                {}, optional={"podSelector": selectors, "namespaceSelector": selectors, "nodeSelector": selectors}
            ),
            min_size=1,
            max_size=2,
        ),
    },
    optional={
        "excludedCIDRs": cidrs,
        "egressCIDRs": cidrs,
        "azAffinity": st.sampled_from(["disabled", "localOnly", "localOnlyFirst", "localPriority"]),
    },
)


@given(policies)
def test_the_schema_keeps_the_policy_and_the_controller_reads_the_same_again(document: Any) -> None:
    item = EgressPolicy.model_validate(document)
    made = ha_policy(item)
    assert wrong(made["spec"], SCHEMA["properties"]["spec"]) == []
    made["metadata"]["uid"] = "u"
    read = PolicyReader().declared(made)
    assert isinstance(read, DeclaredPolicy) and read.policy == item


@pytest.mark.parametrize(
    "one",
    [
        decided(policy(OLD)),
        decided(policy(OLD), down=(EAST,)),
        decided(policy()),
        decided(policy(egressCIDRs=[])),
        decided(policy(OLD, egressCIDRs=["172.18.0.84/32"])),
        decided(policy(OLD, azAffinity="disabled")),
    ],
)
def test_the_schema_keeps_the_status(one: Any) -> None:
    from datetime import UTC, datetime

    status = with_transition_times(one.status, {}, datetime(2026, 1, 1, tzinfo=UTC))
    assert wrong(status, SCHEMA["properties"]["status"]) == []


def test_the_schema_is_structural_and_the_check_above_can_fail() -> None:
    def structural(schema: dict[str, Any], path: str) -> None:
        assert schema["type"] in ("object", "array", "string", "integer"), path
        assert not {"properties", "additionalProperties"} <= schema.keys(), path
        assert set(schema.get("required", ())) <= schema.get("properties", {}).keys(), path
        for key, inner in schema.get("properties", {}).items():
            structural(inner, f"{path}.{key}")
        for key in ("items", "additionalProperties"):
            if key in schema:
                structural(schema[key], f"{path}.{key}")

    structural(SCHEMA, "")
    spec = SCHEMA["properties"]["spec"]
    assert wrong({"selectors": [{"x": 1}], "destinationCIDRs": [], "azAffinity": "no"}, spec) == [
        ".egressGroups: missing",
        ".selectors[0].x: pruned",
        ".destinationCIDRs: too short",
        ".azAffinity: not in the list",
    ]
    assert wrong({"groupStatuses": [{"activeGatewayIPs": [1]}]}, SCHEMA["properties"]["status"])


def test_the_kind_is_the_one_that_the_controller_asks_for() -> None:
    made = definition()
    names = made["spec"]["names"]
    assert (made["spec"]["group"], names["kind"]) == (HA_GROUP, HA_KIND)
    assert f"{HA_GROUP}/{made['spec']['versions'][0]['name']}" == HA_API_VERSION
    assert made["metadata"]["name"] == f"{names['plural']}.{HA_GROUP}" and made["spec"]["scope"] == "Cluster"
    assert made["spec"]["versions"][0]["subresources"] == {"status": {}}


# --- roles ---


def test_every_role_is_bound_to_the_account_of_its_pods() -> None:
    ha = EgressHA(namespace="edge")
    objects = rbac(ha)
    accounts = {o["metadata"]["name"] for o in objects if o["kind"] == "ServiceAccount"}
    assert accounts == {CONTROLLER, NODE}
    bindings = [o for o in objects if o["kind"].endswith("Binding")]
    for binding in bindings:
        name = binding["metadata"]["name"]
        account = name.removesuffix("-events")
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": account, "namespace": "edge"}]
        assert binding["kind"] == binding["roleRef"]["kind"] + "Binding" and binding["roleRef"]["name"] == name
    assert {o["metadata"]["namespace"] for o in objects if not o["kind"].startswith("Cluster")} == {"edge", "default"}
    assert len(bindings) == 5
    pods = {
        o["kind"]: o["spec"]["template"]["spec"]["serviceAccountName"]
        for o in made(ha).values()
        if "template" in o["spec"]
    }
    assert pods == {"Deployment": CONTROLLER, "DaemonSet": NODE}


# --- pods ---


def made(ha: EgressHA, *items: dict[str, Any]) -> dict[str, dict[str, Any]]:
    base = {"name": "ha", "destinationCIDRs": ["0.0.0.0/0"]}
    found = [EgressPolicy.model_validate({**base, "egressGroups": [item]}) for item in items]
    selectors = [group.node_selector for policy in found for group in policy.egress_groups]
    return {item["kind"]: item for item in workloads(ha, selectors, SERVER, dev_stack().cilium)}


GW = {
    "nodeSelector": {"matchLabels": {"egress-gw": "true"}, "matchExpressions": [{"key": "old", "operator": "Exists"}]}
}
AS_TERMS = [{"key": "egress-gw", "operator": "In", "values": ["true"]}, {"key": "old", "operator": "Exists"}]


def pod(item: dict[str, Any]) -> dict[str, Any]:
    inner: dict[str, Any] = item["spec"]["template"]["spec"]
    return inner


def test_the_processes_understand_their_arguments() -> None:
    ha = EgressHA.model_validate(
        {
            "namespace": "edge",
            "probeInterval": 0.5,
            "misses": 4,
            "recoveries": 5,
            "maxHold": 7,
            "addressLifetime": 9,
            "lease": 3,
            "probePort": 5000,
            "metricsPort": 6000,
            "uplinkChecks": False,
            "settle": 2,
            "agentHealthPort": 9999,
            "metricsListen": "loopback",
        }
    )
    for kind, role in (("Deployment", "controller"), ("DaemonSet", "node")):
        container = pod(made(ha, GW)[kind])["containers"][0]
        said, parsed, given = command_line.parse([*container["args"], "--address=192.0.2.1"])
        assert (said, parsed) == (role, ha)
        names = {e["name"]: e.get("value") or e["valueFrom"]["fieldRef"]["fieldPath"] for e in container["env"]}
        assert said == role and str(given.keys) == "/run/egress-ha/keys.json"
        assert container["volumeMounts"] == [{"name": "keys", "mountPath": "/run/egress-ha"}]
        assert names == {
            "POD_NAME": "metadata.name",
            "NODE_NAME": "spec.nodeName",
            "HOST_IP": "status.hostIP",
            "KUBERNETES_SERVICE_HOST": SERVER[0],
            "KUBERNETES_SERVICE_PORT": SERVER[1],
        }
        assert pod(made(ha, GW)[kind])["hostNetwork"] is True


def test_replicas_find_each_other_by_label_and_stand_apart_from_gateways() -> None:
    objects = made(EgressHA(replicas=3), GW)
    deployment = objects["Deployment"]
    key, _, value = APP.partition("=")
    assert deployment["spec"]["template"]["metadata"]["labels"] == {key: value}
    assert deployment["spec"]["replicas"] == 3 and deployment["spec"]["selector"] == {"matchLabels": {key: value}}
    affinity = pod(deployment)["affinity"]
    (apart,) = affinity["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    assert apart == {"labelSelector": {"matchLabels": {key: value}}, "topologyKey": "kubernetes.io/hostname"}
    preferred = affinity["nodeAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    assert [term["preference"]["matchExpressions"] for term in preferred] == [
        [{"key": "egress-gw", "operator": "NotIn", "values": ["true"]}],
        [{"key": "old", "operator": "DoesNotExist"}],
    ]
    may = pod(deployment)["containers"][0]["securityContext"]
    assert may["runAsNonRoot"] and may["runAsUser"] and may["capabilities"] == {"drop": ["ALL"]}
    assert not may["allowPrivilegeEscalation"] and may["readOnlyRootFilesystem"]
    assert objects["PodDisruptionBudget"]["spec"] == {"maxUnavailable": 1, "selector": {"matchLabels": {key: value}}}


def test_the_node_part_runs_on_every_gateway_and_may_do_what_it_does() -> None:
    spec = pod(made(EgressHA(), GW, {"nodeSelector": {"matchLabels": {"b": "1"}}})["DaemonSet"])
    terms = spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert [t["matchExpressions"] for t in terms] == [AS_TERMS, [{"key": "b", "operator": "In", "values": ["1"]}]]
    may = spec["containers"][0]["securityContext"]
    assert may["capabilities"] == {"drop": ["ALL"], "add": ["NET_ADMIN", "NET_RAW"]}
    assert not may["allowPrivilegeEscalation"] and may["readOnlyRootFilesystem"]
    assert spec["tolerations"] == [{"operator": "Exists"}]
    # A group of all nodes means all nodes.
    assert "affinity" not in pod(made(EgressHA(), GW, {})["DaemonSet"])


def test_names_are_fit_for_the_api() -> None:
    for item in (*rbac(EgressHA()), *made(EgressHA(), GW).values()):
        assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", item["metadata"]["name"])


# --- the host firewall ---


def test_the_probes_ports_are_closed_to_world_and_pods_and_nothing_else_is_touched() -> None:
    policy = host_policy(EgressHA(probe_port=5000))
    spec = policy["spec"]
    assert spec["nodeSelector"] == {} and spec["enableDefaultDeny"] == {"ingress": False, "egress": False}
    assert not {"ingress", "egress", "egressDeny", "endpointSelector"} & spec.keys()
    ports = [rule["toPorts"][0]["ports"] for rule in spec["ingressDeny"]]
    assert ports == [[{"port": "5000", "protocol": "UDP"}, {"port": "5001", "protocol": "UDP"}]] * 2


@pytest.mark.parametrize("on", [True, False])
def test_the_host_policy_comes_with_the_host_firewall(on: bool) -> None:
    document = copy.deepcopy(EGRESS)
    document["cilium"].setdefault("values", {})["hostFirewall"] = {"enabled": on}
    kinds = [(kind, name) for kind, name, _ in declared(parse(document, "lab"))]
    assert any("firewall" in name for _, name in kinds) is on


@pytest.mark.parametrize("node", ["172.18.0.4", "fd00:18::4"])
def test_the_kubelet_asks_for_metrics_where_they_are_whatever_the_nodes_address_is(node: str) -> None:
    chosen, stack = EgressHA.model_validate({"metricsListen": "loopback", "image": "x"}), parse(EGRESS, "t")
    selectors = [group.node_selector for policy in stack.egress_policies for group in policy.egress_groups]
    made = workloads(chosen, selectors, SERVER, stack.cilium)
    [deployment] = [item for item in made if item["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["tcpSocket"]["host"] == chosen.metrics_on(ip_address(node))
