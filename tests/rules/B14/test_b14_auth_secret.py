"""B14 beyond its fixtures: authSecretRef names no declared Secret."""

from __future__ import annotations

import pytest

from tests.rules.helpers import Edit, peer_config, told_after


def declared(kind: str) -> Edit:
    made = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "bgp-pass", "namespace": "kube-system"}}
    return lambda d: d.update(manifests=[made | {"stringData": {"password": "x"}}] if kind == "Secret" else [made])


def secret(namespace: str, key: str) -> Edit:
    metadata = {"name": "bgp", "namespace": namespace}
    made = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: "x"}}
    return lambda d: d.update(manifests=[made])


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        ([lambda d: peer_config(d).update(authSecretRef="bgp-pass"), declared("Secret")], []),
        (
            [lambda d: peer_config(d).update(authSecretRef="bgp-pass"), declared("ConfigMap")],
            ["error bgp.peerConfigs[0].authSecretRef"],
        ),
    ],
)
def test_a_condition(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B14", *edits) == expected


@pytest.mark.parametrize(
    ("edits", "expected"),
    [
        pytest.param(
            [
                lambda d: peer_config(d).update(authSecretRef="bgp"),
                secret("default", "password"),
            ],
            ["error bgp.peerConfigs[0].authSecretRef"],
            id="a-secret-that-the-agent-does-not-look-at",
        ),
        pytest.param(
            [
                lambda d: peer_config(d).update(authSecretRef="bgp"),
                secret("kube-system", "pass"),
            ],
            ["error bgp.peerConfigs[0].authSecretRef"],
            id="a-secret-without-the-key",
        ),
    ],
)
def test_a_wrong_stack_is_objected_to(edits: list[Edit], expected: list[str]) -> None:
    assert told_after("B14", *edits) == expected
