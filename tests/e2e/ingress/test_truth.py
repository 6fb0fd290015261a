"""What the rules for Ingresses say, shown true: each mistake made, its effect seen, its good twin beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness import Edge
from tests.e2e.ingress.helpers import SHARED, ask
from tests.e2e.truth.case import Deployment, Mistake, RuleLab, mistakes_of, twins_of
from tests.e2e.truth.looks import Look, View

pytestmark = pytest.mark.thorough

# --- what a client of the Ingresses sees ---


def fetched(view: View, host: str, path: str = "/") -> tuple[int, str]:
    """Status and body of a request for a host at the shared address."""
    return ask(view.edge, "client", "-H", f"Host: {host}.example", f"http://{SHARED}{path}")


def answered(host: str, status: int, path: str = "/") -> Look:
    return lambda view: fetched(view, host, path)[0] == status


def of_webpod(host: str) -> Look:
    """The backend of this host answers."""
    return lambda view: (found := fetched(view, host))[0] == 200 and "webpod" in found[1]


def of_all_hosts(host: str) -> Look:
    """The backend of all hosts answers in the place of this one's."""
    return lambda view: (found := fetched(view, host))[0] == 200 and "webpod" not in found[1]


def address(view: View, name: str) -> str:
    """What an Ingress was given; nothing where there is no such Ingress or no address."""
    path = "jsonpath={.status.loadBalancer.ingress[*].ip}"
    return view.edge.kubectl("get", "ingress", name, "-o", path, ok=False).strip()


def shares(name: str) -> Look:
    """An Ingress is at the shared address."""
    return lambda view: address(view, name) == SHARED


def own_address(name: str) -> Look:
    """An Ingress has an address, and it is not the shared one."""
    return lambda view: address(view, name) not in ("", SHARED)


def no_address(name: str) -> Look:
    """There is the Ingress, and its Service waits for an address."""
    path = "jsonpath={.spec.type}{.status.loadBalancer.ingress}"
    service = ("get", "service", f"cilium-ingress-{name}", "-o", path)
    return lambda view: address(view, name) == "" and view.edge.kubectl(*service, ok=False) == "LoadBalancer"


def classless(view: View) -> bool:
    """The Ingress has its annotation, and the shared Service no class of it."""
    service = ("-n", "kube-system", "get", "service", "cilium-ingress", "-o", "jsonpath={.spec.loadBalancerClass}")
    return shares("classy")(view) and view.edge.kubectl(*service) == ""


def both_answer(view: View) -> bool:
    """Of two Services with one host and path now the one answers and now the other."""
    script = f"for i in $(seq 24); do curl -s -m 2 -H 'Host: twice.example' http://{SHARED}/ | head -1; done"
    return {line.split()[1].partition("-")[0] for line in view.edge.on("client", script).splitlines()} == {
        "webpod",
        "other",
    }


# --- the mistakes ---


def ingress(stack: Any, name: str, service: str = "webpod", port: int = 80, **more: Any) -> dict[str, Any]:
    """A shared Ingress for NAME.example."""
    path = {"path": "/", "service": service, "port": port}
    item = {"name": name, "rules": [{"host": f"{name}.example", "paths": [path]}], **more}
    stack["ingresses"].append(item)
    return item


def misspelt_mode(stack: Any) -> None:
    ingress(stack, "typo", annotations={"ingress.cilium.io/loadbalancer-mode": "dedicted"})


def outside_every_pool(stack: Any) -> None:
    ingress(stack, "lonely", loadBalancerMode="dedicated")
    service = {"key": "io.kubernetes.service.name", "operator": "NotIn", "values": ["cilium-ingress-lonely"]}
    stack["pools"][0]["serviceSelector"] = {"matchExpressions": [service]}


def class_on_shared(stack: Any) -> None:
    ingress(stack, "classy", annotations={"ingress.cilium.io/loadbalancer-class": "io.cilium/l2-announcer"})


def host_and_path_twice(stack: Any) -> None:
    ingress(stack, "twice")
    ingress(stack, "again", "other")["rules"][0]["host"] = "twice.example"


def path_as_expression(stack: Any) -> None:
    item = ingress(stack, "regex", "details", 9080)
    item["rules"][0]["paths"][0].update(path="/details", pathType="ImplementationSpecific")


def expression_that_nobody_can_read(stack: Any) -> None:
    """And a good Ingress beside it, which comes in the same message."""
    ingress(stack, "broken")["rules"][0]["paths"][0].update(path="/x(", pathType="ImplementationSpecific")
    ingress(stack, "beside")


def backend_that_is_not_there(stack: Any) -> None:
    ingress(stack, "nobody", "wbe")


def features(stack: Any) -> None:
    """A second server, and the good twins."""
    stack["workloads"].append({"name": "other", "image": "traefik/whoami", "labels": {"app": "other"}, "port": 80})
    stack["services"].append(
        {"name": "other", "type": "ClusterIP", "selector": {"app": "other"}, "port": 80, "targetPort": 80}
    )
    ingress(stack, "good", annotations={"ingress.cilium.io/loadbalancer-mode": "dedicated"})
    ingress(stack, "prefix", "details", 9080)["rules"][0]["paths"][0]["path"] = "/details"
    ingress(stack, "beside")


FEATURES = Deployment(
    "features",
    base=features,
    mistakes=(
        Mistake("I3", misspelt_mode, (shares("typo"),)),
        Mistake("I6", class_on_shared, (classless,)),
        Mistake("I7", host_and_path_twice, (both_answer,), ("*twice.example*", "none of the backend's")),
        Mistake("I10", path_as_expression, (answered("regex", 404, "/details/1"), answered("regex", 404, "/"))),
        Mistake(
            "I11",
            backend_that_is_not_there,
            (answered("nobody", 503),),
            ("*nobody.example*", "there is no Service wbe"),
        ),
    ),
    well=(
        ("I3", own_address("good")),
        ("I10", answered("prefix", 200, "/details/1")),
        ("I21", of_webpod("beside")),
    ),
)


# What is red before anybody asks by HTTP keeps verify from asking: deployed by themselves.
LONELY = Deployment(
    "lonely",
    (Mistake("I4", outside_every_pool, (no_address("lonely"),), ("default/lonely", "given the Service no address")),),
)


BROKEN = Deployment(
    "broken",
    (
        Mistake(
            "I21",
            expression_that_nobody_can_read,
            (of_all_hosts("beside"),),
            ("cilium-w1", "Envoy refused the RouteConfiguration: missing ): /x("),
            unseen=True,
        ),
    ),
)


def lockdown_without_a_door(stack: Any) -> None:
    """The write-up's first policy, without its second."""
    del stack["ingressAccess"]
    stack["networkPolicies"] = [{"name": "lockdown", "endpointSelector": {}, "ingress": [{"entities": ["cluster"]}]}]


def no_way_to_the_backends(stack: Any) -> None:
    del stack["ingressAccess"]
    stack["networkPolicies"] = [{"name": "silent", "endpointSelector": {}, "egress": [{}]}]


def everywhere(status: int, *more: int) -> Look:
    """Both Ingresses answer the client with one of these."""
    return lambda view: {fetched(view, "any")[0], fetched(view, "any", "/details/1")[0]} <= {status, *more}


# What the stack says happens: only its author meant something else.
LOCKED = Deployment("locked", (Mistake("I8", lockdown_without_a_door, (everywhere(403),)),))
SILENT = Deployment("silent", (Mistake("I9", no_way_to_the_backends, (everywhere(403, 503),)),))
ALL = (FEATURES, LONELY, BROKEN, LOCKED, SILENT)


@pytest.fixture(scope="module")
def rule_lab(_ingress: Edge) -> Iterator[RuleLab]:
    yield RuleLab(_ingress, ALL, well=everywhere(200))
    _ingress.reset()
    _ingress.run("up", "--refresh")


@mistakes_of(*ALL)
def test_the_mistake_does_what_its_page_says(rule_lab: RuleLab, deployment: Deployment, mistake: Mistake) -> None:
    rule_lab.check(deployment, mistake)


@twins_of(*ALL)
def test_beside_it_the_good_twin_works(rule_lab: RuleLab, deployment: Deployment, look: Look) -> None:
    assert look in rule_lab.show(deployment).true


def test_i2_the_chart_wants_the_proxy(rule_lab: RuleLab) -> None:
    def off(stack: Any) -> None:
        stack["cilium"]["values"]["l7Proxy"] = False

    def waived(stack: Any) -> None:
        off(stack)
        stack["waivers"] = [{"rule": "I2", "reason": "the lab shows what happens then"}]

    rule_lab.edge.change(off)
    assert "I2 " in rule_lab.edge.run("plan", ok=False).stderr
    rule_lab.edge.change(waived)
    done = rule_lab.edge.run("up", ok=False)
    assert done.returncode == 1 and "l7Proxy" in done.stderr
