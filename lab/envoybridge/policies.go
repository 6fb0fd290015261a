package main

import (
	"context"
	"log"
	"net/netip"
	"sync"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

const (
	policyMethod = "/cilium.NetworkPolicyDiscoveryService/StreamNetworkPolicies"
	policyType   = "type.googleapis.com/cilium.NetworkPolicy"
	// The agent identifies acknowledgements by the address in the node ID.
	nodeID = "host~127.0.0.1~no-id~localdomain"
	// How long a cluster waits for the node's Ingress endpoint. Envoy asks again after this.
	patience = 20 * time.Second
)

// resolver returns the identity of an address.
type resolver interface {
	of(ip netip.Addr) (uint32, error)
}

// policies holds the policies of local endpoints, from the agent (NPDS).
type policies struct {
	identities resolver
	mu         sync.RWMutex
	byAddress  map[string]*policy
	// The endpoint with the identity of Ingress, once it is known.
	ingress *policy
	// Called after a connection to an agent, which may be a new one.
	reached func()
	// Closed and replaced on each change.
	changed chan struct{}
}

func newPolicies(identities resolver) *policies {
	return &policies{identities: identities, byAddress: map[string]*policy{}, reached: func() {},
		changed: make(chan struct{})}
}

// named returns the policy of a local endpoint, by one of its addresses; nil if the agent has announced none.
func (p *policies) named(name string) *policy {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.byAddress[name]
}

// ingressAddresses waits for the node's Ingress endpoint. IPv4 comes first.
func (p *policies) ingressAddresses() ([]netip.Addr, error) {
	deadline := time.After(patience)
	for {
		p.mu.RLock()
		changed := p.changed
		p.mu.RUnlock()
		if found := p.ofIngress(); found != nil {
			return found.addresses, nil
		}
		select {
		case <-changed:
		case <-time.After(time.Second):
			// The map of identities does not notify of changes.
		case <-deadline:
			return nil, errNotYet
		}
	}
}

// ofIngress returns the policy of the local endpoint with the identity of Ingress, nil while it is unknown.
func (p *policies) ofIngress() *policy {
	p.mu.RLock()
	found, all := p.ingress, p.byAddress
	p.mu.RUnlock()
	if found != nil {
		return found
	}
	for _, policy := range all {
		for _, address := range policy.addresses {
			if identity, err := p.identities.of(address); err == nil && identity == identityIngress {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.ingress = p.byAddress[address.String()]
				return policy
			}
		}
	}
	return nil
}

// follow receives the agent's policies until the process ends.
func (p *policies) follow(agent *grpc.ClientConn) {
	for {
		err := p.subscribe(context.Background(), agent)
		log.Printf("policies: %v", err)
		time.Sleep(200 * time.Millisecond)
	}
}

func (p *policies) subscribe(ctx context.Context, agent *grpc.ClientConn) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	stream, err := agent.NewStream(ctx, description, policyMethod, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	p.reached()
	request := &discovery.DiscoveryRequest{TypeUrl: policyType, Node: &core.Node{Id: nodeID, Cluster: "ingress-cluster"}}
	accepted := ""
	for {
		if err := stream.SendMsg(request); err != nil {
			return err
		}
		response := &discovery.DiscoveryResponse{}
		if err := stream.RecvMsg(response); err != nil {
			return err
		}
		request = &discovery.DiscoveryRequest{TypeUrl: policyType, ResponseNonce: response.Nonce}
		if err := p.take(response); err != nil {
			log.Printf("refused: %s: %v", policyType, err)
			request.ErrorDetail = &status.Status{Code: int32(codes.InvalidArgument), Message: err.Error()}
		} else {
			accepted = response.VersionInfo
		}
		request.VersionInfo = accepted
	}
}

// take applies the response's policies: all of them or, if one is unreadable, none.
func (p *policies) take(response *discovery.DiscoveryResponse) error {
	found := map[string]*policy{}
	for _, resource := range response.Resources {
		message := &cilium.NetworkPolicy{}
		if err := proto.Unmarshal(resource.Value, message); err != nil {
			return err
		}
		one, err := readPolicy(message)
		if err != nil {
			return err
		}
		for _, address := range one.addresses {
			found[address.String()] = one
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byAddress, p.ingress = found, nil
	close(p.changed)
	p.changed = make(chan struct{})
	return nil
}
