"""Names of images: what a Docker engine accepts, and what it refuses."""

from __future__ import annotations

import pytest

from tests.config.containers import told

HEX = "7416a61b42b1662ca6ca89f02028ac133a309a2a30ba309614e8ec94d976dc5a"


def lines(name: str) -> list[str]:
    return told("docker", lambda d: d["cluster"]["images"].update(node=name))


@pytest.mark.parametrize(
    "name",
    [
        "n",
        "kindest/node",
        "kindest/node:v1.34.4",
        f"kindest/node:v1.34.4@sha256:{HEX}",
        f"kindest/node@sha256:{HEX}",
        "Registry.Example.COM/edge/node:1",
        "registry.local:5000/foo/node:V1_a.b",
        "localhost:5000/n",
        "[fd00::1]:5000/edge/node",
        "a/b/c/d__e.f-g--h:1",
        f"r@sha512:{HEX}{HEX}",
    ],
)
def test_a_name_that_the_engine_accepts(name: str) -> None:
    assert lines(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "a::b@@c",
        "x/y@sha256:12",
        f"x/y@sha256:{HEX.upper()}",
        f"x/y@md5:{HEX[:32]}",
        "registry.local:5000/foo/Node:v1",
        "a//b",
        "/a",
        "a/",
        "a:",
        "a:-b",
        "a___b",
        "-a",
        f"a:{'t' * 129}",
        "",
        "https://registry.example.com/a",
    ],
)
def test_a_name_that_the_engine_refuses(name: str) -> None:
    [line] = lines(name)
    assert line.startswith("cluster.images.node: expected the name of an image, such as kindest/node:v1.34.4, got ")
