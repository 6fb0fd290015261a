"""What a refresh takes for drift of an object."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from engine.diff import changes
from engine.providers.kubernetes import KubernetesProvider


def manifest(**metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", **metadata}, "spec": {"ports": [80]}}


@pytest.mark.parametrize("key", ["labels", "annotations"])
def test_an_empty_map_that_the_api_does_not_keep_is_no_drift(key: str) -> None:
    assert KubernetesProvider().differing(manifest(**{key: {}}), manifest()) == []
    assert KubernetesProvider().differing(manifest(**{key: {"a": "1"}}), manifest()) == [f"metadata.{key}"]


def test_what_the_api_adds_is_no_drift_and_what_somebody_changed_is() -> None:
    live = manifest(uid="1")
    assert KubernetesProvider().differing(manifest(), live) == []
    live["spec"]["ports"] = [81]
    assert KubernetesProvider().differing(manifest(), live) == ["spec.ports[0]"]


def secret(**data: str) -> dict[str, Any]:
    encoded = {key: b64encode(text.encode()).decode() for key, text in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "tls"}, "data": encoded}


def test_text_that_the_api_keeps_as_data_is_compared() -> None:
    declared = {**secret(), "stringData": {"tls.crt": "a", "tls.key": "b"}}
    differing = KubernetesProvider().differing
    assert differing(declared, secret(**{"tls.crt": "a", "tls.key": "b", "ca.crt": "c"})) == []
    assert differing(declared, secret(**{"tls.crt": "a", "tls.key": "other"})) == ['stringData["tls.key"]']
    assert differing(declared, secret(**{"tls.crt": "a"})) == ['stringData["tls.key"]']
    both = {**declared, **secret(note="x")}
    assert differing(both, secret(**{"tls.crt": "a", "tls.key": "b", "note": "y"})) == ["data.note"]


@pytest.mark.parametrize(("before", "after"), [({}, {"namespace": "default"}), ({"namespace": "default"}, {})])
def test_the_default_namespace_may_be_left_out(before: dict[str, str], after: dict[str, str]) -> None:
    differences = changes(manifest(**before), manifest(**after))
    result = KubernetesProvider().diff("kubernetes:core/v1:Service", manifest(**before), differences, {})
    assert differences and (result.update, result.replace) == (False, ())
    differences = changes(manifest(**before), manifest(namespace="edge"))
    result = KubernetesProvider().diff("kubernetes:core/v1:Service", manifest(**before), differences, {})
    assert result.replace == ("metadata.namespace",)
