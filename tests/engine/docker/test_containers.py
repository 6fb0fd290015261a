"""Networks and containers on a real engine, as programs declare them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.project import Project, fates, until

pytestmark = pytest.mark.lab

PRELUDE = """
from pulumi_docker import Container, Image, Network, RemoteImage
def box(name="box", **more):
    networks = more.pop("networks", [("left", "10.77.1.10")])
    return Container(name, **{"name": name, "image": "tiny:1", "command": ["stay"], "networks_advanced": [
        {"name": network, "ipv4_address": address} for network, address in networks], **more})
def network(name, subnet):
    return Network(name, name=name, options={"com.docker.network.bridge.enable_ip_masquerade": "false"},
                   ipam_configs=[{"subnet": subnet, "gateway": subnet.replace("0/24", "254")}])
left = network("left", "10.77.1.0/24")
"""
BOX = PRELUDE + "b = box(opts=ResourceOptions(depends_on=[left]), {more})\npulumi.export('ends', b.network_datas)\n"


def program(more: str = "") -> str:
    return BOX.replace("{more}", more)


def ids(docker: Any) -> dict[str, str]:
    return {one.name: one.id for one in docker.containers.list(all=True, ignore_removed=True)}


def test_made_unchanged_and_gone(project: Project, docker: Any) -> None:
    assert fates(project.up(program())) == {"left": "create", "box": "create"}
    container = docker.containers.get("box")
    assert container.status == "running" and ids(docker) == {"box": container.id}
    assert container.attrs["NetworkSettings"]["Networks"]["left"]["IPAddress"] == "10.77.1.10"
    [end] = project.engine.outputs()["ends"]
    assert (end["networkName"], end["ipAddress"], end["gateway"]) == ("left", "10.77.1.10", "10.77.1.254")
    assert project.up(program()).changed == [] and project.engine.refresh().changed == []
    assert docker.containers.get("box").id == container.id
    project.engine.destroy()
    assert ids(docker) == {} and docker.networks.list(names=["left"]) == []


def test_made_as_the_provider_of_the_cli_makes_it(project: Project, docker: Any) -> None:
    """Otherwise a refresh by that provider plans to replace networks and containers."""
    labelled = 'left2 = Network("left2", name="left2", labels=[{"label": "a", "value": "b"}])\n'
    project.up(program() + labelled)
    attrs = docker.containers.get("box").attrs
    assert attrs["HostConfig"]["NetworkMode"] == "bridge" and list(attrs["NetworkSettings"]["Networks"]) == ["left"]
    assert docker.networks.get("left2").attrs["Labels"] == {"a": "b"}
    docker.containers.get("box").restart(timeout=1)
    assert list(docker.containers.get("box").attrs["NetworkSettings"]["Networks"]) == ["left"]


def test_what_docker_changes_in_place_is_changed_in_place(project: Project, docker: Any) -> None:
    project.up(program("restart='no'"))
    before = ids(docker)
    assert fates(project.up(program("restart='on-failure', max_retry_count=3, memory=64")))["box"] == "update"
    host = docker.containers.get("box").attrs["HostConfig"]
    assert host["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3} and host["Memory"] == 64 << 20
    assert ids(docker) == before


def test_everything_else_makes_it_anew(project: Project, docker: Any) -> None:
    project.up(program())
    before = ids(docker)
    assert fates(project.up(program("envs=['A=1'], labels=[{'label': 'a', 'value': 'b'}]")))["box"] == "replace"
    after = docker.containers.get("box")
    assert after.id != before["box"] and "A=1" in after.attrs["Config"]["Env"] and after.labels["a"] == "b"
    assert list(ids(docker)) == ["box"]


def test_two_networks_files_and_settings(project: Project, docker: Any) -> None:
    more = (
        "networks=[('left', '10.77.1.10'), ('right', '10.77.2.10')], privileged=True, tmpfs={'/run': ''},"
        " uploads=[{'file': '/etc/deep/key', 'content': Output.secret('hidden words'), 'permissions': '0600'}],"
        " capabilities={'adds': ['CAP_NET_ADMIN']}, sysctls={'net.ipv4.ip_forward': '1'},"
        " hosts=[{'host': 'api', 'ip': '10.77.1.1'}], volumes=[{'container_path': '/var'}], init=True,"
        " hostname='inner', stop_signal='SIGTERM', cgroupns_mode='private', wait=True, wait_timeout=20,"
        " healthcheck={'tests': ['CMD', '/tiny', 'there', '/etc/deep/key'], 'interval': '200ms'}"
    )
    project.up(
        program(more)
        .replace("b = box(", "right = network('right', '10.77.2.0/24')\nb = box(")
        .replace("[left]", "[left, right]")
    )
    container = docker.containers.get("box")
    networks = container.attrs["NetworkSettings"]["Networks"]
    assert {name: end["IPAddress"] for name, end in networks.items()} == {"left": "10.77.1.10", "right": "10.77.2.10"}
    until(lambda: docker.containers.get("box").attrs["State"]["Health"]["Status"] == "healthy")
    data, stat = container.get_archive("/etc/deep/key")
    assert b"hidden words" in b"".join(data) and stat["mode"] & 0o777 == 0o600
    assert container.attrs["HostConfig"]["Privileged"] and container.attrs["Config"]["Hostname"] == "inner"
    assert "hidden words" not in project.state_text()
    assert "hidden words" not in str(container.attrs)


def test_images(project: Project, docker: Any) -> None:
    (project.root / "context").mkdir()
    (project.root / "context" / "Dockerfile").write_text("FROM tiny:1\nARG WORD\nLABEL word=${WORD}\n")
    text = (
        PRELUDE
        + f"""
built = Image("built", image_name="built:1", skip_push=True, build={{"context": {str(project.root / "context")!r},
              "args": {{"WORD": "said"}}}})
there = RemoteImage("there", name="tiny:1", keep_locally=True)
box(image=built.image_name, opts=ResourceOptions(depends_on=[left]))
pulumi.export("id", there.image_id)
"""
    )
    project.up(text)
    assert docker.images.get("built:1").labels["word"] == "said"
    assert project.engine.outputs()["id"] == docker.images.get("tiny:1").id
    assert project.up(text).changed == []
    project.engine.destroy()
    # Neither is the stack's to remove.
    assert docker.images.get("tiny:1") and docker.images.get("built:1")
    docker.images.remove("built:1")


def test_a_dockerfile_is_named_from_the_working_directory(
    project: Project, docker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    for place in ("context", "elsewhere"):
        (project.root / place).mkdir()
        (project.root / place / "Dockerfile").write_text(f"FROM tiny:1\nLABEL place={place}\n")
    text = PRELUDE + (
        'Image("built", image_name="built:2", skip_push=True,'
        ' build={"context": "context", "dockerfile": "elsewhere/Dockerfile"})\n'
    )
    project.up(text)
    assert docker.images.get("built:2").labels["place"] == "elsewhere"
    docker.images.remove("built:2")
    said = project.fails(text.replace("elsewhere/", "nowhere/").replace("built:2", "built:3"))
    assert "image built:3: build.dockerfile: expected a file" in said and "got nowhere/Dockerfile" in said


def test_a_container_that_is_not_to_start_is_only_made(project: Project, docker: Any) -> None:
    text = program("start=False, wait=True, wait_timeout=5")
    assert fates(project.up(text))["box"] == "create"
    assert docker.containers.get("box").status == "created" and list(ids(docker)) == ["box"]
    assert project.engine.refresh().changed == [] and project.up(text).changed == []
    assert docker.containers.get("box").status == "created"
