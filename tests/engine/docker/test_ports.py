"""Published ports: the addresses and ports of the engine's machine, and what the outputs say about these."""

from __future__ import annotations

from typing import Any

import pytest

from engine.values import UNKNOWN
from tests.engine.docker.test_containers import ids, program
from tests.engine.project import Project, fates

pytestmark = pytest.mark.lab

ANYWHERE = "0.0.0.0"  # noqa: S104

PORTS = """ports=[
    {"internal": 443},
    {"internal": 80, "external": 18080, "ip": "127.0.0.1"},
    {"internal": 53, "protocol": "udp"},
]"""


def outputs(more: str) -> str:
    return (
        program(more)
        + "pulumi.export('ports', b.ports)\npulumi.export('first', b.ports.apply(lambda p: p[0].external))"
    )


def bound(docker: Any) -> dict[str, list[tuple[str, str]]]:
    found = docker.containers.get("box").attrs["NetworkSettings"]["Ports"]
    return {port: [(one["HostIp"], one["HostPort"]) for one in ends] for port, ends in found.items()}


def test_a_port_without_an_address_is_published_on_ipv4_alone(project: Project, docker: Any) -> None:
    project.up(program('ports=[{"internal": 80, "external": 18080}]'))
    assert bound(docker) == {"80/tcp": [(ANYWHERE, "18080")]}


def test_the_outputs_have_the_ports_that_docker_chose(project: Project, docker: Any) -> None:
    text = outputs(PORTS)
    project.up(text)
    real = bound(docker)
    [(_, web)], [(_, dns)] = real["443/tcp"], real["53/udp"]
    assert project.engine.outputs()["ports"] == [
        {"internal": 53, "external": int(dns), "ip": ANYWHERE, "protocol": "udp"},
        {"internal": 80, "external": 18080, "ip": "127.0.0.1", "protocol": "tcp"},
        {"internal": 443, "external": int(web), "ip": ANYWHERE, "protocol": "tcp"},
    ]
    assert project.engine.outputs()["first"] == int(dns)
    before = ids(docker)
    assert project.engine.refresh().changed == [] and project.up(text).changed == []
    # The port is still the same one, and the outputs say so after an update.
    assert fates(project.up(outputs(PORTS + ", memory=64")))["box"] == "update"
    assert project.engine.outputs()["first"] == int(dns) and ids(docker) == before


def test_a_preview_does_not_know_a_port_that_docker_chooses(project: Project, docker: Any) -> None:
    declared = 'ports=[{"internal": 80, "external": 18080}]'
    assert project.preview(outputs(declared)).outputs["first"] == 18080
    assert project.preview(outputs(PORTS)).outputs["first"] is UNKNOWN


def test_a_container_that_does_not_run_has_its_declared_ports(project: Project, docker: Any) -> None:
    text = program("start=False, " + PORTS) + "pulumi.export('ports', b.ports)\n"
    project.up(text)
    assert project.engine.outputs()["ports"][0] == {"internal": 443, "ip": ANYWHERE, "protocol": "tcp"}
    assert project.engine.refresh().changed == [] and project.up(text).changed == []
