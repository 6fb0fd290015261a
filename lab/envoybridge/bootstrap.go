package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
)

// The agent's cluster in the chart's bootstrap, and the bridge's own cluster.
const (
	xdsCluster    = "xds-grpc-cilium"
	bridgeCluster = "cilium-edge-bridge"
)

// rewriteBootstrap points Envoy's xDS at the bridge, adds the bridge's own cluster and removes Cilium's
// transport sockets: nothing in the lab uses the clusters that have one.
func rewriteBootstrap(from, to, own string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	text, err = bootstrap(text, own)
	if err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}

func bootstrap(text []byte, own string) ([]byte, error) {
	text = []byte(strings.ReplaceAll(string(text), agentSocket, own))
	var document map[string]any
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	resources, _ := document["staticResources"].(map[string]any)
	clusters, _ := resources["clusters"].([]any)
	var bridge map[string]any
	for _, each := range clusters {
		cluster, _ := each.(map[string]any)
		if socket, _ := cluster["transportSocket"].(map[string]any); socket["name"] == "cilium.tls_wrapper" {
			delete(cluster, "transportSocket")
		}
		if cluster["name"] == xdsCluster {
			bridge = maps.Clone(cluster)
		}
	}
	if bridge == nil {
		return nil, fmt.Errorf("no cluster %s in it", xdsCluster)
	}
	bridge["name"] = bridgeCluster
	// Each running request needs a call, and Cilium does not have the default limit of 1024.
	bridge["circuitBreakers"] = map[string]any{"thresholds": []any{map[string]any{
		"maxRequests": 100_000, "maxPendingRequests": 100_000}}}
	resources["clusters"] = append(clusters, bridge)
	return json.Marshal(document)
}
