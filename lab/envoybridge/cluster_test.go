package main

import (
	"errors"
	"net/netip"
	"testing"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	upstreams "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// backends returns a cluster as the agent sends it, with these HTTP filters.
func backends(filters ...string) *cluster.Cluster {
	options := &upstreams.HttpProtocolOptions{
		CommonHttpProtocolOptions: &core.HttpProtocolOptions{MaxRequestsPerConnection: wrapperspb.UInt32(9)}}
	for _, name := range filters {
		options.HttpFilters = append(options.HttpFilters, &manager.HttpFilter{Name: name})
	}
	return &cluster.Cluster{Name: "ns/backend:8080",
		TypedExtensionProtocolOptions: map[string]*anypb.Any{httpOptions: packed(options)}}
}

func translatedCluster(t *testing.T, from *cluster.Cluster, addresses ...string) *cluster.Cluster {
	t.Helper()
	one := &translator{ingress: func() ([]netip.Addr, error) {
		all := []netip.Addr{}
		for _, each := range addresses {
			all = append(all, netip.MustParseAddr(each))
		}
		return all, nil
	}}
	name, resource, err := one.translate(packed(from))
	if err != nil || name != from.Name {
		t.Fatalf("%q: %v", name, err)
	}
	result := &cluster.Cluster{}
	if err := resource.UnmarshalTo(result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestRequestsAreJudgedWhereTheirHostIsChosen(t *testing.T) {
	got := translatedCluster(t, backends("envoy.filters.http.header_mutation", l7Policy, "envoy.filters.http.upstream_codec"), ingressIP)
	options := &upstreams.HttpProtocolOptions{}
	if err := got.TypedExtensionProtocolOptions[httpOptions].UnmarshalTo(options); err != nil {
		t.Fatal(err)
	}
	if options.CommonHttpProtocolOptions.GetMaxRequestsPerConnection().GetValue() != 9 {
		t.Error("the other options are gone")
	}
	filters := options.HttpFilters
	if len(filters) != 3 || filters[0].Name != "envoy.filters.http.header_mutation" ||
		filters[1].Name != "envoy.filters.http.ext_proc" || filters[2].Name != "envoy.filters.http.upstream_codec" {
		t.Fatalf("got %v", filters)
	}
	config := &process.ExternalProcessor{}
	if err := filters[1].GetTypedConfig().UnmarshalTo(config); err != nil {
		t.Fatal(err)
	}
	if config.GrpcService.GetEnvoyGrpc().GetClusterName() != bridgeCluster {
		t.Errorf("calls %v", config.GrpcService)
	}
	// If the bridge does not answer, no request passes.
	if config.FailureModeAllow || config.ObservabilityMode || config.MessageTimeout.AsDuration() <= 0 {
		t.Errorf("got %v", config)
	}
	const skip = process.ProcessingMode_SKIP
	want := &process.ProcessingMode{RequestHeaderMode: process.ProcessingMode_SEND, ResponseHeaderMode: skip,
		RequestTrailerMode: skip, ResponseTrailerMode: skip}
	if !proto.Equal(config.ProcessingMode, want) {
		t.Errorf("got %v", config.ProcessingMode)
	}
	if spaces := config.MetadataOptions.GetForwardingNamespaces().GetUntyped(); len(spaces) != 1 || spaces[0] != namespace {
		t.Errorf("got %v", spaces)
	}
	// The attributes that readTraffic reads.
	asked := map[string]bool{}
	for _, each := range config.RequestAttributes {
		asked[each] = true
	}
	for _, each := range []string{"upstream.address", "source.address", "destination.address", "connection.requested_server_name"} {
		if !asked[each] {
			t.Errorf("%s is not sent", each)
		}
	}
}

// The mark identifies the connection: from the proxy, egress (0x0B00), with the identity of Ingress (8) above.
func bound(address string, transparent *core.SocketOption) (*core.SocketAddress, []*core.SocketOption) {
	return socketAddress(address, 0).GetSocketAddress(), []*core.SocketOption{
		option("SO_MARK", 1, 36, 0x0008_0B00), option("IP_BIND_ADDRESS_NO_PORT", 0, 24, 1), option("SO_REUSEADDR", 1, 2, 1), transparent}
}

func TestConnectionsGoOutAsTheNodesIngress(t *testing.T) {
	v4, options4 := bound(ingressIP, option("IP_TRANSPARENT", 0, 19, 1))
	v6, options6 := bound(ingressIP6, option("IPV6_TRANSPARENT", 41, 75, 1))
	both := &core.BindConfig{SourceAddress: v4, SocketOptions: options4, ExtraSourceAddresses: []*core.ExtraSourceAddress{
		{Address: v6, SocketOptions: &core.SocketOptionsOverride{SocketOptions: options6}}}}
	for name, one := range map[string]struct {
		addresses []string
		want      *core.BindConfig
	}{
		"IPv4":          {[]string{ingressIP}, &core.BindConfig{SourceAddress: v4, SocketOptions: options4}},
		"IPv6":          {[]string{ingressIP6}, &core.BindConfig{SourceAddress: v6, SocketOptions: options6}},
		"IPv4 and IPv6": {[]string{ingressIP, ingressIP6}, both},
	} {
		if got := translatedCluster(t, backends(l7Policy), one.addresses...).UpstreamBindConfig; !proto.Equal(got, one.want) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestAClusterThatNothingIsJudgedInStaysAsItIs(t *testing.T) {
	garbledOther := backends()
	garbledOther.TypedExtensionProtocolOptions = map[string]*anypb.Any{"another": garbled(&upstreams.HttpProtocolOptions{})}
	for name, from := range map[string]*cluster.Cluster{
		"no filters":     backends(),
		"other filters":  backends("envoy.filters.http.upstream_codec"),
		"no options":     {Name: "ns/backend:8080"},
		"others' option": garbledOther,
	} {
		if got := translatedCluster(t, from, ingressIP); !proto.Equal(got, from) {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestAClusterIsNotTranslatedBeforeTheIngressIsKnown(t *testing.T) {
	one := &translator{ingress: func() ([]netip.Addr, error) { return nil, errNotYet }}
	if _, resource, err := one.translate(packed(backends(l7Policy))); !errors.Is(err, errNotYet) || resource != nil {
		t.Errorf("got %v, %v", resource, err)
	}
	if _, _, err := one.translate(packed(backends())); err != nil {
		t.Errorf("one that has no use of it: %v", err)
	}
}

func TestAClusterThatCannotBeReadIsRefused(t *testing.T) {
	from := backends(l7Policy)
	from.TypedExtensionProtocolOptions[httpOptions].Value = []byte{0xff}
	if name, resource, err := (&translator{}).translate(packed(from)); err == nil || resource != nil || name != from.Name {
		t.Errorf("got %q, %v", name, resource)
	}
}
