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

// traffic is a connection, or a request in one, whose host is chosen.
type traffic struct {
	// Who asks, and whom: an Ingress's address and port.
	source, destination netip.AddrPort
	// The host that is to answer.
	upstream netip.AddrPort
	// Of TLS; "" where there is none.
	serverName string
	// nil of a connection whose content is not seen, and whose host is not chosen yet.
	message *message
}

// verdict is what is done with it, and what the agent is told of it.
type verdict struct {
	allowed bool
	// Whose policy decided: an address of the endpoint.
	policy string
	// Identity of the host that is to answer.
	remote uint32
}

// entry is how far traffic got on its way in to Ingress.
type entry struct {
	verdict
	// Identity of who asks.
	source uint32
	// The policy of Ingress, nil where none is enforced; and its rules for the port that was asked.
	ingress *policy
	rules   []portRules
}

// judge asks who may come in, then the policy of the pod that sends, where it is on this node, and whether Ingress
// may go on to the host.
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
	// HTTP rules of the way out count where the way in has some, as there.
	if in.allowed && hasHTTP(in.rules) {
		in.allowed = request(in.rules, to.proxy, in.source, what.message) && request(out, to.proxy, remote, what.message)
	}
	return in.verdict, nil
}

// comesIn asks whether the sender may connect to Ingress.
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
	// Cilium's listener is on the loopback address alone. This one is not, so who calls it directly is turned away.
	if uint32(what.destination.Port()) == to.listener && !what.destination.Addr().IsLoopback() {
		return result, nil
	}
	if !to.enforced {
		result.allowed = true
		return result, nil
	}
	// An endpoint that the agent has not told of yet has no rule that allows anything.
	if result.ingress = j.policies.named(name); result.ingress != nil {
		result.rules = at(result.ingress.ingress, uint32(what.destination.Port()))
		result.allowed = connection(result.rules, to.proxy, source, what.serverName)
	}
	return result, nil
}

// policyName is the subject's own policy or, as Cilium does, that of the Ingress address of the client's family.
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
