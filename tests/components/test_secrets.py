"""Secrets of the stack's configuration, and the empty default that Pulumi.yaml gives them."""

from __future__ import annotations

import pulumi
import pytest

from components.inputs.secrets import secret
from config.errors import ConfigError
from tests.components.program import registered

KEY = "cilium-edge:kubeconfig"


@pytest.mark.parametrize("value", ["", None])
def test_what_is_not_set_is_unknown_in_a_preview_and_refused_by_an_apply(value: str | None) -> None:
    known: list[bool] = []

    async def look(output: pulumi.Output[str]) -> None:
        known.append(await output.is_known())

    def program() -> None:
        pulumi.runtime.set_all_config({KEY: value} if value is not None else {})
        pulumi.Output.from_input(look(secret("kubeconfig")))

    registered(program, "cilium-edge", "prod", preview=True)
    assert known == [False]
    with pytest.raises(ConfigError, match="kubeconfig: expected a secret"):
        registered(program, "cilium-edge", "prod", preview=False)


def test_what_is_set_is_a_secret() -> None:
    found: list[tuple[str, bool]] = []

    async def look(output: pulumi.Output[str]) -> None:
        found.append((str(await output.future()), await output.is_secret()))

    def program() -> None:
        pulumi.runtime.set_all_config({KEY: "a kubeconfig"}, [KEY])
        pulumi.Output.from_input(look(secret("kubeconfig")))

    try:
        registered(program, "cilium-edge", "prod", preview=False)
    finally:
        pulumi.runtime.set_all_config({})
    assert found == [("a kubeconfig", True)]
