// A pool, and the session that announces what it gives, on a provider of the program's own.
import * as edge from "@pulumi/cilium-edge";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

const config = new pulumi.Config();
const cluster = new kubernetes.Provider("cluster", { kubeconfig: config.requireSecret("kubeconfig") });

const pools = new edge.LbIpam(
    "lb",
    { pools: [{ name: "public", blocks: [{ cidr: config.require("pool") }], allowFirstLastIps: "No" }] },
    { providers: [cluster] },
);

new edge.BgpControlPlane(
    "bgp",
    {
        clusterConfigs: [
            {
                name: "edge",
                nodeSelector: { matchLabels: { bgp: "yes" } },
                instances: [
                    {
                        name: "edge",
                        localAsn: 65001,
                        peers: [{ name: "tor", address: "192.168.10.200", asn: 65000, peerConfigRef: "tor" }],
                    },
                ],
            },
        ],
        peerConfigs: [
            { name: "tor", families: [{ afi: "ipv4", advertisements: { matchLabels: { announce: "services" } } }] },
        ],
        advertisements: [
            {
                name: "services",
                labels: { announce: "services" },
                advertisements: [
                    {
                        type: "Service",
                        addresses: ["LoadBalancerIP"],
                        selector: { matchLabels: { announce: "yes" } },
                    },
                ],
            },
        ],
    },
    { providers: [cluster] },
);

export const poolNames = pools.pools;
