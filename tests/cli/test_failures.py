"""plan --failures: a table for people and everything for machines; nothing else is read than the stack file."""

from __future__ import annotations

import json

from tests.cli.conftest import Project


def test_what_fares_alike_is_one_row(project: Project) -> None:
    done = project.edge("plan", "--failures")
    assert done.returncode == 0
    rows = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert any(
        row.startswith(
            "node cilium-w1, cilium-w2, cilium-w3 address default/webpod 3 of 4 next hops left"
            " up to 24 s, 25% of the traffic"
        )
        for row in rows
    )
    assert rows[-1] == "18 losses, 12 of them take something down"


def test_machines_get_every_loss(project: Project) -> None:
    found = {
        (one["kind"], one["name"]): one
        for one in json.loads(project.edge("plan", "--failures", "--json").stdout)["failures"]
    }
    assert len(found) == 18
    router, node = found["router", "cilium-r"], found["node", "cilium-w1"]
    assert router["down"] and not node["down"]
    assert node["costs"] == [
        {
            "kind": "address",
            "names": ["default/webpod"],
            "left": 3,
            "of": 4,
            "down": False,
            "share": 0.25,
            "seconds": 24.0,
        }
    ]


def test_a_stack_that_is_refused_is_not_foreseen(project: Project) -> None:
    project.change(lambda stack: stack["routers"][0]["bgp"]["peerGroups"][0].update(remoteAs=64999))
    done = project.edge("plan", "--failures")
    assert done.returncode == 2 and "losses" not in done.stdout
