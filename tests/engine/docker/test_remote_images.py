"""Images of a registry: when a pull is made, and for which platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from lab.docker.engine import Engine
from tests.engine.docker.registry import Registry, running
from tests.engine.project import Project, fates

pytestmark = pytest.mark.lab


@pytest.fixture
def registry(docker: Any, dockerd: Engine) -> Iterator[Registry]:
    """A registry with the image of tag 1; at the end the engine has no image of the registry."""
    with running(dockerd) as found:
        found.publish("1", "first", ("amd64", "arm64"))
        yield found
        for image in docker.images.list(filters={"reference": found.image}):
            docker.images.remove(image.id, force=True)


def program(registry: Registry, more: str = "") -> str:
    return f"""
from pulumi_docker import RemoteImage
image = RemoteImage("app", name="{registry.image}:1", {more})
pulumi.export("id", image.image_id)
"""


def words(docker: Any, registry: Registry) -> str:
    return str(docker.images.get(f"{registry.image}:1").labels["words"])


def test_an_image_that_the_engine_has_is_not_pulled(project: Project, docker: Any, registry: Registry) -> None:
    project.up(program(registry))
    assert words(docker, registry) == "first"
    registry.publish("1", "second")
    registry.asked.clear()
    assert project.up(program(registry)).changed == [] and project.engine.refresh().changed == []
    assert fates(project.up(program(registry, "keep_locally=True"))) == {"app": "update"}
    assert registry.asked == [] and words(docker, registry) == "first"


def test_a_changed_trigger_pulls_an_image_that_stays(project: Project, docker: Any, registry: Registry) -> None:
    project.up(program(registry, "keep_locally=True, pull_triggers=['a']"))
    registry.publish("1", "second")
    changed = program(registry, "keep_locally=True, pull_triggers=['b']")
    assert fates(project.up(changed)) == {"app": "replace"}
    assert words(docker, registry) == "second"
    assert project.engine.outputs()["id"] == docker.images.get(f"{registry.image}:1").id
    assert project.engine.refresh().changed == [] and project.up(changed).changed == []


def test_a_changed_trigger_pulls_an_image_in_use(project: Project, docker: Any, registry: Registry) -> None:
    project.up(program(registry, "pull_triggers=['a']"))
    docker.containers.create(f"{registry.image}:1", ["none"])
    registry.publish("1", "second")
    project.up(program(registry, "pull_triggers=['b']"))
    assert words(docker, registry) == "second"


def test_without_its_registry_an_image_that_the_engine_has_stays(
    project: Project, docker: Any, registry: Registry
) -> None:
    """As with Docker's provider for Pulumi, which pulls nothing then."""
    project.up(program(registry, "keep_locally=True, pull_triggers=['a']"))
    registry.forget()
    registry.asked.clear()
    project.up(program(registry, "keep_locally=True, pull_triggers=['b']"))
    assert registry.asked != [] and words(docker, registry) == "first"


def test_another_platform_is_another_image(project: Project, docker: Any, registry: Registry) -> None:
    def architecture() -> str:
        return str(docker.images.get(f"{registry.image}:1").attrs["Architecture"])

    project.up(program(registry, "keep_locally=True, platform='linux/amd64'"))
    assert architecture() == "amd64"
    other = program(registry, "keep_locally=True, platform='linux/arm64'")
    assert fates(project.up(other)) == {"app": "replace"} and architecture() == "arm64"
    assert project.engine.refresh().changed == [] and project.up(other).changed == []
    # The same platform, written in another way, needs no pull.
    registry.asked.clear()
    project.up(program(registry, "keep_locally=True, platform='linux/arm64/v8'"))
    assert registry.asked == []
    # Somebody pulled the tag for another platform.
    docker.api.pull(registry.image, "1", platform="linux/amd64")
    assert architecture() == "amd64"
    assert [str(step.op) for step in project.engine.refresh().changed] == ["delete"]
    project.up(other)
    assert architecture() == "arm64"


def test_a_platform_that_the_registry_does_not_have_is_an_error(
    project: Project, docker: Any, registry: Registry
) -> None:
    project.up(program(registry, "keep_locally=True"))
    said = project.fails(program(registry, "keep_locally=True, platform='linux/s390x'"))
    assert f"image {registry.image}:1: " in said and "linux/s390x" in said and "\n" not in said
    assert words(docker, registry) == "first"
