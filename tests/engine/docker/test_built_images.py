"""Images that are built from a directory: when a build is made again, and what the outputs say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.project import Project, fates

pytestmark = pytest.mark.lab

NAME = "localhost:5000/built:1"


@pytest.fixture
def context(project: Project, docker: Any) -> Iterator[Path]:
    """A directory with two files, of which the builder gets one; at the end the engine has no image of it."""
    place = project.root / "context"
    place.mkdir()
    (place / "Dockerfile").write_text("FROM tiny:1\nCOPY . /files/\n")
    (place / ".dockerignore").write_text("# Not for the image.\nignored*\n")
    (place / "file").write_text("first")
    (place / "ignored").write_text("first")
    yield place
    for image in docker.images.list(filters={"reference": "localhost:5000/built"}):
        docker.images.remove(image.id, force=True)


def program(context: Path, more: str = "") -> str:
    return f"""
from pulumi_docker import Image
image = Image("built", image_name="{NAME}", skip_push=True, build={{"context": {str(context)!r}, {more}}})
for name in ("base_image_name", "repo_digest", "image_name"):
    pulumi.export(name, getattr(image, name))
"""


def test_the_outputs_of_a_local_image(project: Project, docker: Any, context: Path) -> None:
    project.up(program(context))
    id = docker.images.get(NAME).id
    assert project.engine.outputs() == {"base_image_name": NAME, "repo_digest": id, "image_name": NAME}
    assert project.engine.refresh().changed == [] and project.up(program(context)).changed == []
    # The digest is that of an image which a container can have.
    assert docker.images.get(project.engine.outputs()["repo_digest"]).tags == [NAME]


def link(context: Path) -> None:
    (context / "link").symlink_to("file")


CHANGES: dict[str, Callable[[Path], object]] = {
    "content": lambda context: (context / "file").write_text("second"),
    "mode": lambda context: (context / "file").chmod(0o700),
    "new file": lambda context: (context / "other").write_text("first"),
    "new directory": lambda context: (context / "empty").mkdir(),
    "new link": link,
    "removed file": lambda context: (context / "file").unlink(),
    "renamed file": lambda context: (context / "file").rename(context / "other"),
    "Dockerfile": lambda context: (context / "Dockerfile").write_text("FROM tiny:1\nLABEL words=second\n"),
    "no longer ignored": lambda context: (context / ".dockerignore").write_text("ignore\n"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_edited_files_are_built_again(case: str, project: Project, docker: Any, context: Path) -> None:
    project.up(program(context))
    before = docker.images.get(NAME).id
    CHANGES[case](context)
    [step] = project.preview(program(context)).changed
    assert [change.path for change in step.changes] == ["build.contextDigest"]
    assert fates(project.up(program(context))) == {"built": "update"}
    after = docker.images.get(NAME).id
    assert after != before and project.engine.outputs()["repo_digest"] == after
    assert project.engine.refresh().changed == [] and project.up(program(context)).changed == []


def test_what_the_builder_does_not_get_is_no_change(project: Project, docker: Any, context: Path) -> None:
    project.up(program(context))
    (context / "ignored").write_text("second")
    (context / "ignored-too").write_text("first")
    (context / "file").touch()
    assert project.up(program(context)).changed == [] and project.engine.refresh().changed == []
    # A refresh on a machine without the files.
    context.rename(context.with_name("elsewhere"))
    assert project.engine.refresh().changed == []


def test_an_edited_dockerfile_outside_the_directory_is_built_again(
    project: Project, docker: Any, context: Path
) -> None:
    outside = project.root / "outside"
    outside.write_text("FROM tiny:1\nLABEL words=first\n")
    text = program(context, f'"dockerfile": {str(outside)!r}')
    project.up(text)
    assert project.engine.refresh().changed == []
    outside.write_text("FROM tiny:1\nLABEL words=second\n")
    assert fates(project.up(text)) == {"built": "update"}
    assert docker.images.get(NAME).labels["words"] == "second"


BUILDKIT = {
    "builder version": ('"builder_version": "BuilderBuildKit"', "", "build.builderVersion: expected BuilderV1"),
    "mount": ("", "RUN --mount=type=cache,target=/x /tiny end\n", "Dockerfile, line 3: RUN --mount needs BuildKit"),
    "mount later": ("", "run --network=none \\\n  --mount=type=cache,target=/x /tiny end\n", "line 3: RUN --mount"),
}


@pytest.mark.parametrize("case", BUILDKIT)
def test_what_needs_buildkit_is_one_clear_line(case: str, project: Project, docker: Any, context: Path) -> None:
    more, lines, words = BUILDKIT[case]
    with (context / "Dockerfile").open("a") as file:
        file.write(lines)
    said = project.fails(program(context, more))
    assert f"image {NAME}: " in said and words in said and "the built-in engine uses Docker's classic builder" in said
    assert "\n" not in said and docker.images.list(name="localhost:5000/built") == []


def test_the_classic_builder_may_be_named(project: Project, docker: Any, context: Path) -> None:
    (context / "Dockerfile").write_text("FROM tiny:1\n# RUN --mount is of BuildKit.\nLABEL a='RUN --mount'\n")
    project.up(program(context, '"builder_version": "BuilderV1"'))
    assert docker.images.get(NAME).labels == {"a": "RUN --mount"}


def test_a_directory_without_a_dockerfile_is_named(project: Project, docker: Any, context: Path) -> None:
    (context / "Dockerfile").unlink()
    said = project.fails(program(context))
    assert f"image {NAME}: build.dockerfile: expected a file" in said and "Traceback" not in said
