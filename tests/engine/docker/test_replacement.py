"""What goes before a replacement on a real engine, and what a run that was cut off in a delete has left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.docker.test_containers import ids, program
from tests.engine.project import Project, fates, until

pytestmark = pytest.mark.lab

DYNAMIC = (
    program()
    .replace("b = box(", 'b = box(networks_advanced=[{"name": left.name}], ')
    .replace('"networks_advanced": [', '"networks_advanced": more.pop("networks_advanced", None) or [')
)


def on(subnet: str, more: str = "") -> str:
    """The network with another subnet; the container takes its name from the network."""
    return (
        program(more)
        .replace('network("left", "10.77.1.0/24")', f'network("left", "{subnet}")')
        .replace("opts=ResourceOptions(depends_on=[left])", 'networks=[(left.name, "10.77.1.10")]')
    )


def test_containers_go_before_their_network_and_are_made_anew(project: Project, docker: Any) -> None:
    project.up(on("10.77.1.0/24"))
    before = ids(docker), docker.networks.list(names=["left"])[0].id
    changed = on("10.77.0.0/16").replace('.replace("0/24", "254")', '.replace("0.0/16", "0.254")')
    assert fates(project.preview(changed)) == {"left": "replace", "box": "replace"}
    assert (ids(docker), docker.networks.list(names=["left"])[0].id) == before
    assert fates(project.up(changed)) == {"left": "replace", "box": "replace"}
    [network] = docker.networks.list(names=["left"])
    assert network.id != before[1] and ids(docker) != before[0]
    assert docker.containers.get("box").attrs["NetworkSettings"]["Networks"]["left"]["IPAddress"] == "10.77.1.10"
    assert project.up(changed).changed == [] and project.engine.refresh().changed == []


def test_a_protected_container_keeps_its_network(project: Project, docker: Any) -> None:
    project.up(on("10.77.1.0/24", "opts=ResourceOptions(protect=True)"))
    before = ids(docker)
    said = project.fails(on("10.77.0.0/16", "opts=ResourceOptions(protect=True)"))
    assert "left: would be deleted, and box, which needs it, is protected" in said and ids(docker) == before


@pytest.mark.parametrize("more", ["", "envs=['A=1']"])
def test_a_delete_that_was_cut_off_is_brought_to_its_end(more: str, project: Project, docker: Any) -> None:
    # Docker waits ten seconds for a container that ignores SIGTERM.
    project.up(program("command=['remain']"))
    old = docker.containers.get("box")
    with project.running_up("pass") as process:
        until(lambda: bool(project.pending()))
        process.kill()
        process.wait()
    assert [one["type"] for one in project.pending()] == ["deleting"]
    project.up(program(f"command=['remain'], {more}"))
    new = docker.containers.get("box")
    assert new.id != old.id and new.status == "running" and list(ids(docker)) == ["box"]


def test_an_address_that_docker_chose_is_read_again(project: Project, docker: Any) -> None:
    export = "pulumi.export('ip', b.network_datas[0].ip_address)\n"
    project.up(DYNAMIC + export)
    first = project.engine.outputs()["ip"]
    box = docker.containers.get("box")
    box.stop(timeout=0)
    docker.containers.run("tiny:1", ["stay"], name="thief", detach=True, network="left")
    box.start()
    box.reload()
    real = box.attrs["NetworkSettings"]["Networks"]["left"]["IPAddress"]
    assert real != first
    assert fates(project.engine.refresh())["box"] == "update"
    assert project.engine.refresh().changed == []
    project.up(DYNAMIC + export)
    assert project.engine.outputs()["ip"] == real
