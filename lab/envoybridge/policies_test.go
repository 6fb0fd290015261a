package main

import (
	"context"
	"path/filepath"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc/codes"
)

// following returns policies that follow an agent of the test.
func following(t *testing.T) (*policies, *agent, string) {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "xds.sock")
	known, agent := newPolicies(everybody), startAgent(t, socket)
	go known.follow(connected(t, socket))
	return known, agent, socket
}

func of(ip string, number uint32) *cilium.NetworkPolicy {
	return policyOf([]string{ip}, ports(port(number, permit())), nil)
}

func opens(known *policies, ip string, number uint32) bool {
	one := known.named(ip)
	return one != nil && connection(at(one.ingress, number), 0, 1, "")
}

func TestPoliciesAreSubscribedTo(t *testing.T) {
	known, agent, _ := following(t)
	stream := agent.stream(t)
	first := stream.request(t)
	if stream.method != "/cilium.NetworkPolicyDiscoveryService/StreamNetworkPolicies" ||
		first.TypeUrl != "type.googleapis.com/cilium.NetworkPolicy" {
		t.Errorf("%s: got %v", stream.method, first)
	}
	// The agent reads the node's address from the second part of its name.
	if first.Node.GetId() != "host~127.0.0.1~no-id~localdomain" || first.VersionInfo != "" || first.ResponseNonce != "" || len(first.ResourceNames) != 0 {
		t.Errorf("got %v", first)
	}
	stream.answer(t, told("3", of(pod, 80), ofIngress(ports(port(443, permit())), nil)))
	second := stream.request(t)
	if second.VersionInfo != "3" || second.ResponseNonce != "3" || second.ErrorDetail != nil || second.TypeUrl != first.TypeUrl {
		t.Errorf("got %v", second)
	}
	// Only applied policies are acknowledged.
	if !opens(known, pod, 80) || !opens(known, ingressIP, 443) || !opens(known, ingressIP6, 443) || opens(known, pod, 443) {
		t.Error("not in force")
	}
	if known.named(backend) != nil {
		t.Error("a policy of which the agent said nothing")
	}
}

func TestNewPoliciesTakeThePlaceOfAllTheOld(t *testing.T) {
	known, agent, _ := following(t)
	stream := agent.stream(t)
	stream.request(t)
	stream.answer(t, told("1", of(pod, 80), of(backend, 80)))
	stream.request(t)
	stream.answer(t, told("2", of(pod, 8080)))
	stream.request(t)
	if opens(known, pod, 80) || !opens(known, pod, 8080) || known.named(backend) != nil {
		t.Error("the old ones are in force")
	}
}

func TestAPolicyThatCannotBeReadIsRefusedAndTheLastGoodStaysInForce(t *testing.T) {
	known, agent, _ := following(t)
	stream := agent.stream(t)
	stream.request(t)
	stream.answer(t, told("1", of(pod, 80)))
	stream.request(t)
	garbage := told("3", of(pod, 8080))
	garbage.Resources = append(garbage.Resources, garbled(of(backend, 80)))
	for _, response := range []*discovery.DiscoveryResponse{told("2", of(pod, 8080), unreadable()), garbage} {
		version := response.VersionInfo
		stream.answer(t, response)
		refusal := stream.request(t)
		if refusal.ResponseNonce != version || refusal.VersionInfo != "1" ||
			codes.Code(refusal.ErrorDetail.GetCode()) != codes.InvalidArgument || refusal.ErrorDetail.GetMessage() == "" {
			t.Errorf("version %s: got %v", version, refusal)
		}
		if !opens(known, pod, 80) || opens(known, pod, 8080) {
			t.Errorf("version %s: the last good one is not in force", version)
		}
	}
	stream.answer(t, told("4", of(pod, 443)))
	if got := stream.request(t); got.VersionInfo != "4" || got.ErrorDetail != nil || !opens(known, pod, 443) {
		t.Errorf("got %v", got)
	}
}

func TestPoliciesStayInForceWhileTheAgentIsAway(t *testing.T) {
	known, agent, socket := following(t)
	stream := agent.stream(t)
	stream.request(t)
	stream.answer(t, told("7", of(pod, 80)))
	stream.request(t)
	agent.server.Stop()
	if !opens(known, pod, 80) {
		t.Error("not in force")
	}
	stream = startAgent(t, socket).stream(t)
	// The new agent does not know the versions of the previous one.
	if first := stream.request(t); first.Node.GetId() != nodeID || first.VersionInfo != "" || first.ResponseNonce != "" {
		t.Errorf("got %v", first)
	}
	if !opens(known, pod, 80) {
		t.Error("not in force")
	}
	stream.answer(t, told("1", of(pod, 8080)))
	stream.request(t)
	if !opens(known, pod, 8080) || opens(known, pod, 80) {
		t.Error("the new agent's are not in force")
	}
}

func TestASubscriptionThatTheAgentEndsIsMadeAgain(t *testing.T) {
	_, agent, _ := following(t)
	stream := agent.stream(t)
	stream.request(t)
	stream.ended <- nil
	agent.stream(t).request(t)
}

func TestASubscriptionEndsWithItsContext(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "xds.sock")
	agent, connection := startAgent(t, socket), connected(t, socket)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- newPolicies(everybody).subscribe(ctx, connection) }()
	agent.stream(t).request(t)
	cancel()
	if err := next(t, "the end", ended); err == nil {
		t.Error("it ended without a reason")
	}
}
