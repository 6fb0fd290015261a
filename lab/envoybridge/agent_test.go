package main

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// agent is an xDS server with answers from the test.
type agent struct {
	server  *grpc.Server
	streams chan *agentStream
}

// agentStream is one opened stream. It stays open until the test or the client ends it.
type agentStream struct {
	grpc.ServerStream
	method string
	ended  chan error
}

func startAgent(t *testing.T, socket string) *agent {
	t.Helper()
	one := &agent{streams: make(chan *agentStream)}
	one.server = grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		opened := &agentStream{ServerStream: stream, method: method, ended: make(chan error, 1)}
		select {
		case one.streams <- opened:
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
		select {
		case err := <-opened.ended:
			return err
		case <-stream.Context().Done():
			return stream.Context().Err()
		}
	}))
	serving(t, one.server, socket)
	return one
}

// stream returns the next opened stream.
func (a *agent) stream(t *testing.T) *agentStream {
	t.Helper()
	return next(t, "a stream", a.streams)
}

func (s *agentStream) request(t *testing.T) *discovery.DiscoveryRequest {
	t.Helper()
	request := &discovery.DiscoveryRequest{}
	soon(t, "a request", func() error { return s.RecvMsg(request) })
	return request
}

func (s *agentStream) answer(t *testing.T, response *discovery.DiscoveryResponse) {
	t.Helper()
	soon(t, "an answer sent", func() error { return s.SendMsg(response) })
}

// told returns a response of the agent, whose nonces equal its versions.
func told[M proto.Message](version string, messages ...M) *discovery.DiscoveryResponse {
	response := &discovery.DiscoveryResponse{VersionInfo: version, Nonce: version}
	for _, message := range messages {
		response.Resources = append(response.Resources, packed(message))
		response.TypeUrl = response.Resources[0].TypeUrl
	}
	return response
}

// unreadable returns a policy of an agent that is newer than the bridge.
func unreadable() *cilium.NetworkPolicy {
	return policyOf([]string{pod}, ports(port(80, &cilium.PortNetworkPolicyRule{L7Proto: "kafka"})), nil)
}

// garbled claims to be a message of a type, but is none.
func garbled(message proto.Message) *anypb.Any {
	result := packed(message)
	result.Value = []byte{0xff}
	return result
}

const tooLong = 4 * time.Second

// next returns the next value of the channel, which must arrive soon.
func next[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(tooLong):
		t.Fatalf("waited too long for %s", what)
		panic("unreachable")
	}
}

// soon runs a call that blocks forever if the code is wrong.
func soon(t *testing.T, what string, do func() error) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- do() }()
	if err := next(t, what, done); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// connected returns a connection to the socket, made as by the bridge.
func connected(t *testing.T, socket string) *grpc.ClientConn {
	t.Helper()
	connection, err := dial(socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

// bridged starts the bridge as main does, between an agent of the test and Envoy's connection.
func bridged(t *testing.T, by *judge) (*agent, *grpc.ClientConn) {
	t.Helper()
	directory := t.TempDir()
	upstream, own := filepath.Join(directory, "xds.sock"), filepath.Join(directory, "bridge.sock")
	one := startAgent(t, upstream)
	if err := serve(own, connected(t, upstream), by); err != nil {
		t.Fatal(err)
	}
	return one, connected(t, own)
}

func briefly(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), tooLong)
	t.Cleanup(cancel)
	return ctx
}

// serving runs the server at the socket until the test ends.
func serving(t *testing.T, server *grpc.Server, socket string) {
	t.Helper()
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
}
