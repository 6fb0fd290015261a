package main

import (
	"testing"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	grpclog "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/grpc/v3"
	metadata "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/set_metadata/v3"
	authorize "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/ext_authz/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/proto"
)

func filter(name string, settings proto.Message) *listener.Filter {
	return &listener.Filter{Name: name, ConfigType: &listener.Filter_TypedConfig{TypedConfig: packed(settings)}}
}

// httpChain returns a chain with visible requests; nil settings: a chain without a filter of Cilium.
func httpChain(settings *cilium.L7Policy) *listener.FilterChain {
	http := &manager.HttpConnectionManager{StatPrefix: "ingress"}
	chain := &listener.FilterChain{}
	if settings != nil {
		http.HttpFilters = append(http.HttpFilters, &manager.HttpFilter{Name: "envoy.filters.http.grpc_web"},
			&manager.HttpFilter{Name: l7Policy, ConfigType: &manager.HttpFilter_TypedConfig{TypedConfig: packed(settings)}})
	}
	http.HttpFilters = append(http.HttpFilters, &manager.HttpFilter{Name: "envoy.filters.http.router"})
	chain.Filters = append(chain.Filters, filter(network, &cilium.NetworkFilter{}),
		filter("envoy.filters.network.http_connection_manager", http))
	return chain
}

// passedOn returns a chain whose TLS a backend terminates.
func passedOn() *listener.FilterChain {
	return &listener.FilterChain{FilterChainMatch: &listener.FilterChainMatch{ServerNames: []string{"a.example"}},
		Filters: []*listener.Filter{filter(network, &cilium.NetworkFilter{}),
			filter("envoy.filters.network.tcp_proxy", &tcp.TcpProxy{StatPrefix: "a"})}}
}

func httpOf(t *testing.T, chain *listener.FilterChain) *manager.HttpConnectionManager {
	t.Helper()
	// The filters before it are gone: requests are judged once their host is chosen.
	if len(chain.Filters) != 1 || chain.Filters[0].Name != "envoy.filters.network.http_connection_manager" {
		t.Fatalf("got %v", chain.Filters)
	}
	result := &manager.HttpConnectionManager{}
	if err := chain.Filters[0].GetTypedConfig().UnmarshalTo(result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestARequestCarriesWhatItIsJudgedBy(t *testing.T) {
	meta := northSouth()
	meta.L7LbPolicyName = "10.9.9.9"
	for name, one := range map[string]struct {
		meta *cilium.BpfMetadata
		body string
		want subject
	}{
		"the policy of Ingress": {northSouth(), "", subject{enforced: true, proxy: 7, listener: listenerPort}},
		"a policy of its own":   {meta, "no\r\n", subject{policy: "10.9.9.9", enforced: true, proxy: 7, listener: listenerPort, denied: "no\r\n"}},
		"no policy":             {&cilium.BpfMetadata{IsL7Lb: true, L7LbPolicyName: "10.9.9.9"}, "", subject{listener: listenerPort}},
	} {
		http := httpOf(t, translatedListener(t, listening(one.meta, httpChain(&cilium.L7Policy{Denied_403Body: one.body}))).FilterChains[0])
		if len(http.HttpFilters) != 3 || http.HttpFilters[0].Name != "envoy.filters.http.grpc_web" ||
			http.HttpFilters[1].Name != "envoy.filters.http.set_metadata" || http.HttpFilters[2].Name != "envoy.filters.http.router" {
			t.Fatalf("%s: got %v", name, http.HttpFilters)
		}
		config := &metadata.Config{}
		if err := http.HttpFilters[1].GetTypedConfig().UnmarshalTo(config); err != nil || len(config.Metadata) != 1 {
			t.Fatalf("%s: got %v, %v", name, config, err)
		}
		// No earlier filter may set the subject of the request.
		if set := config.Metadata[0]; set.MetadataNamespace != namespace || !set.AllowOverwrite {
			t.Errorf("%s: got %v", name, set)
		}
		got, found := subjectIn(carried(config.Metadata[0].Value))
		if !found || got != one.want {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestARequestsEndIsToldToTheBridge(t *testing.T) {
	meta := northSouth()
	meta.L7LbPolicyName = "10.9.9.9"
	http := httpOf(t, translatedListener(t, listening(meta, httpChain(&cilium.L7Policy{}))).FilterChains[0])
	if len(http.AccessLog) != 1 || http.AccessLog[0].Name != "envoy.access_loggers.http_grpc" {
		t.Fatalf("got %v", http.AccessLog)
	}
	config := &grpclog.HttpGrpcAccessLogConfig{}
	if err := http.AccessLog[0].GetTypedConfig().UnmarshalTo(config); err != nil {
		t.Fatal(err)
	}
	if config.CommonConfig.LogName == "" || config.CommonConfig.TransportApiVersion != core.ApiVersion_V3 ||
		config.CommonConfig.BufferFlushInterval.AsDuration() > time.Second {
		t.Errorf("got %v", config.CommonConfig)
	}
	callsTheBridge(t, config.CommonConfig.GrpcService, subject{policy: "10.9.9.9", enforced: true, proxy: 7, listener: listenerPort})
}

func TestAConnectionThatIsPassedOnIsJudgedFirst(t *testing.T) {
	got := translatedListener(t, listening(northSouth(), passedOn())).FilterChains[0]
	if len(got.Filters) != 2 || got.Filters[0].Name != "envoy.filters.network.ext_authz" ||
		got.Filters[1].Name != "envoy.filters.network.tcp_proxy" {
		t.Fatalf("got %v", got.Filters)
	}
	config := &authorize.ExtAuthz{}
	if err := got.Filters[0].GetTypedConfig().UnmarshalTo(config); err != nil {
		t.Fatal(err)
	}
	// If the bridge does not answer, no client may connect; and rules can be for a server name.
	if config.FailureModeAllow || !config.IncludeTlsSession || config.TransportApiVersion != core.ApiVersion_V3 || config.StatPrefix == "" {
		t.Errorf("got %v", config)
	}
	callsTheBridge(t, config.GrpcService, enforced)
	if !proto.Equal(got.FilterChainMatch, passedOn().FilterChainMatch) {
		t.Errorf("got %v", got.FilterChainMatch)
	}
}

func TestEveryChainOfAListenerIsTranslated(t *testing.T) {
	from := listening(northSouth(), passedOn(), httpChain(&cilium.L7Policy{}))
	from.DefaultFilterChain = httpChain(&cilium.L7Policy{})
	got := translatedListener(t, from)
	if got.FilterChains[0].Filters[0].Name != "envoy.filters.network.ext_authz" {
		t.Errorf("got %v", got.FilterChains[0])
	}
	for name, chain := range map[string]*listener.FilterChain{"last": got.FilterChains[1], "default": got.DefaultFilterChain} {
		if http := httpOf(t, chain); http.HttpFilters[1].Name != "envoy.filters.http.set_metadata" {
			t.Errorf("%s: got %v", name, http.HttpFilters)
		}
	}
}
