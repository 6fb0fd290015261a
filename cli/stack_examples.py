"""Examples of docs/stack.md: the shipped stacks as their source, and examples that no shipped stack has."""

from __future__ import annotations

# The first stack with a key provides the key's example.
SHIPPED = ("dev", "ingress", "egress-docker", "egress", "ecmp", "docker", "kind", "bgp")
# Keys that no shipped stack has.
WRITTEN = {
    "nodeGroups": """nodeGroups:
  - name: worker-{}
    count: 3
    interfaces: [{name: eth1, address: 192.168.10.111/24}]
    podCIDR: 172.20.11.0/24
""",
    "gatewayController": "gatewayController: {}\n",
    "gateways": """gateways:
  - name: web
    listeners:
      - {name: http, port: 80}
      - {name: tls, port: 443, protocol: TLS, tls: {mode: Passthrough}}
""",
    "httpRoutes": """httpRoutes:
  - name: shop
    parents: [{name: web}]
    hostnames: [shop.example.com]
    rules:
      - matches: [{path: /cart}]
        backends: [{service: cart, port: 8080, weight: 9}]
        timeout: 10s
""",
    "grpcRoutes": """grpcRoutes:
  - name: echo
    parents: [{name: web}]
    rules:
      - matches: [{service: echo.Echo}]
        backends: [{service: echo, port: 9000}]
""",
    "tlsRoutes": """tlsRoutes:
  - name: vault
    parents: [{name: web, sectionName: tls}]
    hostnames: [vault.example.com]
    backends: [{service: vault, port: 8200}]
""",
    "networkPolicies": """networkPolicies:
  - name: dns-and-web
    endpointSelector: {matchLabels: {app: web}}
    ingress:
      - cidrs: [{cidr: 192.0.2.0/24, except: [192.0.2.7/32]}]
        ports: [443, {port: 53, protocol: UDP}]
""",
    "manifests": """manifests:
  - apiVersion: v1
    kind: ConfigMap
    metadata: {name: motd, namespace: default}
    data: {text: hello}
""",
}
# End of a field's path -> a value, if no shipped stack has one. The longest matching end counts.
EXAMPLES = {
    "apiPort": "8443",
    "user": "admin",
    "privateKeyConfig": "deployKey",
    "kubeconfigConfig": "prodKubeconfig",
    "certificateConfig": "webCertificate",
    "keyConfig": "webKey",
    "images.router": "registry.example.com/router:10.3",
    "cluster.network": "lab-net",
    "images.outpost": "registry.example.com/outpost:1",
    "dialErrorLimit": "30",
    "host": "edge-1.example.com",
    "ssh.port": "2222",
    "bastion.port": "2222",
    "nodes[].defaultGateway": "192.168.10.1",
    "nodeGroups[].defaultGateway": "192.168.10.1",
    "taints[].value": "gateway",
    "labels": "{app: web}",
    "first": "101",
    "nodeGroups[].ssh.host": "node-{}.example.com",
    "hostKeys": "{worker-1: ssh-ed25519 AAAA}",
    "hostKey": "ssh-ed25519 AAAA",
    "raw": "[ip nht resolve-via-default]",
    "vrf": "vrf-red",
    "bgp.raw": "[bgp log-neighbor-changes]",
    "updateDelay": "60",
    "maximumPathsIbgp": "4",
    "keepalive": "3",
    "hold": "9",
    "connectRetry": "5",
    "metric": "100",
    "ge": "24",
    "le": "32",
    "localPreference": "200",
    "med": "50",
    "communities": '["65000:50"]',
    "prefixList": "PODS",
    "prefixListIn": "PODS",
    "prefixListOut": "PODS",
    "prefixLists[].name": "PODS",
    "routeMap": "FROM-NODES",
    "routeMapIn": "FROM-NODES",
    "routeMapOut": "TO-NODES",
    "routeMaps[].name": "FROM-NODES",
    "description": "rack 7",
    "ebgpMultihop": "2",
    "ttlSecurityHops": "1",
    "localAs": "65100",
    "localAs.asn": "65100",
    "allowasIn": "1",
    "maximumPrefix": "1000",
    "peerGroup": "CILIUM",
    "outposts[].port": "8080",
    "cilium.namespace": "cilium",
    "chart": "oci://registry.example.com/cilium",
    "readyTimeout": "600",
    "cilium.values": "{hubble: {enabled: false}}",
    "authSecretRef": "bgp-password",
    "authSecrets[].name": "bgp-password",
    "gracefulRestart": "120",
    "peerPort": "1179",
    "localPort": "179",
    "aggregationLength": "24",
    "aggregationLengthIPv6": "64",
    "nodeOverrides[].node": "cilium-w1",
    "nodeOverrides[].instances[].name": "instance-65001",
    "nodeOverrides[].instances[].peers[].name": "tor-switch",
    "routerId": "192.168.10.101",
    "nodeOverrides[].instances[].localASN": "65002",
    "localAddress": "192.168.10.101",
    "namespace": "shop",
    "services[].port": "443",
    "annotations": "{example.com/owner: net}",
    "ingressClassName": "nginx",
    "gatewayClassName": "nginx",
    "service": "web",
    "egressHA.namespace": "egress",
    "lockdown": "closed",
    "admission": "clients",
    "hostNetwork.port": "8080",
    "xffNumTrustedHops": "1",
    "gateways[].addresses": "[172.16.1.9]",
    "secretName": "web-tls",
    "secretNamespace": "certificates",
    "kinds": "[HTTPRoute]",
    "parents[].port": "80",
    "headers[].name": "X-Env",
    "headers[].value": "blue",
    "hostname": "www.example.com",
    "redirect.port": "443",
    "replaceFullPath": "/new",
    "replacePrefixMatch": "/v2",
    "requestHeaders.set": "{X-Env: blue}",
    "requestHeaders.add": "{X-Env: blue}",
    "remove": "[Server]",
    "grpcRoutes[].rules[].matches[].method": "Say",
    "matchName": "api.example.com",
    "matchPattern": '"*.example.com"',
    "http[].method": "GET",
    "http[].path": "/public/.*",
    "http[].host": "www[.]example[.]com",
    "http[].headers": "[X-Token]",
    "endPort": "8090",
    "maxGatewayNodes": "1",
    "replicas": "3",
    "probeInterval": "0.5",
    "misses": "5",
    "recoveries": "5",
    "maxHold": "120",
    "addressLifetime": "10",
    "lease": "5",
    "settle": "5",
    "agentHealthPort": "0",
    "probePort": "4260",
    "metricsPort": "4261",
    "args": "[--verbose]",
    "ingressAccess.ports": "[443]",
    "services[].ports[].port": "8443",
    "services[].loadBalancerClass": "io.cilium/bgp-control-plane",
    "requestedIPs": "[172.16.1.5]",
    "loadBalancerIP": "172.16.1.5",
    "externalIPs": "[203.0.113.9]",
    "waivers[].path": "nodes",
    "reason": "the hosts get their routes by DHCP",
    "values": "[web, api]",
}
