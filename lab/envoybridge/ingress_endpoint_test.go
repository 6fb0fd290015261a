package main

import "testing"

func TestTheIngressIsTheEndpointOfThatIdentity(t *testing.T) {
	known := newPolicies(everybody)
	if known.ofIngress() != nil {
		t.Error("known before the agent told of it")
	}
	if err := known.take(told("1", of(pod, 80), of(backend, 80))); err != nil {
		t.Fatal(err)
	}
	if got := known.ofIngress(); got != nil {
		t.Errorf("got %v", got.addresses)
	}
	if err := known.take(told("2", of(pod, 80), ofIngress(nil, nil))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := known.ofIngress(); got == nil || got != known.named(ingressIP) {
			t.Errorf("got %v", got)
		}
	}
}

// The agent can give the Ingress another address and a new policy.
func TestNewPoliciesAreNewsOfTheIngressToo(t *testing.T) {
	known := newPolicies(everybody)
	_ = known.take(told("1", ofIngress(nil, nil)))
	before := known.ofIngress()
	_ = known.take(told("2", ofIngress(ports(port(80, permit())), nil)))
	if now := known.ofIngress(); now == before || now != known.named(ingressIP) {
		t.Error("the old policy is still that of Ingress")
	}
	_ = known.take(told("3", of(pod, 80)))
	if known.ofIngress() != nil {
		t.Error("the Ingress that is gone is still known")
	}
}

func TestTheIngressStaysKnownOnceItWasFound(t *testing.T) {
	identities := book{ingressIP: identityIngress}
	known := newPolicies(identities)
	_ = known.take(told("1", ofIngress(nil, nil)))
	known.ofIngress()
	// After an agent's restart, its map may lack the entry for a moment.
	delete(identities, ingressIP)
	if known.ofIngress() == nil {
		t.Error("forgotten")
	}
}
