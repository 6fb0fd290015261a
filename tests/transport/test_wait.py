"""The command that waits for a cluster: what it asks for, and what it says at the deadline."""

from __future__ import annotations

from typing import Any, cast

from config.errors import ApiError
from transport.kube import Kube
from transport.wait import Agents, Crds, wait

ESTABLISHED: dict[str, Any] = {"status": {"conditions": [{"type": "Established", "status": "True"}]}}


class Answers:
    """A cluster with CRDs and the Cilium DaemonSet; `asked`: the names of what was read."""

    def __init__(self, **objects: dict[str, Any]) -> None:
        self.objects, self.asked = objects, list[str]()

    def get(self, api: str, kind: str, name: str, namespace: str | None = None) -> dict[str, Any] | None:
        self.asked.append(name)
        if self.objects.get(name) == {}:
            raise ApiError("the API server does not answer")
        return self.objects.get(name)

    def find(self, api: str, kind: str, *_: str) -> list[dict[str, Any]]:
        return [{"metadata": {"name": "worker"}}] if kind == "Node" else []

    @property
    def kube(self) -> Kube:
        return cast(Kube, self)


def test_crds_that_are_established_are_not_read_again() -> None:
    cluster = Answers(**{"a.cilium.io": ESTABLISHED, "b.cilium.io": {"status": {}}})
    crds = Crds(cluster.kube, ["a.cilium.io", "b.cilium.io"])
    assert not crds.holds() and not crds.holds()
    assert cluster.asked == ["a.cilium.io", "b.cilium.io", "b.cilium.io"]
    cluster.objects["b.cilium.io"] = ESTABLISHED
    assert crds.holds()


def test_the_deadline_names_every_crd_that_is_missing() -> None:
    crds = Crds(Answers(**{"a.cilium.io": ESTABLISHED}).kube, ["a.cilium.io", "b.cilium.io", "c.cilium.io"])
    said = wait(crds, 0.2)
    assert said == "CRDs not Established: b.cilium.io, c.cilium.io; is the Cilium operator running?"


def test_agents_have_to_be_ready_and_of_the_newest_generation() -> None:
    status = {"observedGeneration": 2, "desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberReady": 1}
    cluster = Answers(cilium={"metadata": {"generation": 2}, "status": status})
    agents = Agents(cluster.kube, "kube-system")
    assert agents.holds()
    for key in ("observedGeneration", "updatedNumberScheduled", "numberReady"):
        cluster.objects["cilium"]["status"] = {**status, key: 0}
        assert not agents.holds(), key
    assert wait(agents, 0.2) == "no ready Cilium agent on worker"


def test_an_api_server_that_does_not_answer_is_waited_for_too() -> None:
    assert wait(Agents(Answers(cilium={}).kube, "kube-system"), 0.2) == "the API server does not answer"
    assert wait(Agents(Answers().kube, "edge"), 0.2) == "DaemonSet cilium is not in namespace edge"
