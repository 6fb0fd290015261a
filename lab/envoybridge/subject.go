package main

import (
	"context"
	"strconv"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	grpcmeta "google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
)

// namespace is the key of a request's metadata with the data for its judgement.
const namespace = "cilium-edge"

// subject is the data for judging a listener's traffic: the policy, and the listener's number in rules.
type subject struct {
	// The name of the listener's own policy; "" means the policy of the node's Ingress.
	policy string
	// Whether any policy is enforced.
	enforced bool
	// The number of the listener in rules for a single proxy.
	proxy uint32
	// The port of a listener behind the datapath, else 0. A connection to this port has bypassed the datapath.
	listener uint32
	// The body of a 403.
	denied string
}

const (
	keyPolicy   = "x-cilium-policy"
	keyEnforced = "x-cilium-enforced"
	keyProxy    = "x-cilium-proxy"
	keyListener = "x-cilium-listener"
	keyDenied   = "x-cilium-denied"
)

func (s subject) values() *structpb.Struct {
	return &structpb.Struct{Fields: map[string]*structpb.Value{
		keyPolicy: structpb.NewStringValue(s.policy), keyEnforced: structpb.NewBoolValue(s.enforced),
		keyProxy: structpb.NewNumberValue(float64(s.proxy)), keyListener: structpb.NewNumberValue(float64(s.listener)),
		keyDenied: structpb.NewStringValue(s.denied),
	}}
}

func (s subject) headers() []*core.HeaderValue {
	return []*core.HeaderValue{
		{Key: keyPolicy, Value: s.policy}, {Key: keyEnforced, Value: strconv.FormatBool(s.enforced)},
		header(keyProxy, s.proxy), header(keyListener, s.listener),
	}
}

// subjectIn returns the subject that `values` wrote to a request's metadata; false if there is none.
func subjectIn(metadata *core.Metadata) (subject, bool) {
	fields := metadata.GetFilterMetadata()[namespace].GetFields()
	if fields == nil {
		return subject{}, false
	}
	return subject{
		policy: fields[keyPolicy].GetStringValue(), enforced: fields[keyEnforced].GetBoolValue(),
		proxy: uint32(fields[keyProxy].GetNumberValue()), listener: uint32(fields[keyListener].GetNumberValue()),
		denied: fields[keyDenied].GetStringValue(),
	}, true
}

// subjectOfCall returns the subject that `headers` wrote to a call's metadata; false if there is none.
func subjectOfCall(ctx context.Context) (subject, bool) {
	values, _ := grpcmeta.FromIncomingContext(ctx)
	first := func(key string) string {
		if all := values.Get(key); len(all) > 0 {
			return all[0]
		}
		return ""
	}
	proxy, err := strconv.ParseUint(first(keyProxy), 10, 32)
	port, fault := strconv.ParseUint(first(keyListener), 10, 32)
	if err != nil || fault != nil {
		return subject{}, false
	}
	return subject{policy: first(keyPolicy), enforced: first(keyEnforced) == "true", proxy: uint32(proxy),
		listener: uint32(port)}, true
}
