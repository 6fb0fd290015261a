package main

import (
	"net/netip"
	"path/filepath"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// The endpoints in the tests.
const (
	client     = "192.0.2.7"
	pod        = "10.0.1.5"
	ingressIP  = "10.0.1.9"
	ingressIP6 = "fd00::9"
	backend    = "10.0.2.3"

	identityPod     = 1001
	identityBackend = 2002
)

// book replaces the agent's map of identities in a test.
type book map[string]uint32

func (b book) of(ip netip.Addr) (uint32, error) {
	if identity, found := b[ip.Unmap().String()]; found {
		return identity, nil
	}
	return identityWorld, nil
}

var everybody = book{pod: identityPod, ingressIP: identityIngress, ingressIP6: identityIngress, backend: identityBackend}

func port(number uint32, rules ...*cilium.PortNetworkPolicyRule) *cilium.PortNetworkPolicy {
	return &cilium.PortNetworkPolicy{Port: number, Protocol: core.SocketAddress_TCP, Rules: rules}
}

func permit(remotes ...uint32) *cilium.PortNetworkPolicyRule {
	return &cilium.PortNetworkPolicyRule{RemotePolicies: remotes}
}

func forbid(remotes ...uint32) *cilium.PortNetworkPolicyRule {
	return &cilium.PortNetworkPolicyRule{RemotePolicies: remotes, Deny: true}
}

// requestsOf narrows a rule to some requests.
func requestsOf(one *cilium.PortNetworkPolicyRule, kinds ...*cilium.HttpNetworkPolicyRule) *cilium.PortNetworkPolicyRule {
	one.L7 = &cilium.PortNetworkPolicyRule_HttpRules{HttpRules: &cilium.HttpNetworkPolicyRules{HttpRules: kinds}}
	return one
}

// method matches requests of one method by a regular expression, as the agent does.
func method(name string, actions ...*cilium.HeaderMatch) *cilium.HttpNetworkPolicyRule {
	return &cilium.HttpNetworkPolicyRule{HeaderMatches: actions, Headers: []*route.HeaderMatcher{{Name: ":method",
		HeaderMatchSpecifier: &route.HeaderMatcher_StringMatch{StringMatch: &matcher.StringMatcher{
			MatchPattern: &matcher.StringMatcher_SafeRegex{SafeRegex: &matcher.RegexMatcher{Regex: name}}}}}}}
}

func rulesOf(t *testing.T, ports ...*cilium.PortNetworkPolicy) []portRules {
	t.Helper()
	result, err := readPorts(ports)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// asking returns a request with these header names and values.
func asking(pairs ...string) *message {
	headers := &core.HeaderMap{}
	for i := 0; i < len(pairs); i += 2 {
		headers.Headers = append(headers.Headers, &core.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	return readMessage(headers)
}

// policyOf returns the agent's policy of an endpoint.
func policyOf(addresses []string, in, out []*cilium.PortNetworkPolicy) *cilium.NetworkPolicy {
	return &cilium.NetworkPolicy{EndpointIps: addresses, IngressPerPortPolicies: in, EgressPerPortPolicies: out}
}

func ports(all ...*cilium.PortNetworkPolicy) []*cilium.PortNetworkPolicy { return all }

// judging returns a judge with the policies in force. Its access log goes to a socket without a listener.
func judging(t *testing.T, identities resolver, messages ...*cilium.NetworkPolicy) *judge {
	t.Helper()
	known := newPolicies(identities)
	if err := known.take(told("1", messages...)); err != nil {
		t.Fatal(err)
	}
	return &judge{policies: known, identities: identities, log: &agentLog{path: filepath.Join(t.TempDir(), "log.sock")}}
}
