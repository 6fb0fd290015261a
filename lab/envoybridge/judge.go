package main

import (
	"fmt"
	"net/netip"
)

// judge decides as cilium.network and cilium.l7policy do for an Ingress (filter_state_cilium_policy.cc).
type judge struct {
	policies   *policies
	identities resolver
	log        *agentLog
}

// traffic is a connection, or a request with a chosen host.
type traffic struct {
	// The client, and the address and port of the Ingress.
	source, destination netip.AddrPort
	// The host for the answer.
	upstream netip.AddrPort
	// Server name of TLS; "" if there is none.
	serverName string
	// nil for a connection with unseen content and without a chosen host.
	message *message
}

// verdict is the decision on traffic, with the data for the agent's log.
type verdict struct {
	allowed bool
	// An address of the endpoint whose policy decided.
	policy string
	// Identity of the host for the answer.
	remote uint32
}

// entry is the decision on traffic on its way in to Ingress.
type entry struct {
	verdict
	// Identity of the client.
	source uint32
	// The policy of Ingress, nil if none is enforced, and its rules for the destination port.
	ingress *policy
	rules   []portRules
}

// judge checks whether the client may connect, then the policy of the sending pod, if it is on this node, and whether
// Ingress may connect to the host.
func (j *judge) judge(to subject, what traffic) (verdict, error) {
	remote, err := j.identities.of(what.upstream.Addr())
	if err != nil {
		return verdict{}, err
	}
	in, err := j.comesIn(to, what)
	in.remote = remote
	if err != nil || !in.allowed {
		return in.verdict, err
	}
	port := uint32(what.upstream.Port())
	if pod := j.policies.named(what.source.Addr().Unmap().String()); pod != nil {
		rules := at(pod.egress, port)
		in.allowed = connection(rules, to.proxy, remote, what.serverName) && request(rules, to.proxy, remote, what.message)
	}
	if in.ingress == nil || !in.allowed {
		return in.verdict, nil
	}
	out := at(in.ingress.egress, port)
	in.allowed = connection(out, to.proxy, remote, what.serverName)
	// As in Cilium, HTTP rules of the way out count if the way in has HTTP rules, too.
	if in.allowed && hasHTTP(in.rules) {
		in.allowed = request(in.rules, to.proxy, in.source, what.message) && request(out, to.proxy, remote, what.message)
	}
	return in.verdict, nil
}

// comesIn checks whether the sender may connect to Ingress.
func (j *judge) comesIn(to subject, what traffic) (entry, error) {
	source, err := j.identities.of(what.source.Addr())
	if err != nil {
		return entry{}, err
	}
	name, err := j.policyName(to, what.source.Addr())
	if err != nil {
		return entry{}, err
	}
	result := entry{verdict: verdict{policy: name}, source: source}
	// Cilium's listener is on the loopback address only. This one is not, so direct connections are refused.
	if uint32(what.destination.Port()) == to.listener && !what.destination.Addr().IsLoopback() {
		return result, nil
	}
	if !to.enforced {
		result.allowed = true
		return result, nil
	}
	// An endpoint that the agent has not announced yet has no rule that allows anything.
	if result.ingress = j.policies.named(name); result.ingress != nil {
		result.rules = at(result.ingress.ingress, uint32(what.destination.Port()))
		result.allowed = connection(result.rules, to.proxy, source, what.serverName)
	}
	return result, nil
}

// policyName returns the subject's own policy or, as in Cilium, that of the Ingress address in the client's family.
func (j *judge) policyName(to subject, client netip.Addr) (string, error) {
	if to.policy != "" || !to.enforced {
		return to.policy, nil
	}
	ingress := j.policies.ofIngress()
	if ingress == nil {
		return "", errNotYet
	}
	for _, address := range ingress.addresses {
		if address.Is4() == client.Unmap().Is4() {
			return address.String(), nil
		}
	}
	return "", fmt.Errorf("the node's Ingress has no address of %s's family", client)
}
