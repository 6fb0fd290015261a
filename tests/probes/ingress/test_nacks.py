"""What Envoy refused, as agents log it."""

from __future__ import annotations

import json

from probes.ingress.nacks import current, read

# An agent's own lines (1.18.0); the second refusal of a kind is the one that counts.
LOG = r"""time=2026-11-27T01:10:00.000000001Z level=info msg="xDS was restarted" module=agent.controlplane.envoy-proxy
time=2026-11-27T01:10:00.500000001Z level=warn msg="NACK received for versions after %s and up to %s; waiting for a version update before sending again" module=agent.controlplane.envoy-proxy xdsStreamID=10 xdsTypeURL=type.googleapis.com/envoy.config.route.v3.RouteConfiguration xdsNonce=4 xdsDetail="missing ): /old(" version=3
time=2026-11-27T01:10:01.062096513Z level=warn msg="NACK received for versions after %s and up to %s; waiting for a version update before sending again" module=agent.controlplane.envoy-proxy xdsStreamID=10 xdsTypeURL=type.googleapis.com/envoy.config.route.v3.RouteConfiguration xdsNonce=5 xdsDetail="missing ): /x(" version=4 responseNonce=5
time=2026-11-27T01:10:02Z level=warn msg="NACK received for versions after %s and up to %s; waiting for a version update before sending again" xdsTypeURL=type.googleapis.com/envoy.config.listener.v3.Listener xdsDetail="default/a: no \"such\" filter\nand more" version=4
"""  # noqa: E501
ROUTES = "at 2026-11-27T01:10:01Z Envoy refused the RouteConfiguration: missing ): /x("
LISTENER = 'at 2026-11-27T01:10:02Z Envoy refused the Listener: default/a: no "such" filter and more'


def test_the_last_refusal_of_each_kind() -> None:
    assert [str(nack) for nack in read(LOG)] == [LISTENER, ROUTES]
    assert read("") == []


def test_agents_that_log_in_json() -> None:
    line = {
        "time": "2026-11-27T01:10:01.06Z",
        "msg": "NACK received for versions",
        "xdsDetail": 'no "such"\nfilter',
        "xdsTypeURL": "type.googleapis.com/envoy.config.cluster.v3.Cluster",
    }
    assert [str(nack) for nack in read(json.dumps(line))] == [
        'at 2026-11-27T01:10:01Z Envoy refused the Cluster: no "such" filter'
    ]


def test_a_refusal_of_routes_is_over_when_later_routes_were_taken() -> None:
    def taken(*times: str) -> list[str]:
        return [nack.kind for nack in current(read(LOG), {"configs": [{"last_updated": time} for time in times]})]

    assert taken("2026-11-27T01:09:00.100Z", "2026-11-27T01:10:00.900Z") == ["Listener", "RouteConfiguration"]
    assert taken("2026-11-27T01:09:00.100Z", "2026-11-27T01:10:01.100Z") == ["Listener"]
    assert taken() == ["Listener", "RouteConfiguration"]
