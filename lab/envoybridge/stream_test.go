package main

import (
	"testing"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	clusters "github.com/envoyproxy/go-control-plane/envoy/service/cluster/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	listeners "github.com/envoyproxy/go-control-plane/envoy/service/listener/v3"
	routes "github.com/envoyproxy/go-control-plane/envoy/service/route/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// envoyStream is Envoy's end of a stream.
type envoyStream = grpc.BidiStreamingClient[discovery.DiscoveryRequest, discovery.DiscoveryResponse]

func listenersOf(t *testing.T, connection *grpc.ClientConn) envoyStream {
	t.Helper()
	stream, err := listeners.NewListenerDiscoveryServiceClient(connection).StreamListeners(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func send(t *testing.T, stream envoyStream, request *discovery.DiscoveryRequest) {
	t.Helper()
	soon(t, "a request sent", func() error { return stream.Send(request) })
}

func receive(t *testing.T, stream envoyStream) *discovery.DiscoveryResponse {
	t.Helper()
	var response *discovery.DiscoveryResponse
	soon(t, "a response", func() (err error) {
		response, err = stream.Recv()
		return err
	})
	return response
}

func TestAStreamIsPassedOnAsItIs(t *testing.T) {
	agent, connection := bridged(t, judging(t, everybody))
	envoy, err := routes.NewRouteDiscoveryServiceClient(connection).StreamRoutes(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	first := &discovery.DiscoveryRequest{Node: &core.Node{Id: "host~127.0.0.1"}, TypeUrl: "routes", ResourceNames: []string{"a", "b"}}
	send(t, envoy, first)
	stream := agent.stream(t)
	if stream.method != "/envoy.service.route.v3.RouteDiscoveryService/StreamRoutes" {
		t.Errorf("got %s", stream.method)
	}
	if got := stream.request(t); !proto.Equal(got, first) {
		t.Errorf("the agent got %v", got)
	}
	response := told("4", &route.RouteConfiguration{Name: "a"}, &route.RouteConfiguration{Name: "b"})
	response.ControlPlane = &core.ControlPlane{Identifier: "agent"}
	stream.answer(t, response)
	if got := receive(t, envoy); !proto.Equal(got, response) {
		t.Errorf("Envoy got %v", got)
	}
	for _, answer := range []*discovery.DiscoveryRequest{
		{VersionInfo: "4", ResponseNonce: "4", ResourceNames: []string{"a"}},
		{VersionInfo: "3", ResponseNonce: "4", ErrorDetail: status.New(codes.InvalidArgument, "no such cluster").Proto()},
	} {
		send(t, envoy, answer)
		if got := stream.request(t); !proto.Equal(got, answer) {
			t.Errorf("the agent got %v", got)
		}
	}
}

func TestStreamsArePassedOnOneToOne(t *testing.T) {
	agent, connection := bridged(t, judging(t, everybody))
	first := listenersOf(t, connection)
	send(t, first, &discovery.DiscoveryRequest{TypeUrl: "first"})
	one := agent.stream(t)
	second := listenersOf(t, connection)
	send(t, second, &discovery.DiscoveryRequest{TypeUrl: "second"})
	two := agent.stream(t)
	if a, b := one.request(t).TypeUrl, two.request(t).TypeUrl; a != "first" || b != "second" {
		t.Errorf("got %s, %s", a, b)
	}
	two.answer(t, told("2", &listener.Listener{Name: "of the second"}))
	one.answer(t, told("1", &listener.Listener{Name: "of the first"}))
	if a, b := receive(t, first).Nonce, receive(t, second).Nonce; a != "1" || b != "2" {
		t.Errorf("got %s, %s", a, b)
	}
}

func TestListenersAndClustersAreTranslatedOnTheirWay(t *testing.T) {
	agent, connection := bridged(t, judging(t, everybody, ofIngress(nil, nil)))
	envoy := listenersOf(t, connection)
	stream := agent.stream(t)
	stream.answer(t, told("1", listening(northSouth()), &listener.Listener{Name: "another"}))
	response := receive(t, envoy)
	got := &listener.Listener{}
	if len(response.Resources) != 2 || response.Resources[0].UnmarshalTo(got) != nil || !got.Transparent.GetValue() {
		t.Errorf("got %v", response)
	}
	down, err := clusters.NewClusterDiscoveryServiceClient(connection).StreamClusters(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	agent.stream(t).answer(t, told("1", backends(l7Policy)))
	bindsTo := &cluster.Cluster{}
	response = receive(t, down)
	if len(response.Resources) != 1 || response.Resources[0].UnmarshalTo(bindsTo) != nil ||
		bindsTo.UpstreamBindConfig.GetSourceAddress().GetAddress() != ingressIP {
		t.Errorf("got %v", response)
	}
}

func TestAStreamEndsForEnvoyAsTheAgentEndsIt(t *testing.T) {
	agent, connection := bridged(t, judging(t, everybody))
	for _, want := range []error{nil, status.Error(codes.FailedPrecondition, "invalid nonce")} {
		envoy := listenersOf(t, connection)
		agent.stream(t).ended <- want
		got := make(chan error, 1)
		go func() {
			_, err := envoy.Recv()
			got <- err
		}()
		err := next(t, "the end", got)
		if want == nil && err.Error() != "EOF" || want != nil && status.Code(err) != codes.FailedPrecondition {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

func TestAStreamEndsForTheAgentAsEnvoyEndsIt(t *testing.T) {
	agent, connection := bridged(t, judging(t, everybody))
	envoy := listenersOf(t, connection)
	stream := agent.stream(t)
	if err := envoy.CloseSend(); err != nil {
		t.Fatal(err)
	}
	next(t, "the end", stream.Context().Done())
}

func TestAStreamWaitsForTheAgent(t *testing.T) {
	// Envoy may start before the agent, and its streams must not fail then.
	directory := t.TempDir()
	upstream, own := directory+"/xds.sock", directory+"/bridge.sock"
	if err := serve(own, connected(t, upstream), judging(t, everybody)); err != nil {
		t.Fatal(err)
	}
	envoy := listenersOf(t, connected(t, own))
	send(t, envoy, &discovery.DiscoveryRequest{TypeUrl: "early"})
	if got := startAgent(t, upstream).stream(t).request(t).TypeUrl; got != "early" {
		t.Errorf("got %s", got)
	}
}
