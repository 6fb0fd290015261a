"""Answers recorded from a healthy ingress stack, cut to what the judges read, and a collector that has them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import yaml
from cryptography.hazmat.primitives.asymmetric import ec

from config.load import parse
from config.stack import StackConfig
from probes.collector import Collector
from probes.observations import Observations
from tests.components.test_certificates import made
from transport.ssh import Endpoint, Result

FILE = Path(__file__).resolve().parents[3] / "Pulumi.ingress.yaml"
DOCUMENT = yaml.safe_load(FILE.read_text())["config"]["cilium-edge:stack"]
NODES = ("cilium-ctr", "cilium-w1", "cilium-w2")
SHARED, DEDICATED = "192.168.10.211", "192.168.10.212"
PODS = {
    "curl-pod": ("curl", "cilium-ctr"),
    "details-1": ("details", "cilium-w1"),
    "productpage-1": ("productpage", "cilium-w2"),
    "webpod-1": ("webpod", "cilium-w1"),
    "webpod-2": ("webpod", "cilium-w2"),
}
# Its serial number is 1.
CERTIFICATE = made("webpod.example", key=ec.generate_private_key(ec.SECP256R1()))
POLICIES = [
    {
        "metadata": {"name": "external-lockdown"},
        "spec": {"endpointSelector": {}, "ingress": [{"fromEntities": ["cluster"]}]},
    },
    {
        "metadata": {"name": "allow-cidr"},
        "spec": {
            "endpointSelector": {"matchExpressions": [{"key": "reserved:ingress", "operator": "Exists"}]},
            "ingress": [{"fromCIDRSet": [{"cidr": "192.168.10.200/32"}, {"cidr": "127.0.0.1/32"}]}],
        },
    },
]


def stack(change: Callable[[Any], object] = lambda d: None) -> StackConfig:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return parse(document, "ingress")


def route(match: dict[str, Any], backend: str, owner: str = "kube-system/cilium-ingress") -> dict[str, Any]:
    return {"match": match, "route": {"cluster": f"{owner}/{backend}"}}


def listener(owner: str, hosts: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """One route configuration of `cilium-dbg envoy admin config routes`; `hosts`: domain -> its routes."""
    return {
        "@type": "type.googleapis.com/envoy.admin.v3.RoutesConfigDump.DynamicRouteConfig",
        "version_info": "21",
        "route_config": {
            "name": f"{owner}/listener-insecure",
            "virtual_hosts": [
                {
                    "name": f"{owner}/{domain}",
                    "domains": [domain] if domain == "*" else [domain, f"{domain}:*"],
                    "routes": routes,
                }
                for domain, routes in hosts.items()
            ],
        },
    }


def dump() -> dict[str, Any]:
    """What every node's Envoy has."""
    webpod = [route({"prefix": "/"}, "default:webpod:80", "default/cilium-ingress-webpod-ingress")]
    return {
        "configs": [
            listener(
                "kube-system/cilium-ingress",
                {
                    "*": [
                        route({"path_separated_prefix": "/details"}, "default:details:9080"),
                        route({"prefix": "/"}, "default:productpage:9080"),
                    ]
                },
            ),
            listener("default/cilium-ingress-webpod-ingress", {"*": webpod, "webpod.example": copy.deepcopy(webpod)}),
        ]
    }


def served(*serials: str) -> dict[str, Any]:
    """What `cilium-dbg envoy admin certs` says; not every entry has a chain."""
    chains = [{"serial_number": serial, "subject_alt_names": [{"dns": "webpod.example"}]} for serial in serials]
    return {"certificates": [{"ca_cert": []}, *({"cert_chain": [chain]} for chain in chains)]}


def given(namespace: str, name: str, address: str) -> dict[str, Any]:
    """A Service or an Ingress that has an address."""
    return {
        "metadata": {"name": name, "namespace": namespace},
        "status": {"loadBalancer": {"ingress": [{"ip": address, "ipMode": "VIP"}]}},
    }


def pod(name: str, app: str, node: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "default", "labels": {"app": app}},
        "spec": {"nodeName": node, "containers": [{"name": app}]},
    }


def endpoints(service: str, port: int, *names: str) -> dict[str, Any]:
    """The EndpointSlice of a Service."""
    return {
        "metadata": {"name": f"{service}-x", "namespace": "default", "labels": {"kubernetes.io/service-name": service}},
        "ports": [{"name": "main", "port": port}],
        "endpoints": [
            {"addresses": ["172.20.9.9"], "conditions": {"ready": True}, "targetRef": {"name": name}} for name in names
        ],
    }


def healthy() -> Observations:
    """What Collector.collect() returns when all is well."""
    return Observations(
        objects={
            "services": [
                given("kube-system", "cilium-ingress", SHARED),
                given("default", "cilium-ingress-webpod-ingress", DEDICATED),
                *(
                    {"metadata": {"name": name, "namespace": "default"}, "spec": {"ports": []}}
                    for name in ("details", "productpage", "webpod")
                ),
            ],
            "ingresses": [given("default", "basic-ingress", SHARED), given("default", "webpod-ingress", DEDICATED)],
            "pods": [pod(name, *where) for name, where in PODS.items()],
            "slices": [
                endpoints("details", 9080, "details-1"),
                endpoints("productpage", 9080, "productpage-1"),
                endpoints("webpod", 80, "webpod-1", "webpod-2"),
            ],
            "CiliumClusterwideNetworkPolicy": copy.deepcopy(POLICIES),
            "CiliumNetworkPolicy": [],
        },
        envoys={node: dump() for node in NODES},
        served={node: served("2af6", "01") for node in NODES},
        certificates={("default", "webpod-tls"): CERTIFICATE},
    )


def replied(body: str, status: int = 200) -> str:
    """What curl -i shows of a backend's answer."""
    return f"HTTP/1.1 {status} OK\r\nserver: envoy\r\nx-envoy-upstream-service-time: 2\r\n\r\n{body}"


def refused(status: int = 403) -> str:
    """What curl -i shows where Envoy answers by itself."""
    return f"HTTP/1.1 {status} Forbidden\r\ncontent-length: 15\r\nserver: envoy\r\n\r\nAccess denied\n"


def behind(url: str) -> str:
    """The answer of the backend of a URL; whoami alone says who it is."""
    if url.startswith(f"http://{SHARED}/"):
        return replied("[]" if url.endswith("/details") else "<html>")
    return replied("Hostname: webpod-2\nGET / HTTP/1.1\n")


class Hosts:
    """A collector: hosts and pods run only `curl` and `echo`. `reply`: host or pod, and URL -> output of curl."""

    def __init__(self, of: StackConfig, reply: Callable[[str, str], str] = lambda place, url: behind(url)) -> None:
        self.stack, self.reply = of, reply
        self.ssh = self.kube = self
        self.endpoints = {name: Endpoint(name) for name in of.hosts()}
        self.asked: list[tuple[Any, ...]] = []
        self.has_curl = True

    def run(self, endpoint: Endpoint, command: str, timeout: float) -> Result:
        self.asked.append((endpoint.host, command, timeout))
        return Result(0, self._shell(endpoint.host, command), "curl: (28) a word on the other stream")

    def exec(self, namespace: str, name: str, container: str, command: list[str]) -> tuple[int, str, str]:
        self.asked.append((namespace, name, container, command))
        return 0, self._shell(name, command[-1]), "a word on the other stream"

    def in_pod(self, pod: Any, command: str) -> str:
        return Collector.in_pod(self.collector(), pod, command)

    def _shell(self, place: str, command: str) -> str:
        out = ""
        for part in command.split("; "):
            looked, _, otherwise = part.partition(" || echo ")
            if looked.startswith("command -v curl"):
                out += "" if self.has_curl else f"{otherwise}\n"
                continue
            url = re.search(r"https?://\S+", part)
            out += self.reply(place, url[0]) if url else f"{part.removeprefix('echo ')}\n"
        return out

    def collector(self) -> Collector:
        return cast(Collector, self)
