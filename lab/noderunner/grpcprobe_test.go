package main

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	v1 "k8s.io/api/core/v1"
)

func TestAServiceIsHealthyThatSaysSo(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, state := grpc.NewServer(), health.NewServer()
	grpc_health_v1.RegisterHealthServer(server, state)
	go func() { _ = server.Serve(listener) }()
	port := int32(listener.Addr().(*net.TCPAddr).Port)
	ask := func(service *string) error {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		return checkGRPC(ctx, &v1.GRPCAction{Port: port, Service: service}, "127.0.0.1")
	}
	named, other := "relay", "nobody"
	state.SetServingStatus(named, grpc_health_v1.HealthCheckResponse_NOT_SERVING)
	if err := ask(nil); err != nil {
		t.Errorf("the server as a whole serves, got %v", err)
	}
	if ask(&named) == nil || ask(&other) == nil {
		t.Error("one that does not serve, and one that is not known, are not healthy")
	}
	state.SetServingStatus(named, grpc_health_v1.HealthCheckResponse_SERVING)
	if err := ask(&named); err != nil {
		t.Errorf("the service serves, got %v", err)
	}
	server.Stop()
	if ask(nil) == nil {
		t.Error("nobody is there any more")
	}
}
