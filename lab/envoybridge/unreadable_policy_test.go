package main

import (
	"strings"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	matcher "github.com/envoyproxy/go-control-plane/envoy/type/matcher/v3"
)

// The bridge must refuse a policy that it cannot enforce: a part of a policy would allow more than the whole policy.
func TestAPolicyThatCannotBeEnforcedIsNotTaken(t *testing.T) {
	condition := func(match *route.HeaderMatcher) *cilium.PortNetworkPolicyRule {
		return requestsOf(permit(), &cilium.HttpNetworkPolicyRule{Headers: []*route.HeaderMatcher{match}})
	}
	broken := &matcher.RegexMatcher{Regex: "("}
	for name, one := range map[string]struct {
		rule *cilium.PortNetworkPolicyRule
		why  string
	}{
		"a protocol of proxylib": {&cilium.PortNetworkPolicyRule{L7Proto: "kafka"}, "rules of protocol kafka"},
		"TLS of the sender":      {&cilium.PortNetworkPolicyRule{DownstreamTlsContext: &cilium.TLSContext{}}, "ends TLS"},
		"TLS to the receiver":    {&cilium.PortNetworkPolicyRule{UpstreamTlsContext: &cilium.TLSContext{}}, "ends TLS"},
		"a value from a Secret": {requestsOf(permit(), method("GET", &cilium.HeaderMatch{Name: "token", ValueSdsSecret: "a/b"})),
			"header token: a value from a Secret"},
		"an expression that is none": {condition(&route.HeaderMatcher{Name: "x-broken",
			HeaderMatchSpecifier: &route.HeaderMatcher_SafeRegexMatch{SafeRegexMatch: broken}}), "header x-broken: "},
		"a text's expression that is none": {condition(&route.HeaderMatcher{Name: "x-broken",
			HeaderMatchSpecifier: &route.HeaderMatcher_StringMatch{StringMatch: &matcher.StringMatcher{
				MatchPattern: &matcher.StringMatcher_SafeRegex{SafeRegex: broken}}}}), "header x-broken: "},
		"a text without a pattern": {condition(&route.HeaderMatcher{Name: "x-empty",
			HeaderMatchSpecifier: &route.HeaderMatcher_StringMatch{StringMatch: &matcher.StringMatcher{}}}), "unknown kind"},
		"a pattern of an extension": {condition(&route.HeaderMatcher{Name: "x-own",
			HeaderMatchSpecifier: &route.HeaderMatcher_StringMatch{StringMatch: &matcher.StringMatcher{
				MatchPattern: &matcher.StringMatcher_Custom{}}}}), "unknown kind"},
	} {
		good := port(80, permit())
		for way, message := range map[string]*cilium.NetworkPolicy{
			"in":  policyOf([]string{pod}, ports(good, port(8080, permit(), one.rule)), nil),
			"out": policyOf([]string{pod}, ports(good), ports(port(8080, one.rule))),
		} {
			_, err := readPolicy(message)
			if err == nil || !strings.Contains(err.Error(), one.why) {
				t.Errorf("%s, %s: %v", name, way, err)
				continue
			}
			// A reader of the agent's log must be able to find the policy.
			if !strings.Contains(err.Error(), pod) || !strings.Contains(err.Error(), "port 8080") {
				t.Errorf("%s, %s: does not say where: %v", name, way, err)
			}
		}
	}
}

func TestAPolicyOfNoAddressThatIsOneIsNotTaken(t *testing.T) {
	if _, err := readPolicy(policyOf([]string{pod, "a pod"}, nil, nil)); err == nil {
		t.Error("taken")
	}
}

// The agent lists IPv6 first, and clusters bind to the first address.
func TestAnEndpointsIPv4AddressComesFirst(t *testing.T) {
	one, err := readPolicy(policyOf([]string{ingressIP6, ingressIP}, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(one.addresses) != 2 || one.addresses[0].String() != ingressIP || one.addresses[1].String() != ingressIP6 {
		t.Errorf("got %v", one.addresses)
	}
}
