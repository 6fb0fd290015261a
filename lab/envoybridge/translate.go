package main

import (
	"errors"
	"net/netip"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
)

// Numbers of socket options, for Envoy's configuration.
const (
	solSocket     = 1
	soReuseAddr   = 2
	soMark        = 36
	solIP         = 0
	ipTransparent = 19
	ipBindNoPort  = 24
	solIPv6       = 41
	ip6Transp     = 75
)

// Packet marks of Cilium's datapath (bpf/lib/common.h): from the proxy, egress; the upper half is an
// identity.
const (
	markEgress      = 0x0B00
	identityIngress = 8
)

// errNotYet reports data of the node that the bridge needs but does not have yet.
var errNotYet = errors.New("the node's Ingress endpoint is not known yet")

// translator replaces Cilium's filters by features of upstream Envoy. Resources without these filters pass unchanged.
type translator struct {
	// The addresses of the node's Ingress endpoint; errNotYet while the agent has not announced them.
	ingress func() ([]netip.Addr, error)
}

// translate returns the name and the replacement of a resource; the name is "" if the resource passes unchanged.
func (t *translator) translate(resource *anypb.Any) (string, *anypb.Any, error) {
	switch {
	case resource.MessageIs((*listener.Listener)(nil)):
		one := &listener.Listener{}
		return change(resource, one, func() error { return translateListener(one) }, one.GetName)
	case resource.MessageIs((*cluster.Cluster)(nil)):
		one := &cluster.Cluster{}
		return change(resource, one, func() error { return t.translateCluster(one) }, one.GetName)
	}
	return "", resource, nil
}

func change(resource *anypb.Any, message proto.Message, how func() error, name func() string) (string, *anypb.Any, error) {
	if err := resource.UnmarshalTo(message); err != nil {
		return resource.TypeUrl, nil, err
	}
	if err := how(); err != nil {
		return name(), nil, err
	}
	changed, err := anypb.New(message)
	return name(), changed, err
}

func option(name string, level, number, value int64) *core.SocketOption {
	return &core.SocketOption{Description: name, Level: level, Name: number,
		Value: &core.SocketOption_IntValue{IntValue: value}, State: core.SocketOption_STATE_PREBIND}
}

// packed returns one of our messages as an Any, which cannot fail.
func packed(message proto.Message) *anypb.Any {
	result, err := anypb.New(message)
	if err != nil {
		panic(err)
	}
	return result
}

// bridgeService returns the configuration with which Envoy calls the bridge.
func bridgeService(metadata ...*core.HeaderValue) *core.GrpcService {
	return &core.GrpcService{
		TargetSpecifier: &core.GrpcService_EnvoyGrpc_{EnvoyGrpc: &core.GrpcService_EnvoyGrpc{ClusterName: bridgeCluster}},
		Timeout:         durationpb.New(5 * time.Second), InitialMetadata: metadata,
	}
}
