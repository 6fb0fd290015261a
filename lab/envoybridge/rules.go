package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
)

// policy has the permissions of one local endpoint for both directions, parsed as in cilium/proxy's network_policy.cc.
type policy struct {
	addresses []netip.Addr
	ingress   []portRules
	egress    []portRules
}

// portRules are the rules of some TCP ports; 0 stands for every port.
type portRules struct {
	first, last uint32
	rules       []rule
}

// rule allows or denies some peers, or some of their requests.
type rule struct {
	deny bool
	// 0 means every listener.
	proxy uint32
	// Empty means all.
	remotes     []uint32
	serverNames []string
	http        []httpRule
}

func readPolicy(message *cilium.NetworkPolicy) (*policy, error) {
	result := &policy{}
	if len(message.EndpointIps) == 0 {
		return nil, fmt.Errorf("a policy of no endpoint")
	}
	for _, text := range message.EndpointIps {
		address, err := netip.ParseAddr(text)
		if err != nil {
			return nil, err
		}
		result.addresses = append(result.addresses, address)
	}
	slices.SortStableFunc(result.addresses, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	var err error
	if result.ingress, err = readPorts(message.IngressPerPortPolicies); err == nil {
		result.egress, err = readPorts(message.EgressPerPortPolicies)
	}
	if err != nil {
		return nil, fmt.Errorf("policy of %s: %w", strings.Join(message.EndpointIps, ", "), err)
	}
	return result, nil
}

func readPorts(messages []*cilium.PortNetworkPolicy) ([]portRules, error) {
	result := []portRules{}
	for _, message := range messages {
		if message.Protocol != core.SocketAddress_TCP {
			continue
		}
		if message.Port > 65535 || message.EndPort > 65535 || message.EndPort != 0 && message.EndPort < max(message.Port, 1) ||
			message.Port == 0 && message.EndPort != 0 {
			return nil, fmt.Errorf("no range of ports: %d to %d", message.Port, message.EndPort)
		}
		one := portRules{first: message.Port, last: max(message.Port, message.EndPort)}
		for _, each := range message.Rules {
			read, err := readRule(each)
			if err != nil {
				return nil, fmt.Errorf("port %d: %w", message.Port, err)
			}
			one.rules = append(one.rules, read)
		}
		result = append(result, one)
	}
	return result, nil
}

func readRule(message *cilium.PortNetworkPolicyRule) (rule, error) {
	result := rule{deny: message.Deny, proxy: message.ProxyId, remotes: slices.Clone(message.RemotePolicies),
		serverNames: message.ServerNames}
	for _, remote := range message.DeprecatedRemotePolicies_64 {
		result.remotes = append(result.remotes, uint32(remote))
	}
	if message.L7Proto != "" {
		return rule{}, fmt.Errorf("rules of protocol %s need Cilium's own Envoy", message.L7Proto)
	}
	if message.DownstreamTlsContext != nil || message.UpstreamTlsContext != nil {
		return rule{}, fmt.Errorf("a policy that ends TLS needs Cilium's own Envoy")
	}
	for _, each := range message.GetHttpRules().GetHttpRules() {
		read, err := readHTTPRule(each)
		if err != nil {
			return rule{}, err
		}
		result.http = append(result.http, read)
	}
	return result, nil
}

// at returns the rules for a port's traffic: the port's own rules and the rules of every port.
func at(all []portRules, port uint32) []portRules {
	result := []portRules{}
	for _, one := range all {
		if one.first == 0 || one.first <= port && port <= one.last {
			result = append(result, one)
		}
	}
	return result
}

// connection returns whether a peer may connect. Without a rule for the port no peer may. A denial wins.
func connection(ports []portRules, proxy, remote uint32, serverName string) bool {
	return decide(ports, func(one rule) bool {
		return one.named(serverName) && one.concerns(proxy, remote)
	}, func(rule) bool { return true })
}

// request returns whether a peer's request may pass. Without HTTP rules for the port, the connection's answer counts.
func request(ports []portRules, proxy, remote uint32, message *message) bool {
	if !hasHTTP(ports) {
		return true
	}
	return decide(ports, func(one rule) bool { return one.concerns(proxy, remote) },
		func(one rule) bool { return one.passes(message) })
}

func decide(ports []portRules, concerned, passes func(rule) bool) bool {
	allow, denied := false, false
	for _, port := range ports {
		// No rules at all allow everything from every peer.
		allow = allow || len(port.rules) == 0
		for _, one := range port.rules {
			switch {
			case !concerned(one):
			case one.deny:
				denied = true
			// Every rule is evaluated: some change the request.
			case passes(one):
				allow = true
			}
		}
	}
	return allow && !denied
}

func hasHTTP(ports []portRules) bool {
	return slices.ContainsFunc(ports, func(port portRules) bool {
		return slices.ContainsFunc(port.rules, func(one rule) bool { return len(one.http) > 0 })
	})
}

func (r rule) concerns(proxy, remote uint32) bool {
	return (r.proxy == 0 || r.proxy == proxy) && (len(r.remotes) == 0 || slices.Contains(r.remotes, remote))
}

// named returns whether the rule is for the TLS server name. A pattern's `*.` is one label, its `**.` any number.
func (r rule) named(serverName string) bool {
	return len(r.serverNames) == 0 || serverName != "" && slices.ContainsFunc(r.serverNames, func(pattern string) bool {
		return matchesName(strings.ToLower(pattern), strings.ToLower(serverName))
	})
}

func (r rule) passes(message *message) bool {
	allowed := len(r.http) == 0
	for _, one := range r.http {
		// As in Cilium: every rule that changes headers is evaluated; of other rules one match is enough.
		if one.matches(message) && one.apply(message) {
			allowed = true
		}
	}
	return allowed
}

func matchesName(pattern, name string) bool {
	if suffix, found := strings.CutPrefix(pattern, "**"); found {
		return strings.HasPrefix(suffix, ".") && strings.HasSuffix(name, suffix)
	}
	if suffix, found := strings.CutPrefix(pattern, "*"); found {
		label, found := strings.CutSuffix(name, suffix)
		return found && strings.HasPrefix(suffix, ".") && label != "" && !strings.Contains(label, ".")
	}
	return pattern == name
}
