"""Every right of both parts is used, and every call of both parts is a right: docs/egress-rights.md is the table.

What the code calls is taken down from its methods as they run here. EDGE_SNAPSHOTS=write rewrites the table.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from components.egress.rbac import CONTROLLER, NODE, rbac
from config.egress import HA_KEYS, HA_LEASE, EgressHA
from controllers.egress_ha.gateway.process import GatewayProcess
from controllers.egress_ha.protocol.key_sync import ROTATION
from controllers.egress_ha.protocol.keys import KeyRing
from tests.controllers.fake_kube import FakeKube
from tests.controllers.test_controller import MADE, Replica

TABLE = Path(__file__).resolve().parents[2] / "docs" / "egress-rights.md"
_PLURALS = {
    "EgressGatewayHAPolicy": "egressgatewayhapolicies",
    MADE: "ciliumegressgatewaypolicies",
    "Node": "nodes",
    "Pod": "pods",
    "Event": "events",
    "Lease": "leases",
    "Secret": "secrets",
}
# A method of the client -> what the API asks the right for. Applying makes what is not there, and changes the rest.
_VERBS = {
    "get": {"get"},
    "list": {"list"},
    "watch": {"watch"},
    "create": {"create"},
    "replace": {"update"},
    "delete": {"delete"},
    "apply": {"create", "patch"},
    "apply status": {"patch"},
}
Right = tuple[str, str]


def used(kube: FakeKube) -> set[Right]:
    """(resource, verb) of every call."""
    found = set()
    for method, kind, _ in kube.calls:
        resource = _PLURALS[kind] + ("/status" if method == "apply status" else "")
        found |= {(resource, verb) for verb in _VERBS[method]}
    return found


def granted(account: str) -> Iterator[tuple[str, str, str, str]]:
    """Where, resource, name, verb of every right of a ServiceAccount, by its bindings."""
    objects = rbac(EgressHA())
    roles = {(one["kind"], one["metadata"]["name"]): one for one in objects if "rules" in one}
    for one in objects:
        if any(subject["name"] == account for subject in one.get("subjects", ())):
            role = roles[one["roleRef"]["kind"], one["roleRef"]["name"]]
            where = one["metadata"].get("namespace", "everywhere")
            for rule in role["rules"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        yield where, resource, ", ".join(rule.get("resourceNames", ())), verb


def followed(*watched: Any) -> None:
    """What a thread of a watch does: list, and watch."""
    for one in watched:
        try:
            one._follow()
        except Exception as error:
            assert "no more events" in str(error)


def controller_calls() -> FakeKube:
    one = Replica("ha", "taken", egressCIDRs=["172.18.0.84/31"])
    one.kube.calls.clear()
    controller = one.controller
    followed(controller._policies, controller._nodes, controller._made, controller._pods)
    one.round()
    one.hear(**{"10.0.0.4": None})
    one.round()
    del one.kube.objects["EgressGatewayHAPolicy", "ha"]
    one.round()
    controller._key_sync.round(time.time() + 2 * ROTATION)
    assert controller._election._try()
    controller._election._until = time.monotonic() + 9
    controller.resign()
    controller._events.record_gateways({"w3": True})
    controller._events.record_gateways({"w3": False})
    return one.kube


def node_calls() -> FakeKube:
    kube = FakeKube()
    node = GatewayProcess(kube.client(), EgressHA(), ip_address("192.0.2.1"), KeyRing())
    followed(node._policies)
    node._key_sync.round(time.time())
    assert node._assignment._refresh()
    return kube


def test_the_rights_of_both_parts_are_what_they_use() -> None:
    assert {(resource, verb) for _, resource, _, verb in granted(CONTROLLER)} == used(controller_calls())
    assert {(resource, verb) for _, resource, _, verb in granted(NODE)} == used(node_calls())


def test_what_is_written_by_name_is_named_and_nothing_else_of_its_kind_can_be_read() -> None:
    for account in (CONTROLLER, NODE):
        for where, resource, name, verb in granted(account):
            assert "*" not in (resource, verb)
            if resource in ("secrets", "leases"):
                assert name in (HA_KEYS, HA_LEASE) and where == "kube-system"
            if resource in ("secrets", "events", "pods", "leases"):
                assert where != "everywhere"


def test_the_table_in_docs_is_current() -> None:
    lines = [
        "# What the egress controller may do",
        "",
        "A test derives this table twice, from the calls of the code and from the component's roles."
        " Both results are equal.",
        "",
        "| part | where | resource | name | verbs |",
        "|---|---|---|---|---|",
    ]
    for account in (CONTROLLER, NODE):
        rows: dict[tuple[str, str, str], list[str]] = {}
        for where, resource, name, verb in granted(account):
            rows.setdefault((where, resource, name), []).append(verb)
        lines += [
            f"| {account} | {where} | {resource} | {name or 'any'} | {', '.join(verbs)} |"
            for (where, resource, name), verbs in rows.items()
        ]
    text = "\n".join(lines) + "\n"
    if os.environ.get("EDGE_SNAPSHOTS") == "write":
        TABLE.write_text(text)
    assert TABLE.read_text() == text
