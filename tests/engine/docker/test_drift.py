"""What somebody did to containers by hand is seen, and put right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.docker.test_containers import program
from tests.engine.project import Project, fates

pytestmark = pytest.mark.lab


def replaced(docker: Any) -> None:
    """Another container under the same name, on another image."""
    docker.containers.get("box").remove(force=True)
    docker.images.get("tiny:1").tag("other:1")
    docker.containers.run("other:1", ["stay"], name="box", detach=True)


def on_no_network(docker: Any) -> None:
    docker.networks.get("left").disconnect("box", force=True)


def at_another_address(docker: Any) -> None:
    on_no_network(docker)
    docker.networks.get("left").connect("box", ipv4_address="10.77.1.99")


def on_another_network(docker: Any) -> None:
    docker.networks.create("strange")
    docker.networks.get("strange").connect("box")


def image_renewed(docker: Any) -> None:
    """The name of its image is another image's now."""
    made = docker.containers.create("tiny:1", ["stay"])
    made.commit("tiny", "1", changes="LABEL renewed=yes")
    made.remove()


CASES: dict[str, tuple[Callable[[Any], object], str]] = {
    "stopped": (lambda docker: docker.containers.get("box").stop(timeout=0), "update"),
    "killed": (lambda docker: docker.containers.get("box").kill(), "update"),
    "paused": (lambda docker: docker.containers.get("box").pause(), "update"),
    "restart policy": (lambda docker: docker.containers.get("box").update(restart_policy={"Name": "always"}), "update"),
    "removed": (lambda docker: docker.containers.get("box").remove(force=True), "create"),
    "replaced": (replaced, "replace"),
    "on no network": (on_no_network, "replace"),
    "at another address": (at_another_address, "replace"),
    "on another network": (on_another_network, "replace"),
    "image renewed": (image_renewed, "replace"),
}


@pytest.mark.parametrize("case", CASES)
def test_drift_is_seen_and_put_right(case: str, project: Project, docker: Any) -> None:
    change, fate = CASES[case]
    original = docker.images.get("tiny:1")
    try:
        project.up(program("restart='no'"))
        change(docker)
        assert project.engine.refresh().changed != []
        assert fates(project.up(program("restart='no'"))) == {"left": "same", "box": fate}
        container = docker.containers.get("box")
        assert container.status == "running"
        assert list(container.attrs["NetworkSettings"]["Networks"]) == ["left"]
        assert container.attrs["NetworkSettings"]["Networks"]["left"]["IPAddress"] == "10.77.1.10"
        assert container.attrs["HostConfig"]["RestartPolicy"]["Name"] == "no"
        assert container.attrs["Image"] == docker.images.get("tiny:1").id
        assert project.engine.refresh().changed == [] and project.up(program("restart='no'")).changed == []
    finally:
        original.tag("tiny", "1")


def test_a_network_that_was_made_anew_is_replaced(project: Project, docker: Any) -> None:
    project.up(program())
    docker.containers.get("box").remove(force=True)
    docker.networks.get("left").remove()
    docker.networks.create("left")
    project.engine.refresh()
    assert fates(project.up(program())) == {"left": "replace", "box": "create"}
    assert docker.containers.get("box").attrs["NetworkSettings"]["Networks"]["left"]["IPAddress"] == "10.77.1.10"


WIDE = """
from pulumi_docker import Network
Network("wide", name="wide", driver="bridge", attachable=True, internal=True, ipv6=True, ipam_driver="default",
        ipam_options={"a": "b"}, ipam_configs=[{"subnet": "10.77.3.0/24"}, {"subnet": "fd77::/64"}])
"""


def test_a_refresh_names_what_a_network_that_was_made_anew_lacks(project: Project, docker: Any) -> None:
    project.up(WIDE)
    assert project.engine.refresh().changed == []
    docker.networks.get("wide").remove()
    docker.networks.create("wide", driver="bridge")
    [step] = project.engine.refresh().changed
    named = {change.path.partition("[")[0].partition(".")[0] for change in step.changes}
    assert {"attachable", "internal", "ipv6", "ipamOptions", "ipamConfigs"} <= named
    assert fates(project.up(WIDE)) == {"wide": "replace"}
    found = docker.networks.get("wide").attrs
    assert found["Attachable"] and found["Internal"] and found["EnableIPv6"] and found["IPAM"]["Options"] == {"a": "b"}


V6_FIRST = """
from pulumi_docker import Network
Network("both", name="both", ipv6=True, ipam_configs=[
    {"subnet": "fd78::/64", "gateway": "fd78::1"}, {"subnet": "10.77.4.0/24", "gateway": "10.77.4.254"}])
"""


def test_the_order_of_a_networks_pools_is_no_drift(project: Project, docker: Any) -> None:
    project.up(V6_FIRST)
    # Otherwise this test shows nothing.
    assert [one["Subnet"] for one in docker.networks.get("both").attrs["IPAM"]["Config"]] == [
        "10.77.4.0/24",
        "fd78::/64",
    ]
    assert project.engine.refresh().changed == [] and project.up(V6_FIRST).changed == []


def test_a_pool_that_was_made_anew_is_seen_beside_one_that_was_not(project: Project, docker: Any) -> None:
    from docker.types import IPAMConfig, IPAMPool

    project.up(V6_FIRST)
    docker.networks.get("both").remove()
    pools = [
        IPAMPool(subnet="10.77.5.0/24", gateway="10.77.5.254"),
        IPAMPool(subnet="fd78:0::/64", gateway="fd78::0:1"),
    ]
    docker.networks.create("both", enable_ipv6=True, ipam=IPAMConfig(pool_configs=pools))
    [step] = project.engine.refresh().changed
    named = {change.path for change in step.changes}
    assert {"ipamConfigs[1].subnet", "ipamConfigs[1].gateway"} <= named
    # The pool is the same one, written in another way.
    assert not any(path.startswith("ipamConfigs[0]") for path in named)


@pytest.mark.parametrize("start", [True, False])
def test_a_network_is_named_by_its_id(start: bool, project: Project, docker: Any) -> None:
    text = program(f"start={start}").replace('"name": network, ', '"name": left.id, ')
    project.up(text)
    assert list(docker.containers.get("box").attrs["NetworkSettings"]["Networks"]) == ["left"]
    assert project.engine.refresh().changed == [] and project.up(text).changed == []
    on_another_network(docker)
    [step] = project.engine.refresh().changed
    assert {change.path.partition("[")[0] for change in step.changes} == {"networksAdvanced"}
    assert fates(project.up(text))["box"] == "replace"


@pytest.mark.parametrize("mode", ["right.name", "right.id"])
def test_the_network_of_a_containers_mode_is_no_drift(mode: str, project: Project, docker: Any) -> None:
    text = program(f"network_mode={mode}").replace("b = box(", "right = Network('right', name='right')\nb = box(")
    project.up(text)
    assert sorted(docker.containers.get("box").attrs["NetworkSettings"]["Networks"]) == ["left", "right"]
    assert project.engine.refresh().changed == [] and project.up(text).changed == []
    docker.networks.get("right").disconnect("box", force=True)
    on_another_network(docker)
    assert project.engine.refresh().changed != []


INSIDE = program("restart='no'") + (
    'command("inside", ResourceOptions(deleted_with=b, replace_with=[b], depends_on=[b], delete_before_replace=True))\n'
)


def test_what_is_in_a_container_stays_where_that_was_stopped(project: Project, docker: Any) -> None:
    project.up(INSIDE)
    docker.containers.get("box").stop(timeout=0)
    project.engine.refresh()
    assert fates(project.up(INSIDE)) == {"left": "same", "box": "update", "inside": "same"}
    assert project.log == ["create inside"]


@pytest.mark.parametrize("change", [lambda docker: docker.containers.get("box").remove(force=True), replaced])
def test_what_is_in_a_container_is_gone_with_it(change: Callable[[Any], object], project: Project, docker: Any) -> None:
    project.up(INSIDE)
    change(docker)
    gone = {step.name: str(step.op) for step in project.engine.refresh().changed}
    assert gone["inside"] == "delete"
    assert fates(project.up(INSIDE))["inside"] == "create"
    assert project.log == ["create inside", "create inside"]


def test_what_is_in_a_container_is_made_anew_with_it_and_goes_with_it(project: Project, docker: Any) -> None:
    project.up(INSIDE)
    assert fates(project.up(INSIDE.replace("restart='no'", "restart='no', envs=['A=1']")))["inside"] == "replace"
    assert project.log == ["create inside", "create inside"]
    project.forget_log()
    project.engine.destroy()
    # Nobody tidies up what goes anyway.
    assert project.log == []
