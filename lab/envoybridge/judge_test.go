package main

import (
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
)

// asked returns a client's GET to the Ingress's port 80, for the backend's port 8080.
func asked() traffic {
	what := arriving()
	what.upstream, what.message = place(backend, 8080), asking(":method", "GET")
	return what
}

func TestARequestHasToPassInAndOut(t *testing.T) {
	get, put := method("GET"), method("PUT")
	anyone, nobody := ports(port(0, permit())), ports()
	for name, one := range map[string]struct {
		in, out []*cilium.PortNetworkPolicy
		want    bool
	}{
		"both are open":                 {anyone, anyone, true},
		"in is closed":                  {nobody, anyone, false},
		"out is closed":                 {anyone, nobody, false},
		"out to the backend":            {anyone, ports(port(8080, permit(identityBackend))), true},
		"out to others":                 {anyone, ports(port(8080, permit(identityPod))), false},
		"out to another port":           {anyone, ports(port(80, permit(identityBackend))), false},
		"out is denied":                 {anyone, ports(port(8080, permit(), forbid(identityBackend))), false},
		"the request may come in":       {ports(port(80, requestsOf(permit(identityWorld), get))), anyone, true},
		"the request may not come in":   {ports(port(80, requestsOf(permit(identityWorld), put))), anyone, false},
		"others' requests may come in":  {ports(port(80, permit(identityWorld), requestsOf(permit(identityPod), put))), anyone, true},
		"the request may go out":        {ports(port(80, requestsOf(permit(), get))), ports(port(8080, requestsOf(permit(), get))), true},
		"the request may not go out":    {ports(port(80, requestsOf(permit(), get))), ports(port(8080, requestsOf(permit(), put))), false},
		"requests of others may go out": {ports(port(80, requestsOf(permit(), get))), ports(port(8080, permit(identityBackend), requestsOf(permit(identityPod), put))), true},
		"HTTP rules out count where the way in has some, as in enforceIngressHTTPPolicy": {
			anyone, ports(port(8080, requestsOf(permit(), put))), true},
		"HTTP rules of another port in are none": {
			ports(port(80, permit()), port(81, requestsOf(permit(), get))), ports(port(8080, requestsOf(permit(), put))), true},
	} {
		got, err := judging(t, everybody, ofIngress(one.in, one.out)).judge(enforced, asked())
		if err != nil || got.allowed != one.want {
			t.Errorf("%s: got %t, %v", name, got.allowed, err)
		}
		if got.policy != ingressIP || got.remote != identityBackend {
			t.Errorf("%s: told of as %+v", name, got)
		}
	}
}

func TestTheSubjectsNumberAndTheServerNameCountOnTheWayOut(t *testing.T) {
	anyone := ports(port(0, permit()))
	forOther := permit()
	forOther.ProxyId = enforced.proxy + 1
	forName := permit()
	forName.ServerNames = []string{"a.example"}
	for name, one := range map[string]struct {
		out        *cilium.PortNetworkPolicyRule
		serverName string
		want       bool
	}{
		"another listener's rule": {forOther, "", false},
		"another name's rule":     {forName, "b.example", false},
		"the name's rule":         {forName, "a.example", true},
	} {
		what := asked()
		what.serverName = one.serverName
		got, err := judging(t, everybody, ofIngress(anyone, ports(port(8080, one.out)))).judge(enforced, what)
		if err != nil || got.allowed != one.want {
			t.Errorf("%s: got %t, %v", name, got.allowed, err)
		}
	}
}

func TestAPodOfThisNodeIsHeldToItsOwnPolicy(t *testing.T) {
	get, put := method("GET"), method("PUT")
	anyone := ports(port(0, permit()))
	free := subject{listener: listenerPort, proxy: 7}
	forOther := permit()
	forOther.ProxyId = free.proxy + 1
	for name, one := range map[string]struct {
		out  []*cilium.PortNetworkPolicy
		to   subject
		want bool
	}{
		"it may":                                {ports(port(8080, permit(identityBackend))), enforced, true},
		"it may not":                            {ports(port(8080, permit(identityPod))), enforced, false},
		"it may, on the port that it asked for": {ports(port(80, permit())), enforced, false},
		"it may ask that":                       {ports(port(8080, requestsOf(permit(), get))), enforced, true},
		"it may ask other things":               {ports(port(8080, requestsOf(permit(), put))), enforced, false},
		"by another listener":                   {ports(port(8080, forOther)), enforced, false},
		"it may not, and Ingress has no policy": {ports(), free, false},
		"it may, and Ingress has no policy":     {ports(port(8080, permit())), free, true},
	} {
		what := asked()
		what.source = place(pod, 40000)
		judge := judging(t, everybody, ofIngress(anyone, anyone), policyOf([]string{pod}, nil, one.out))
		if got, err := judge.judge(one.to, what); err != nil || got.allowed != one.want {
			t.Errorf("%s: got %t, %v", name, got.allowed, err)
		}
		// An IPv6 socket has the pod's address as an IPv4-mapped one.
		what.source = place("::ffff:"+pod, 40000)
		if got, err := judge.judge(one.to, what); err != nil || got.allowed != one.want {
			t.Errorf("%s, in IPv6: got %t, %v", name, got.allowed, err)
		}
	}
}

func TestAPodsPolicyDoesNotStandInForThatOfIngress(t *testing.T) {
	anyone := ports(port(0, permit()))
	what := asked()
	what.source = place(pod, 40000)
	judge := judging(t, everybody, ofIngress(anyone, nil), policyOf([]string{pod}, anyone, anyone))
	if got, err := judge.judge(enforced, what); err != nil || got.allowed {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestOneFromElsewhereIsHeldToNoPodsPolicy(t *testing.T) {
	judge := judging(t, everybody, policyOf([]string{pod}, nil, nil))
	if got, err := judge.judge(subject{listener: listenerPort}, asked()); err != nil || !got.allowed {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Every policy on the path can change the request: the pod's, the inbound one, and the outbound one.
func TestEveryPolicyOnTheWayChangesTheRequest(t *testing.T) {
	sets := func(name string) *cilium.PortNetworkPolicyRule {
		return requestsOf(permit(), method("GET", &cilium.HeaderMatch{Name: name, Value: "yes",
			MismatchAction: cilium.HeaderMatch_ADD_ON_MISMATCH}))
	}
	what := asked()
	what.source = place(pod, 40000)
	judge := judging(t, everybody, ofIngress(ports(port(80, sets("in"))), ports(port(8080, sets("out")))),
		policyOf([]string{pod}, nil, ports(port(8080, sets("pod")))))
	if got, err := judge.judge(enforced, what); err != nil || !got.allowed {
		t.Fatalf("got %+v, %v", got, err)
	}
	order := []string{}
	for _, each := range what.message.changes.SetHeaders {
		order = append(order, each.Header.Key)
	}
	if len(order) != 3 || order[0] != "pod" || order[1] != "in" || order[2] != "out" {
		t.Errorf("got %v", order)
	}
}
