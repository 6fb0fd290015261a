"""Objects of the Kubernetes API -> documents of the stack's models. The reverse of effective/objects."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]


def _spec(document: Document) -> dict[str, Any]:
    return dict(document.get("spec") or {})


def _meta(document: Document) -> dict[str, Any]:
    return dict(document.get("metadata") or {})


def kept(**values: Any) -> dict[str, Any]:
    """The keys that have a value."""
    return {key: value for key, value in values.items() if value is not None}


def _only(values: Any, *keys: str) -> dict[str, Any] | None:
    return {key: values[key] for key in keys if key in values} if isinstance(values, dict) else None


def release(document: Document) -> dict[str, Any] | None:
    """The Cilium installation of a Helm release of the chart `cilium`. None for another chart."""
    chart = str(document.get("chart") or "")
    if chart.rstrip("/").rpartition("/")[2] != "cilium":
        return None
    values = dict(document.get("values") or {})
    version = str(document.get("version") or "")
    known = re.fullmatch(r"v?(1\.(?:16|17|18|19|20)\.\d+)", version)
    return kept(
        version=known[1] if known else None,
        kubeProxyReplacement=str(values.get("kubeProxyReplacement", "false")).lower() in ("true", "strict"),
        routingMode=values.get("routingMode") if values.get("routingMode") in ("native", "tunnel") else "tunnel",
        values=values,
    )


def cluster_config(document: Document) -> dict[str, Any]:
    """CiliumBGPClusterConfig."""
    instances = []
    for item in _spec(document).get("bgpInstances") or []:
        peers = [
            kept(
                name=p.get("name"),
                asn=p.get("peerASN"),
                address=p.get("peerAddress"),
                defaultGateway=((p.get("autoDiscovery") or {}).get("defaultGateway") or {}).get("addressFamily"),
                peerConfigRef=(p.get("peerConfigRef") or {}).get("name"),
            )
            for p in item.get("peers") or []
        ]
        numbers = kept(localASN=item.get("localASN"), localPort=item.get("localPort"))
        instances.append({**kept(name=item.get("name")), **numbers, "peers": peers})
    return kept(name=_meta(document).get("name"), nodeSelector=_spec(document).get("nodeSelector"), instances=instances)


def peer_config(document: Document) -> dict[str, Any]:
    """CiliumBGPPeerConfig. Unset timers have the API's defaults."""
    spec = _spec(document)
    timers = spec.get("timers") or {}
    restart = spec.get("gracefulRestart") or {}
    families = [
        kept(afi=f.get("afi"), safi=f.get("safi"), advertisements=f.get("advertisements"))
        for f in spec.get("families") or []
    ]
    return kept(
        name=_meta(document).get("name"),
        hold=timers.get("holdTimeSeconds", 90),
        keepalive=timers.get("keepAliveTimeSeconds", 30),
        connectRetry=timers.get("connectRetryTimeSeconds", 120),
        gracefulRestart=restart.get("restartTimeSeconds", 120) if restart.get("enabled") else False,
        ebgpMultihop=spec.get("ebgpMultihop"),
        authSecretRef=spec.get("authSecretRef"),
        families=families,
        transport=_only(spec.get("transport"), "peerPort", "sourceInterface"),
    )


def advertisement_set(document: Document) -> dict[str, Any]:
    """CiliumBGPAdvertisement."""
    entries = []
    for item in _spec(document).get("advertisements") or []:
        service = item.get("service") or {}
        attributes = item.get("attributes") or {}
        entries.append(
            kept(
                type=item.get("advertisementType"),
                addresses=service.get("addresses"),
                selector=item.get("selector"),
                aggregationLength=service.get("aggregationLengthIPv4"),
                interface=(item.get("interface") or {}).get("name"),
                aggregationLengthIPv6=service.get("aggregationLengthIPv6"),
                localPreference=attributes.get("localPreference"),
                communities=[text for texts in (attributes.get("communities") or {}).values() for text in texts],
            )
        )
    return kept(name=_meta(document).get("name"), labels=_meta(document).get("labels") or {}, advertisements=entries)


def node_override(document: Document) -> dict[str, Any]:
    """CiliumBGPNodeConfigOverride."""
    instances = []
    for item in _spec(document).get("bgpInstances") or []:
        peers = [
            kept(name=p.get("name"), localAddress=p.get("localAddress"), localPort=p.get("localPort"))
            for p in item.get("peers") or []
        ]
        instances.append(
            kept(
                name=item.get("name"),
                routerId=item.get("routerID"),
                localPort=item.get("localPort"),
                localASN=item.get("localASN"),
                peers=peers,
            )
        )
    return kept(node=_meta(document).get("name"), instances=instances)


def pool(document: Document) -> dict[str, Any]:
    """CiliumLoadBalancerIPPool."""
    spec = _spec(document)
    return kept(
        name=_meta(document).get("name"),
        blocks=spec.get("blocks") or spec.get("cidrs"),
        allowFirstLastIPs=spec.get("allowFirstLastIPs"),
        serviceSelector=spec.get("serviceSelector"),
        disabled=spec.get("disabled"),
    )


def l2_policy(document: Document) -> dict[str, Any]:
    """CiliumL2AnnouncementPolicy."""
    return kept(name=_meta(document).get("name"), **_spec(document))


def egress_policy(document: Document) -> dict[str, Any]:
    """CiliumEgressGatewayPolicy and IsovalentEgressGatewayPolicy."""
    return {"kind": document.get("kind"), **kept(name=_meta(document).get("name"), **_spec(document))}


def network_policy(document: Document) -> dict[str, Any]:
    """CiliumClusterwideNetworkPolicy and CiliumNetworkPolicy, as far as the rules use them.

    Raises ValueError for a policy without `spec.endpointSelector` or `spec.nodeSelector` (such as one with `specs`).
    """
    spec, meta = _spec(document), _meta(document)
    subjects = ("endpointSelector", "nodeSelector")
    selectors = {key: dict(spec[key]) for key in subjects if isinstance(spec.get(key), dict)}
    if not selectors:
        raise ValueError("no policy of endpoints or nodes")
    space = (meta.get("namespace") or "default") if document.get("kind") == "CiliumNetworkPolicy" else None
    return kept(
        name=meta.get("name"),
        namespace=space,
        **selectors,
        enableDefaultDeny=_only(spec.get("enableDefaultDeny"), "ingress", "egress"),
        **{
            key: [_policy_rule(rule, "from" if key.startswith("in") else "to") for rule in spec[key] or []]
            for key in ("ingress", "egress", "ingressDeny", "egressDeny")
            if key in spec
        },
    )


def _policy_rule(rule: Document, side: str) -> dict[str, Any]:
    """A rule of a policy. Keys that the models do not have are left out."""
    groups = rule.get("toPorts") or []
    return kept(
        endpoints=rule.get(f"{side}Endpoints"),
        entities=rule.get(f"{side}Entities"),
        cidrs=(rule.get(f"{side}CIDRSet") or []) + [{"cidr": c} for c in rule.get(f"{side}CIDR") or []],
        fqdns=rule.get(f"{side}FQDNs"),
        ports=[_policy_port(p) for group in groups for p in group.get("ports") or []] or None,
        http=[h for group in groups for h in (group.get("rules") or {}).get("http") or []] or None,
    )


def _policy_port(item: Document) -> dict[str, Any] | int:
    text = str(item.get("port"))
    number = int(text) if text.isdigit() else 0
    # Port 0 means every port of the protocol.
    whole = {"port": number or 1, "endPort": 65535} if text == "0" else {"port": number or text}
    return kept(
        **whole, protocol=item.get("protocol") or "ANY", **({"endPort": item["endPort"]} if item.get("endPort") else {})
    )


def _backend_port(service: Document) -> int | str | None:
    port = service.get("port") or {}
    return port.get("number") or port.get("name")


def ingress(document: Document) -> dict[str, Any]:
    """Ingress."""
    meta, spec = _meta(document), _spec(document)
    rules = []
    for rule in spec.get("rules") or []:
        paths = []
        for path in (rule.get("http") or {}).get("paths") or []:
            service = (path.get("backend") or {}).get("service") or {}
            paths.append(
                kept(
                    path=path.get("path"),
                    pathType=path.get("pathType"),
                    service=service.get("name"),
                    port=_backend_port(service),
                )
            )
        rules.append(kept(host=rule.get("host"), paths=paths))
    default, backend = (spec.get("defaultBackend") or {}).get("service"), None
    if default:
        backend = {"service": default.get("name"), "port": _backend_port(default)}
    tls = [kept(hosts=item.get("hosts"), secretName=item.get("secretName")) for item in spec.get("tls") or []]
    return kept(
        name=meta.get("name"),
        namespace=meta.get("namespace"),
        labels=meta.get("labels"),
        annotations=meta.get("annotations"),
        ingressClassName=spec.get("ingressClassName") or "none",
        defaultBackend=backend,
        tls=tls or None,
        rules=rules,
    )


def service(document: Document) -> dict[str, Any]:
    """Service."""
    meta, spec = _meta(document), _spec(document)
    ports = [
        kept(name=p.get("name"), port=p.get("port"), protocol=p.get("protocol"), targetPort=p.get("targetPort"))
        for p in spec.get("ports") or []
    ]
    annotations = dict(meta.get("annotations") or {})
    return kept(
        name=meta.get("name"),
        namespace=meta.get("namespace"),
        labels=meta.get("labels"),
        annotations=annotations,
        type=spec.get("type") or "ClusterIP",
        selector=spec.get("selector"),
        port=ports[0].get("port") if ports else None,
        ports=ports,
        loadBalancerIP=spec.get("loadBalancerIP") or None,
        externalIPs=spec.get("externalIPs"),
        ipFamilies=spec.get("ipFamilies"),
        ipFamilyPolicy=spec.get("ipFamilyPolicy"),
        internalTrafficPolicy=spec.get("internalTrafficPolicy"),
        externalTrafficPolicy=spec.get("externalTrafficPolicy"),
        loadBalancerClass=spec.get("loadBalancerClass"),
    )
