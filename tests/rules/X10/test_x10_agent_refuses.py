"""X10 beyond its fixtures: Cilium's agents do not start with the Helm values."""

from __future__ import annotations

import pytest

from tests.rules.helpers import told

_TUNNEL = "routingMode: tunnel, nativeRoutingCIDR: null"


def paths(version: str, values: str, more: str = "") -> list[str]:
    """Where X10 says something of the dev stack with these values."""
    found = told("X10", f"cilium: {{ version: {version}, {more}{', ' if more else ''}values: {{ {values} }} }}\n")
    return [text.split()[1].removeprefix("cilium.values.").rstrip(":") for text in found]


@pytest.mark.parametrize(
    ("values", "path", "since"),
    [
        # Up to the release agents read the word only if they serve Services.
        ("loadBalancer: { mode: direct }", "loadBalancer.mode", (1, 18)),
        ("loadBalancer: { algorithm: rr }", "loadBalancer.algorithm", (1, 18)),
        ("bpf: { lbModeAnnotation: true }, loadBalancer: { mode: hybrid }", "loadBalancer.mode", (1, 18)),
        ("loadBalancer: { dsrDispatch: gre }", "loadBalancer.dsrDispatch", (1, 19)),
        ("loadBalancer: { acceleration: fast }", "loadBalancer.acceleration", (1, 17)),
        ("maglev: { tableSize: 1000 }", "maglev.tableSize", (1, 17)),
        ("serviceNoBackendResponse: ignore", "serviceNoBackendResponse", (1, 16)),
        ("policyDenyResponse: reset", "policyDenyResponse", (1, 19)),
    ],
)
def test_words_that_agents_read_without_serving_services(values: str, path: str, since: tuple[int, int]) -> None:
    for version in ("1.16.5", "1.17.4", "1.18.0", "1.19.7", "1.20.2"):
        later = tuple(map(int, version.split(".")[:2])) >= since
        assert paths(version, values, "kubeProxyReplacement: false") == ([path] if later else []), version


@pytest.mark.parametrize(
    ("values", "more", "refusing"),
    [
        ("bpf: { masquerade: true }", "kubeProxyReplacement: false", {"1.17.4", "1.18.0"}),
        ("loadBalancer: { mode: dsr, dsrDispatch: ipip }", "", {"1.17.4", "1.18.0"}),
        ("loadBalancer: { mode: dsr, dsrDispatch: ipip, acceleration: native }", "", set()),
        ("loadBalancer: { mode: dsr }", _TUNNEL, {"1.17.4", "1.18.0", "1.19.7", "1.20.2"}),
        ("loadBalancer: { mode: dsr, dsrDispatch: geneve }, tunnelProtocol: geneve", _TUNNEL, set()),
        ("bpf: { lbModeAnnotation: true }", "", {"1.17.4"}),
        ("bpf: { lbModeAnnotation: true }, tunnelProtocol: geneve", _TUNNEL, {"1.17.4", "1.18.0", "1.19.7"}),
        (
            "encryption: { enabled: true, type: ipsec }, ipam: { mode: multi-pool }",
            "ipam: null",
            {"1.17.4", "1.18.0"},
        ),
    ],
)
def test_values_that_some_releases_refuse(values: str, more: str, refusing: set[str]) -> None:
    assert {v for v in ("1.17.4", "1.18.0", "1.19.7", "1.20.2") if paths(v, values, more)} == refusing
