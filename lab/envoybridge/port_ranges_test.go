package main

import (
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

func TestRulesAreForTheirPorts(t *testing.T) {
	span := func(first, last uint32) *cilium.PortNetworkPolicy {
		one := port(first, permit())
		one.EndPort = last
		return one
	}
	for name, one := range map[string]struct {
		rule *cilium.PortNetworkPolicy
		open []uint32
		shut []uint32
	}{
		"one port":                       {span(80, 0), []uint32{80}, []uint32{0, 79, 81, 65535}},
		"one port, said twice":           {span(80, 80), []uint32{80}, []uint32{79, 81}},
		"a range, with both its ends":    {span(80, 90), []uint32{80, 85, 90}, []uint32{79, 91}},
		"a range to the last port":       {span(1024, 65535), []uint32{1024, 65535}, []uint32{1023}},
		"port 0 is every port":           {span(0, 0), []uint32{1, 80, 65535}, nil},
		"a range from the first port":    {span(1, 1023), []uint32{1, 1023}, []uint32{1024}},
		"a range is no pair of its ends": {span(8000, 8002), []uint32{8001}, []uint32{7999, 8003}},
	} {
		rules := rulesOf(t, one.rule)
		for _, number := range one.open {
			if !connection(at(rules, number), 0, 1, "") {
				t.Errorf("%s: %d is shut", name, number)
			}
		}
		for _, number := range one.shut {
			if connection(at(rules, number), 0, 1, "") {
				t.Errorf("%s: %d is open", name, number)
			}
		}
	}
}

func TestRangesThatOverlapAllCount(t *testing.T) {
	low, high := port(80, permit(100)), port(85, permit(200), forbid(100))
	low.EndPort, high.EndPort = 90, 95
	rules := rulesOf(t, low, high)
	for _, one := range []struct {
		port, peer uint32
		want       bool
	}{{82, 100, true}, {82, 200, false}, {88, 100, false}, {88, 200, true}, {93, 200, true}, {93, 100, false}} {
		if got := connection(at(rules, one.port), 0, one.peer, ""); got != one.want {
			t.Errorf("port %d, peer %d: got %t", one.port, one.peer, got)
		}
	}
}

func TestRulesOfOtherProtocolsAreLeftOut(t *testing.T) {
	datagrams := port(53, permit())
	datagrams.Protocol = core.SocketAddress_UDP
	if rules := rulesOf(t, datagrams); len(rules) != 0 {
		t.Errorf("got %d", len(rules))
	}
	// Unreadable contents are no fault, either, as Cilium's Envoy never reads them.
	datagrams.Rules[0].L7Proto = "dns"
	if rules := rulesOf(t, datagrams, port(80, permit())); len(rules) != 1 {
		t.Errorf("got %d", len(rules))
	}
}
