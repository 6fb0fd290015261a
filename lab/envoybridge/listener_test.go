package main

import (
	"strings"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	"google.golang.org/protobuf/proto"
)

func socketAddress(ip string, number uint32) *core.Address {
	return &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{Address: ip,
		PortSpecifier: &core.SocketAddress_PortValue{PortValue: number}}}}
}

// listening returns a listener for an Ingress, as the agent sends it.
func listening(meta *cilium.BpfMetadata, chains ...*listener.FilterChain) *listener.Listener {
	return &listener.Listener{
		Name: "ns/cec/listener", FilterChains: chains, Address: socketAddress("127.0.0.1", listenerPort),
		AdditionalAddresses: []*listener.AdditionalAddress{{Address: socketAddress("::1", listenerPort)}},
		ListenerFilters: []*listener.ListenerFilter{
			{Name: "envoy.filters.listener.tls_inspector"},
			{Name: bpfMetadata, ConfigType: &listener.ListenerFilter_TypedConfig{TypedConfig: packed(meta)}},
			{Name: "envoy.filters.listener.proxy_protocol"},
		},
	}
}

func northSouth() *cilium.BpfMetadata {
	return &cilium.BpfMetadata{IsL7Lb: true, ProxyId: 7, EnforcePolicyOnL7Lb: true}
}

// translatedListener returns the listener that Envoy gets.
func translatedListener(t *testing.T, from *listener.Listener) *listener.Listener {
	t.Helper()
	name, resource, err := (&translator{}).translate(packed(from))
	if err != nil || name != from.Name {
		t.Fatalf("%q: %v", name, err)
	}
	result := &listener.Listener{}
	if err := resource.UnmarshalTo(result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAListenerLosesCiliumsFilterAlone(t *testing.T) {
	got := translatedListener(t, listening(northSouth()))
	names := []string{}
	for _, each := range got.ListenerFilters {
		names = append(names, each.Name)
	}
	if strings.Join(names, " ") != "envoy.filters.listener.tls_inspector envoy.filters.listener.proxy_protocol" {
		t.Errorf("got %v", names)
	}
}

// The datapath redirects connections by TPROXY: for every address, to a socket that it recognizes by its mark.
func TestAListenersSocketsAreTransparent(t *testing.T) {
	from := listening(northSouth())
	own := option("TCP_FASTOPEN", 6, 23, 5)
	from.SocketOptions = []*core.SocketOption{own}
	got := translatedListener(t, from)
	if !got.Transparent.GetValue() {
		t.Error("not transparent")
	}
	want := []*core.SocketOption{own, option("SO_MARK", 1, 36, 0x0B00), option("SO_REUSEADDR", 1, 2, 1)}
	if len(got.SocketOptions) != len(want) {
		t.Fatalf("got %v", got.SocketOptions)
	}
	for i := range want {
		if !proto.Equal(got.SocketOptions[i], want[i]) {
			t.Errorf("got %v", got.SocketOptions[i])
		}
		if got.SocketOptions[i].State != core.SocketOption_STATE_PREBIND {
			t.Errorf("%s is set too late", want[i].Description)
		}
	}
}

func TestAListenerOfTheLoopbackAddressListensOnAll(t *testing.T) {
	got := translatedListener(t, listening(northSouth()))
	if !proto.Equal(got.Address, socketAddress("0.0.0.0", listenerPort)) {
		t.Errorf("got %v", got.Address)
	}
	if len(got.AdditionalAddresses) != 1 || !proto.Equal(got.AdditionalAddresses[0].Address, socketAddress("::", listenerPort)) {
		t.Errorf("got %v", got.AdditionalAddresses)
	}
}

// For a Gateway on the host network, the operator chooses the address.
func TestAListenerOfAnotherAddressKeepsIt(t *testing.T) {
	from := listening(northSouth())
	from.Address, from.AdditionalAddresses = socketAddress("172.18.0.3", 80), nil
	if got := translatedListener(t, from); !proto.Equal(got.Address, from.Address) {
		t.Errorf("got %v", got.Address)
	}
}

func TestAListenerThatIsNotCiliumsStaysAsItIs(t *testing.T) {
	from := &listener.Listener{Name: "envoy-prometheus-metrics-listener", Address: socketAddress("127.0.0.1", 9964),
		ListenerFilters: []*listener.ListenerFilter{{Name: "envoy.filters.listener.tls_inspector"}},
		FilterChains:    []*listener.FilterChain{httpChain(nil), passedOn()}}
	if got := translatedListener(t, from); !proto.Equal(got, from) {
		t.Errorf("got %v", got)
	}
}

func TestListenersThatNeedCiliumsOwnEnvoyAreRefusedWithAReason(t *testing.T) {
	for name, one := range map[string]struct {
		meta *cilium.BpfMetadata
		why  string
	}{
		"L7 policy of what pods receive": {&cilium.BpfMetadata{IsIngress: true}, "an L7 policy of pods"},
		"L7 policy of what pods send":    {&cilium.BpfMetadata{}, "an L7 policy of pods"},
		"both":                           {&cilium.BpfMetadata{IsIngress: true, IsL7Lb: true}, "an L7 policy of pods"},
		"L7 balancing of pods' requests": {&cilium.BpfMetadata{IsL7Lb: true, UseOriginalSourceAddress: true},
			"east-west L7 load balancing"},
	} {
		from := listening(one.meta)
		got, resource, err := (&translator{}).translate(packed(from))
		if err == nil || !strings.Contains(err.Error(), one.why) || resource != nil {
			t.Errorf("%s: got %v, %v", name, resource, err)
		}
		// The agent gets the reason beside the name.
		if got != from.Name {
			t.Errorf("%s: of %q", name, got)
		}
	}
}

func TestAListenerThatCannotBeReadIsRefused(t *testing.T) {
	whole := garbled(listening(northSouth()))
	if name, resource, err := (&translator{}).translate(whole); err == nil || resource != nil || name != whole.TypeUrl {
		t.Errorf("got %q, %v", name, resource)
	}
	filter, http := listening(northSouth()), listening(northSouth(), httpChain(nil))
	filter.ListenerFilters[1].GetTypedConfig().Value = []byte{0xff}
	http.FilterChains[0].Filters[1].GetTypedConfig().Value = []byte{0xff}
	for what, from := range map[string]*listener.Listener{"its filter": filter, "its chain": http} {
		if name, resource, err := (&translator{}).translate(packed(from)); err == nil || resource != nil || name != from.Name {
			t.Errorf("%s: got %q, %v", what, name, resource)
		}
	}
}

func TestWhoCallsAListenerOfTheNodesOwnNetworkIsNotTurnedAway(t *testing.T) {
	for address, port := range map[string]uint32{"127.0.0.1": 12345, "::1": 12345, "0.0.0.0": 0, "::": 0} {
		l := &listener.Listener{Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
			Address: address, PortSpecifier: &core.SocketAddress_PortValue{PortValue: 12345}}}}}
		if got := subjectOf(l, &cilium.BpfMetadata{}).listener; got != port {
			t.Errorf("a listener at %s is judged as one of port %d, not %d", address, got, port)
		}
	}
}
