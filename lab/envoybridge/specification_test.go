package main

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The second of Envoy's examples. Cilium's agent makes such a condition from an unreadable Secret, so that
// nothing passes; envoy_l7_rules_translator.go.
func TestAMissingHeaderIsMatchedByNoComparisonEvenInverted(t *testing.T) {
	for name, match := range map[string]*route.HeaderMatcher{"a value": exactly("abc"), "an expression": expression("a+"),
		"a range": between(0, 10), "a text": textual(exactText(""))} {
		if holds(t, inverted(match), "another", "abc") {
			t.Errorf("%s: matched", name)
		}
	}
}

func TestAnExactMatchOfNothingIsOneOfAnyValue(t *testing.T) {
	if !holds(t, exactly(""), "x-kind", "abc") || holds(t, inverted(exactly("")), "x-kind", "abc") || holds(t, exactly("")) {
		t.Error("compared")
	}
}

// Envoy's header map has one entry for both.
func TestTheHeaderHostIsTheAuthority(t *testing.T) {
	match := exactly("a.example")
	match.Name = "Host"
	condition, err := readCondition(match)
	if err != nil || !condition(asking(":authority", "a.example")) {
		t.Error("not seen by a condition")
	}
	if !(httpRule{actions: []*cilium.HeaderMatch{{Name: "Host", Value: "a.example"}}}).apply(asking(":authority", "a.example")) {
		t.Error("not seen by an action")
	}
}

// Envoy accepted part of version 2, as its refusal of version 3 shows; the agent got no acknowledgement of version 2.
func TestAVersionThatTheBridgeRefusedIsNotAcknowledgedWithALaterRefusal(t *testing.T) {
	envoy, agent := opened(t)
	exchange(t, envoy, agent, told("1", named("one", northSouth())))
	exchange(t, envoy, agent, told("2", named("one", eastWest())))
	agent.answer(t, told("3", named("one", northSouth())))
	receive(t, envoy)
	send(t, envoy, &discovery.DiscoveryRequest{VersionInfo: "2", ResponseNonce: "3",
		ErrorDetail: status.New(codes.InvalidArgument, "address in use").Proto()})
	if heard := agent.request(t); heard.VersionInfo != "1" {
		t.Errorf("the agent heard %v", heard)
	}
}

func TestARefusalStandsThoughTheVersionBeforeWasTaken(t *testing.T) {
	envoy, agent := opened(t)
	agent.answer(t, told("1", named("one", northSouth())))
	agent.answer(t, told("2", named("two", eastWest())))
	first, second := receive(t, envoy), receive(t, envoy)
	if heard := acknowledge(t, envoy, agent, first); heard.ErrorDetail != nil {
		t.Errorf("the agent heard %v", heard)
	}
	if heard := acknowledge(t, envoy, agent, second); heard.ErrorDetail == nil || heard.VersionInfo != "1" {
		t.Errorf("the agent heard %v", heard)
	}
}

func TestARefusalStandsThoughTheNextVersionIsUnderWay(t *testing.T) {
	envoy, agent := opened(t)
	agent.answer(t, told("1", named("one", eastWest())))
	agent.answer(t, told("2", named("two", northSouth())))
	first := receive(t, envoy)
	receive(t, envoy)
	if heard := acknowledge(t, envoy, agent, first); heard.ErrorDetail == nil {
		t.Errorf("the agent heard %v", heard)
	}
}

// As Cilium's filters send: MSG_DONTWAIT.
func TestNobodyWaitsForAnAgentThatDoesNotReadItsLog(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "log.sock")
	agent, err := net.ListenUnix("unixpacket", &net.UnixAddr{Name: socket, Net: "unixpacket"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = agent.Close() })
	log := &agentLog{path: socket}
	soon(t, "entries to be lost", func() error {
		for i := range 5000 {
			log.send(numbered(i))
		}
		return nil
	})
}

func TestTheBodyOfADenialEndsItsLine(t *testing.T) {
	for body, want := range map[string]string{"": "Access denied\r\n", "go away": "go away\r\n", "go away\r\n": "go away\r\n"} {
		if got := string(denial(body).GetImmediateResponse().GetBody()); got != want {
			t.Errorf("got %q", got)
		}
	}
}

// Cilium's Envoy opens the map again with each stream of policies: the agent may have made a new one.
func TestAMapThatTheAgentMadeAnewIsFound(t *testing.T) {
	path := filepath.Join(bpffs(t), "cilium_ipcache_v2")
	before := pinned(t, path)
	cache, address := &ipcache{path: path}, netip.MustParseAddr(pod)
	if _, err := cache.of(address); err != nil {
		t.Fatal(err)
	}
	if err := before.Unpin(); err != nil {
		t.Fatal(err)
	}
	entered(t, pinned(t, path), pod+"/32", identityPod)
	cache.forget()
	if got, err := cache.of(address); err != nil || got != identityPod {
		t.Errorf("got %d, %v", got, err)
	}
}

func TestPortsThatAreNoneAreRefused(t *testing.T) {
	for name, span := range map[string][2]uint32{"backwards": {90, 80}, "from every port": {0, 80}, "too high": {70000, 0}, "to too high": {1, 70000}} {
		one := port(span[0], permit())
		one.EndPort = span[1]
		if _, err := readPolicy(policyOf([]string{pod}, ports(one), nil)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestAPolicyOfNobodyIsRefused(t *testing.T) {
	if _, err := readPolicy(policyOf(nil, nil, nil)); err == nil {
		t.Error("taken")
	}
}

func TestRemotesInTheOldFieldNarrowARuleToo(t *testing.T) {
	one := &cilium.PortNetworkPolicyRule{DeprecatedRemotePolicies_64: []uint64{100}}
	if rules := rulesOf(t, port(80, one)); connection(rules, 0, 200, "") || !connection(rules, 0, 100, "") {
		t.Error("open to everybody")
	}
}

func TestACallThatEnvoyEndsHasNoFault(t *testing.T) {
	_, connection := bridged(t, judging(t, everybody, ofIngress(nil, nil)))
	stream, err := process.NewExternalProcessorClient(connection).Process(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.CloseSend(); err != nil {
		t.Fatal(err)
	}
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

// Envoy has no limit; gRPC for Go accepts 4 MiB by default.
func TestAResponseCanBeLarge(t *testing.T) {
	envoy, agent := opened(t)
	agent.answer(t, told("1", &listener.Listener{Name: "big", StatPrefix: strings.Repeat("x", 5<<20)}))
	if _, err := envoy.Recv(); err != nil {
		t.Error(err)
	}
}

func TestAnExpressionIsReadByItself(t *testing.T) {
	if _, err := readCondition(expression("a)|(?:b")); err == nil {
		t.Error("taken")
	}
}
