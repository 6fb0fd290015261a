package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The chart's configuration, reduced to the relevant parts.
const chartsBootstrap = `{
  "node": {"id": "host~127.0.0.1~no-id~localdomain", "cluster": "ingress-cluster"},
  "staticResources": {
    "listeners": [{"name": "envoy-health-listener", "address": {"socketAddress": {"address": "127.0.0.1", "portValue": 9878}}}],
    "clusters": [
      {"name": "ingress-cluster", "type": "ORIGINAL_DST", "lbPolicy": "CLUSTER_PROVIDED"},
      {"name": "egress-cluster-tls", "transportSocket": {"name": "cilium.tls_wrapper"}},
      {"name": "other-tls", "transportSocket": {"name": "envoy.transport_sockets.tls"}},
      {"name": "xds-grpc-cilium", "type": "STATIC", "loadAssignment": {"endpoints": [{"lbEndpoints": [{"endpoint":
        {"address": {"pipe": {"path": "/var/run/cilium/envoy/sockets/xds.sock"}}}}]}]}},
      {"name": "/envoy-admin", "loadAssignment": {"endpoints": [{"lbEndpoints": [{"endpoint":
        {"address": {"pipe": {"path": "/var/run/cilium/envoy/sockets/admin.sock"}}}}]}]}}
    ]
  },
  "dynamicResources": {"ldsConfig": {"apiConfigSource": {"grpcServices": [{"envoyGrpc": {"clusterName": "xds-grpc-cilium"}}]}}},
  "admin": {"address": {"pipe": {"path": "/var/run/cilium/envoy/sockets/admin.sock"}}}
}`

func decoded(t *testing.T, text string) map[string]any {
	t.Helper()
	result := map[string]any{}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestTheBootstrapLeadsToTheBridge(t *testing.T) {
	text, err := bootstrap([]byte(chartsBootstrap), "/run/bridge.sock")
	if err != nil {
		t.Fatal(err)
	}
	got, want := decoded(t, string(text)), decoded(t, strings.ReplaceAll(chartsBootstrap, agentSocket, "/run/bridge.sock"))
	resources := want["staticResources"].(map[string]any)
	clusters := resources["clusters"].([]any)
	// Settings that upstream Envoy does not have are gone, but other TLS settings stay.
	delete(clusters[1].(map[string]any), "transportSocket")
	// The bridge is called like the agent, but once for each request.
	own := decoded(t, `{"circuitBreakers": {"thresholds": [{"maxRequests": 100000, "maxPendingRequests": 100000}]}}`)
	for key, value := range clusters[3].(map[string]any) {
		own[key] = value
	}
	own["name"] = "cilium-edge-bridge"
	resources["clusters"] = append(clusters, own)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

func TestABootstrapWithoutTheAgentIsNoneOfCilium(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON": "node:", "no clusters": `{"staticResources": {}}`, "clusters of another kind": `{"staticResources": {"clusters": {}}}`,
		"other clusters": `{"staticResources": {"clusters": [{"name": "other"}]}}`, "nothing": "{}",
	} {
		if got, err := bootstrap([]byte(text), "/run/bridge.sock"); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func TestTheBootstrapIsWrittenBesideTheCharts(t *testing.T) {
	directory := t.TempDir()
	from, to := filepath.Join(directory, "bootstrap-config.json"), filepath.Join(directory, "envoy-bootstrap.json")
	if err := os.WriteFile(from, []byte(chartsBootstrap), 0o400); err != nil {
		t.Fatal(err)
	}
	if err := rewriteBootstrap(from, to, "/run/bridge.sock"); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(to); err != nil || !strings.Contains(string(text), bridgeCluster) {
		t.Errorf("got %s, %v", text, err)
	}
	// The chart's bootstrap is in a ConfigMap and must not change.
	if text, _ := os.ReadFile(from); string(text) != chartsBootstrap {
		t.Error("the chart's own is changed")
	}
	if err := rewriteBootstrap(filepath.Join(directory, "none"), to, "/run/bridge.sock"); err == nil {
		t.Error("of a file that is not there")
	}
}
