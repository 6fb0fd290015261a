package main

import (
	"context"
	"strconv"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	grpcmeta "google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
)

// namespace is where a request's metadata keeps what it is judged by.
const namespace = "cilium-edge"

// subject is what a listener's traffic is judged by: whose policy, and how rules know the listener.
type subject struct {
	// The name of a policy of its own; "" is the policy of the node's Ingress.
	policy string
	// Whether any policy is enforced.
	enforced bool
	// Rules for one proxy alone name it by this number.
	proxy uint32
	// The port of a listener that the datapath hands connections to, else 0: who asks for it came past the datapath.
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

// subjectIn is what `values` put into a request's metadata; false where nothing did.
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

// subjectOfCall is what `headers` put into a call's metadata; false where nothing did.
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
