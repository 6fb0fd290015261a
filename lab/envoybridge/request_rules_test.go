package main

import (
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
)

func TestARequestIsJudgedByTheRulesOfItsPort(t *testing.T) {
	const listener, friend, stranger = 7, 100, 200
	get, put := method("GET"), method("PUT")
	other := requestsOf(permit(), get)
	other.ProxyId = listener + 1
	for name, one := range map[string]struct {
		rules []*cilium.PortNetworkPolicy
		peer  uint32
		want  bool
	}{
		// The connection was judged before. Without HTTP rules there is nothing to add.
		"no rules of requests":                   {ports(port(80, permit(stranger))), friend, true},
		"no rules of requests, a denial":         {ports(port(80, forbid(friend))), friend, true},
		"no rules at all":                        {ports(), friend, true},
		"a request that is named":                {ports(port(80, requestsOf(permit(friend), get))), friend, true},
		"a request that is not":                  {ports(port(80, requestsOf(permit(friend), put))), friend, false},
		"one kind of several is enough":          {ports(port(80, requestsOf(permit(friend), put, get))), friend, true},
		"another's requests":                     {ports(port(80, requestsOf(permit(stranger), get))), friend, false},
		"a rule without requests takes all":      {ports(port(80, requestsOf(permit(friend), put), permit(friend))), friend, true},
		"a rule without requests of another":     {ports(port(80, requestsOf(permit(friend), put), permit(stranger))), friend, false},
		"a denial wins":                          {ports(port(80, requestsOf(permit(friend), get), forbid(friend))), friend, false},
		"another's denial does not":              {ports(port(80, requestsOf(permit(friend), get), forbid(stranger))), friend, true},
		"rules of every port count":              {ports(port(0, requestsOf(permit(friend), put))), friend, false},
		"rules of every port allow":              {ports(port(80, requestsOf(permit(friend), put)), port(0, permit(friend))), friend, true},
		"rules of another port do not count":     {ports(port(80, permit(friend)), port(81, requestsOf(permit(friend), put))), friend, true},
		"a port without rules takes all":         {ports(port(80), port(0, requestsOf(permit(friend), put))), friend, true},
		"another listener's requests":            {ports(port(80, other)), friend, false},
		"an HTTP rule without conditions":        {ports(port(80, requestsOf(permit(friend), &cilium.HttpNetworkPolicyRule{}))), friend, true},
		"an empty list of requests is no narrow": {ports(port(80, requestsOf(permit(friend)))), friend, true},
	} {
		if got := request(at(rulesOf(t, one.rules...), 80), listener, one.peer, asking(":method", "GET")); got != one.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

// The server name belongs to the connection: it was checked when the connection was judged.
func TestARequestIsNotAskedForItsServerName(t *testing.T) {
	one := requestsOf(permit(), method("GET"))
	one.ServerNames = []string{"a.example"}
	if !request(rulesOf(t, port(443, one)), 0, 100, asking(":method", "GET")) {
		t.Error("refused")
	}
}

func TestEveryRuleThatMatchesChangesTheRequest(t *testing.T) {
	sets := func(name string) *cilium.HeaderMatch {
		return &cilium.HeaderMatch{Name: name, Value: "yes", MismatchAction: cilium.HeaderMatch_REPLACE_ON_MISMATCH}
	}
	rules := rulesOf(t,
		port(80, requestsOf(permit(100), method("GET", sets("first")), method("GET", sets("second")), method("PUT", sets("put"))),
			requestsOf(permit(100), method("GET", sets("third"))),
			requestsOf(permit(200), method("GET", sets("stranger")))),
		port(0, requestsOf(permit(), method(".*", sets("fourth")))))
	one := asking(":method", "GET")
	if !request(rules, 0, 100, one) {
		t.Fatal("refused")
	}
	for _, name := range []string{"first", "second", "third", "fourth"} {
		if value, _ := one.get(name); value != "yes" {
			t.Errorf("%s was not asked", name)
		}
	}
	for _, name := range []string{"put", "stranger"} {
		if _, found := one.get(name); found {
			t.Errorf("%s was asked", name)
		}
	}
}

func TestARuleWhoseActionRefusesIsNoPermission(t *testing.T) {
	refuses := &cilium.HeaderMatch{Name: "token", Value: "a", MismatchAction: cilium.HeaderMatch_FAIL_ON_MISMATCH}
	strict := requestsOf(permit(), method("GET", refuses))
	if request(rulesOf(t, port(80, strict)), 0, 100, asking(":method", "GET")) {
		t.Error("let through")
	}
	// Another rule can still allow the request: a missing match is no denial.
	if !request(rulesOf(t, port(80, strict, requestsOf(permit(), method("GET")))), 0, 100, asking(":method", "GET")) {
		t.Error("refused")
	}
}
