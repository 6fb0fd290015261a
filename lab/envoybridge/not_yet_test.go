package main

import (
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	clusters "github.com/envoyproxy/go-control-plane/envoy/service/cluster/v3"
	"google.golang.org/grpc"
)

// A refusal would be final until the agent has another version. After the end of a stream, Envoy asks again.
func TestAStreamEndsWhereTheIngressIsNotKnownInTime(t *testing.T) {
	directory := t.TempDir()
	agent := startAgent(t, directory+"/xds.sock")
	one := &streams{agent: connected(t, directory+"/xds.sock"),
		translator: &translator{ingress: func() ([]netip.Addr, error) { return nil, errNotYet }}}
	server := grpc.NewServer(grpc.UnknownServiceHandler(one.pass))
	serving(t, server, directory+"/bridge.sock")
	envoy, err := clusters.NewClusterDiscoveryServiceClient(connected(t, directory+"/bridge.sock")).StreamClusters(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	stream := agent.stream(t)
	stream.answer(t, told("1", backends(l7Policy)))
	got := make(chan error, 1)
	go func() {
		_, err := envoy.Recv()
		got <- err
	}()
	if err := next(t, "the end", got); err == nil {
		t.Error("Envoy got a response")
	}
	next(t, "the end of the agent's", stream.Context().Done())
}

// These tests use a fake clock, so that nothing waits.
func TestTheIngressIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := newPolicies(everybody)
		began := time.Now()
		go func() {
			time.Sleep(3 * time.Second)
			_ = known.take(told("1", policyOf([]string{pod}, nil, nil)))
			time.Sleep(7*time.Second + 10*time.Millisecond)
			_ = known.take(told("2", ofIngress(nil, nil)))
		}()
		got, err := known.ingressAddresses()
		if err != nil || len(got) != 2 || got[0].String() != ingressIP || got[1].String() != ingressIP6 {
			t.Errorf("got %v, %v", got, err)
		}
		// On the notification, not at the next poll.
		if took := time.Since(began); took != 10*time.Second+10*time.Millisecond {
			t.Errorf("after %s", took)
		}
	})
}

func TestTheMapOfIdentitiesHasNoNewsOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later := &late{book: everybody, from: time.Now().Add(2500 * time.Millisecond)}
		known := newPolicies(later)
		if err := known.take(told("1", ofIngress(nil, nil))); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if got, err := known.ingressAddresses(); err != nil || len(got) != 2 || time.Since(began) > 4*time.Second {
			t.Errorf("got %v, %v after %s", got, err, time.Since(began))
		}
	})
}

// late is a map that gets an Ingress's identity only after a while.
type late struct {
	book
	from time.Time
}

func (l *late) of(ip netip.Addr) (uint32, error) {
	if time.Now().Before(l.from) {
		return identityWorld, nil
	}
	return l.book.of(ip)
}

func TestTheIngressIsNotWaitedForForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		known := newPolicies(everybody)
		began := time.Now()
		toldAll := make(chan struct{})
		// Unrelated changes do not prolong the wait.
		go func() {
			defer close(toldAll)
			for range 40 {
				time.Sleep(700 * time.Millisecond)
				_ = known.take(told("1", policyOf([]string{pod}, nil, nil)))
			}
		}()
		if got, err := known.ingressAddresses(); !errors.Is(err, errNotYet) || got != nil {
			t.Errorf("got %v, %v", got, err)
		}
		if took := time.Since(began); took != patience {
			t.Errorf("after %s", took)
		}
		<-toldAll
	})
}
