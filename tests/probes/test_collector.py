"""What a query may fail with, and what must not look like a host that gives no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import HostError
from config.load import parse
from probes.collector import Collector

STACK = Path(__file__).resolve().parents[2] / "Pulumi.dev.yaml"


class Asked:
    """Hosts and an API that answer every question with the same exception."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def answer(*words: Any, **more: Any) -> Any:
            raise self._error

        return answer


def collector(error: Exception) -> Collector:
    asked: Any = Asked(error)
    declared = parse(yaml.safe_load(STACK.read_text())["config"]["cilium-edge:stack"], "dev")
    return Collector(declared, asked, asked, {router.name: asked for router in declared.routers})


def test_a_host_without_an_answer_is_an_error_among_the_observations() -> None:
    errors = collector(HostError("no route to host")).collect().errors
    assert errors["cilium-r"] == errors["pods"] == "no route to host"


def test_an_answer_that_cannot_be_read_is_told() -> None:
    errors = collector(ValueError("no JSON")).collect().errors
    assert "cannot be read (ValueError: no JSON)" in errors["services"]


def test_a_fault_of_the_program_does_not_look_like_silence() -> None:
    with pytest.raises(ZeroDivisionError):
        collector(ZeroDivisionError()).collect()
