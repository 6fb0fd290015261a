"""Settings of the items of a container's lists, as a real engine has them."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest

from tests.engine.docker.test_containers import PRELUDE, program
from tests.engine.project import Project

pytestmark = pytest.mark.lab

MOUNTS = """mounts=[
    {"target": "/bound", "source": ROOT, "type": "bind", "bind_options": {"propagation": "rprivate"}},
    {"target": "/memory", "type": "tmpfs", "tmpfs_options": {"mode": 0o700, "size_bytes": 4096}},
    {"target": "/kept", "type": "volume", "source": "kept", "volume_options": {
        "no_copy": True, "driver_name": "local", "driver_options": {"type": "tmpfs", "device": "tmpfs"},
        "labels": [{"label": "a", "value": "b"}]}},
]"""


def test_mounts(project: Project, docker: Any) -> None:
    project.up(program(MOUNTS))
    try:
        bound, memory, kept = docker.containers.get("box").attrs["HostConfig"]["Mounts"]
        assert bound["BindOptions"] == {"Propagation": "rprivate"}
        assert memory["TmpfsOptions"] == {"SizeBytes": 4096, "Mode": 0o700}
        assert kept["VolumeOptions"]["NoCopy"] is True
        volume = docker.volumes.get("kept").attrs
        assert volume["Labels"] == {"a": "b"} and volume["Options"] == {"type": "tmpfs", "device": "tmpfs"}
        assert project.engine.refresh().changed == [] and project.up(program(MOUNTS)).changed == []
    finally:
        project.engine.destroy()
        docker.volumes.get("kept").remove()


def test_options_of_another_type_of_mount_are_an_error(project: Project, docker: Any) -> None:
    mount = '{"target": "/t", "type": "tmpfs", "bind_options": {"propagation": "rslave"}}'
    said = project.fails(program(f"mounts=[{mount}]"))
    assert "mount of /t: bindOptions: expected type bind, got tmpfs" in said
    assert docker.containers.list(all=True) == []


def test_volumes_of_another_container(project: Project, docker: Any) -> None:
    volumes = '[{"from_container": "store", "read_only": True}, {"host_path": ROOT, "container_path": "/r",'
    volumes += ' "selinux_relabel": "z"}]'
    text = PRELUDE + (
        'store = box("store", networks=[("left", "10.77.1.9")], volumes=[{"container_path": "/shared"}],'
        " opts=ResourceOptions(depends_on=[left]))\n"
        f"box(volumes={volumes}, opts=ResourceOptions(depends_on=[store]))\n"
    )
    project.up(text)
    found = docker.containers.get("box").attrs
    assert found["HostConfig"]["VolumesFrom"] == ["store:ro"]
    assert found["HostConfig"]["Binds"] == [f"{project.root}:/r:rw,z"]
    assert {mount["Destination"]: mount["RW"] for mount in found["Mounts"]} == {"/shared": False, "/r": True}


def test_an_endpoint_with_options_of_its_driver(project: Project, docker: Any) -> None:
    text = PRELUDE + (
        'Container("box", name="box", image="tiny:1", command=["stay"], opts=ResourceOptions(depends_on=[left]),'
        ' networks_advanced=[{"name": "left", "driver_opts": ["com.example.a=1=2"],'
        ' "link_local_ips": ["169.254.7.7"]}])\n'
    )
    project.up(text)
    [end] = docker.containers.get("box").attrs["NetworkSettings"]["Networks"].values()
    assert end["DriverOpts"] == {"com.example.a": "1=2"}
    assert end["IPAMConfig"]["LinkLocalIPs"] == ["169.254.7.7"]


def test_an_upload_has_its_owner(project: Project, docker: Any) -> None:
    project.up(program('uploads=[{"file": "/etc/a", "content": "x", "owner": "daemon", "group": "1234"}]'))
    data, _ = docker.containers.get("box").get_archive("/etc/a")
    with tarfile.open(fileobj=io.BytesIO(b"".join(data))) as archive:
        [member] = archive.getmembers()
    assert (member.uid, member.gid) == (1, 1234)
    said = project.fails(program('uploads=[{"file": "/etc/a", "content": "x", "owner": "nobody-here"}]'))
    assert "upload of /etc/a: owner: expected a number or a name that this machine knows, got nobody-here" in said


def test_one_port_and_one_host_may_be_named_twice(project: Project, docker: Any) -> None:
    more = 'ports=[{"internal": 80, "external": 18080, "ip": "127.0.0.1"}, {"internal": 80, "external": 18081}],'
    project.up(program(more + ' hosts=[{"host": "api", "ip": "10.77.1.1"}, {"host": "api", "ip": "10.77.1.2"}]'))
    found = docker.containers.get("box").attrs["HostConfig"]
    assert [one["HostPort"] for one in found["PortBindings"]["80/tcp"]] == ["18080", "18081"]
    assert found["ExtraHosts"] == ["api:10.77.1.1", "api:10.77.1.2"]


def test_shared_memory_is_in_mebibytes(project: Project, docker: Any) -> None:
    project.up(program("shm_size=32"))
    assert docker.containers.get("box").attrs["HostConfig"]["ShmSize"] == 32 << 20


def test_a_device_has_colons_in_its_path(project: Project, docker: Any) -> None:
    project.up(
        program(
            "start=False, devices=[{'host_path': '/dev/a:b:c'}, {'host_path': '/dev/null',"
            " 'container_path': '/dev/n', 'permissions': 'r'}]"
        )
    )
    assert docker.containers.get("box").attrs["HostConfig"]["Devices"] == [
        {"PathOnHost": "/dev/a:b:c", "PathInContainer": "/dev/a:b:c", "CgroupPermissions": "rwm"},
        {"PathOnHost": "/dev/null", "PathInContainer": "/dev/n", "CgroupPermissions": "r"},
    ]
