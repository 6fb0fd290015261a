package main

import (
	"errors"
	"net/netip"
	"path/filepath"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
)

const listenerPort = 12000

func place(ip string, number uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(ip), number)
}

// arriving returns a connection of a client to the Ingress's port 80.
func arriving() traffic {
	return traffic{source: place(client, 40000), destination: place(ingressIP, 80)}
}

// ofIngress returns the policy of the node's Ingress endpoint.
func ofIngress(in, out []*cilium.PortNetworkPolicy) *cilium.NetworkPolicy {
	return policyOf([]string{ingressIP6, ingressIP}, in, out)
}

var enforced = subject{enforced: true, proxy: 7, listener: listenerPort}

func TestWhoComesInIsJudgedByThePolicyOfIngress(t *testing.T) {
	forProxy := permit()
	forProxy.ProxyId = 7
	forOther := permit()
	forOther.ProxyId = 8
	named := permit()
	named.ServerNames = []string{"a.example"}
	for name, one := range map[string]struct {
		rules []*cilium.PortNetworkPolicy
		want  bool
	}{
		"the world may":             {ports(port(80, permit(identityWorld))), true},
		"others may":                {ports(port(80, permit(identityPod))), false},
		"the world is denied":       {ports(port(80, permit(), forbid(identityWorld))), false},
		"another port is open":      {ports(port(443, permit())), false},
		"every port is open":        {ports(port(0, permit())), true},
		"no port is open":           {ports(), false},
		"this listener is open":     {ports(port(80, forProxy)), true},
		"another listener is open":  {ports(port(80, forOther)), false},
		"one server name is served": {ports(port(80, named)), true},
	} {
		what := arriving()
		what.serverName = "a.example"
		got, err := judging(t, everybody, ofIngress(one.rules, nil)).comesIn(enforced, what)
		if err != nil || got.allowed != one.want {
			t.Errorf("%s: got %t, %v", name, got.allowed, err)
		}
		if got.policy != ingressIP || got.source != identityWorld {
			t.Errorf("%s: judged by %q as %d", name, got.policy, got.source)
		}
	}
}

// Only the datapath reaches Cilium's listener, which is on the loopback address. The bridge's is on all addresses.
func TestWhoCallsTheListenersOwnPortIsTurnedAway(t *testing.T) {
	open := judging(t, everybody, ofIngress(ports(port(0, permit())), nil))
	for destination, want := range map[netip.AddrPort]bool{
		place(ingressIP, 80):                true,
		place(ingressIP, listenerPort):      false,
		place("172.18.0.3", listenerPort):   false,
		place("::ffff:172.18.0.3", 12000):   false,
		place("fd00::3", listenerPort):      false,
		place("127.0.0.1", listenerPort):    true,
		place("::1", listenerPort):          true,
		place("127.0.0.1", listenerPort+1):  true,
		place("172.18.0.3", listenerPort+1): true,
	} {
		for _, to := range []subject{enforced, {listener: listenerPort}} {
			what := arriving()
			what.destination = destination
			if got, err := open.comesIn(to, what); err != nil || got.allowed != want {
				t.Errorf("%s, enforced %t: got %t, %v", destination, to.enforced, got.allowed, err)
			}
		}
	}
}

func TestWithoutEnforcementEverybodyComesIn(t *testing.T) {
	closed := judging(t, everybody, ofIngress(nil, nil))
	got, err := closed.comesIn(subject{listener: listenerPort}, arriving())
	if err != nil || !got.allowed || got.ingress != nil || got.policy != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAPolicyThatTheAgentHasNotToldOfDenies(t *testing.T) {
	to := enforced
	to.policy = "10.9.9.9"
	got, err := judging(t, everybody, ofIngress(ports(port(0, permit())), nil)).comesIn(to, arriving())
	if err != nil || got.allowed || got.policy != to.policy {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAListenersOwnPolicyTakesThePlaceOfIngress(t *testing.T) {
	to := enforced
	to.policy = pod
	open := judging(t, everybody, ofIngress(nil, nil), policyOf([]string{pod}, ports(port(80, permit())), nil))
	if got, err := open.comesIn(to, arriving()); err != nil || !got.allowed || got.policy != pod {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestThePolicyIsOfTheIngressAddressOfTheClientsFamily(t *testing.T) {
	both := judging(t, everybody, ofIngress(ports(port(80, permit())), nil))
	for source, want := range map[string]string{
		client: ingressIP, "::ffff:" + client: ingressIP, "2001:db8::7": ingressIP6,
	} {
		what := arriving()
		what.source = place(source, 40000)
		if got, err := both.comesIn(enforced, what); err != nil || got.policy != want || !got.allowed {
			t.Errorf("%s: got %+v, %v", source, got.verdict, err)
		}
	}
	one := judging(t, everybody, policyOf([]string{ingressIP}, ports(port(80, permit())), nil))
	what := arriving()
	what.source = place("2001:db8::7", 40000)
	if got, err := one.comesIn(enforced, what); err == nil {
		t.Errorf("without an address of its family: got %+v", got)
	}
}

func TestNobodyIsJudgedBeforeTheIngressIsKnown(t *testing.T) {
	alone := judging(t, everybody, policyOf([]string{pod}, ports(port(0, permit())), nil))
	if got, err := alone.comesIn(enforced, arriving()); !errors.Is(err, errNotYet) || got.allowed {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestNobodyIsJudgedWithoutTheMapOfIdentities(t *testing.T) {
	none := &ipcache{path: filepath.Join(t.TempDir(), "none")}
	blind := judging(t, none, ofIngress(ports(port(0, permit())), nil))
	for _, to := range []subject{enforced, {listener: listenerPort}} {
		if got, err := blind.comesIn(to, arriving()); err == nil || got.allowed {
			t.Errorf("got %+v", got)
		}
		if got, err := blind.judge(to, arriving()); err == nil || got.allowed {
			t.Errorf("got %+v", got)
		}
	}
}
