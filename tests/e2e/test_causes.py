"""Faults that nobody declared, made behind the product's back: verify is red, and says what is wrong.

Four of the corpus are in every run of the tests; `make test-causes` makes all of its faults.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.faults import FAULTS
from tests.e2e.faults.fault import Fault
from tests.e2e.harness import Edge, until

EVERY_RUN = {
    "router: blackhole for the VIP",
    "frr: neighbor shut down",
    "node: node drops HTTP by nft",
    "api: selector",
}


@contextmanager
def broken(edge: Edge, fault: Fault) -> Iterator[None]:
    fault.make(edge)
    try:
        yield
    finally:
        fault.mend(edge)
        # FRR tries a neighbor again after two minutes at the latest.
        until(lambda: edge.look()["green"], 180, "the lab is well again")


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name in EVERY_RUN else pytest.mark.corpus) for name in FAULTS],
)
def test_the_cause_is_told(edge: Edge, name: str) -> None:
    fault = FAULTS[name]
    last: list[Any] = []

    def told() -> bool:
        last[:] = roots = edge.look()["roots"]
        if len(roots) != 1:
            return False
        [root] = roots
        return root["check"] == fault.check and any(fault.cause in text for text in (root["cause"], *root["evidence"]))

    with broken(edge, fault):
        try:
            until(told, 60, f"one root cause, {fault.check}: {fault.cause}")
        except AssertionError as error:
            raise AssertionError(f"{error}; roots: {last}") from None


def test_a_deadline_is_kept(edge: Edge) -> None:
    """Where an agent never answers, too: the time of one question is longer."""
    with broken(edge, FAULTS["node: agent frozen"]):
        began = time.monotonic()
        result = edge.verify(5, ok=False)
        took = time.monotonic() - began
    assert not result["green"]
    # And the start of the program, on a loaded machine.
    assert took < 11, took


@pytest.mark.corpus
def test_a_healthy_lab_is_never_red(edge: Edge) -> None:
    """Two hundred rounds while both cores have something else to do."""
    load = [edge.start_load() for _ in range(2)]
    try:
        ill = [found["roots"] for found in (edge.look() for _ in range(200)) if not found["green"]]
    finally:
        for process in load:
            process.kill()
            process.wait()
    assert ill == []
