package main

import (
	"flag"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// agnhost replaces the gRPC server of Kubernetes' test image: it answers the standard health
// check, with the flags and the port of the original.
func agnhost(arguments []string) error {
	if len(arguments) == 0 || arguments[0] != "grpc-health-checking" {
		return fmt.Errorf("agnhost: the lab has grpc-health-checking alone, not %q", arguments)
	}
	flags := flag.NewFlagSet("grpc-health-checking", flag.ContinueOnError)
	port := flags.String("port", "5000", "TCP port to listen on")
	service := flags.String("service", "main", "the service that is healthy")
	if err := flags.Parse(arguments[1:]); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", ":"+*port)
	if err != nil {
		return err
	}
	told := health.NewServer()
	told.SetServingStatus(*service, grpc_health_v1.HealthCheckResponse_SERVING)
	server := grpc.NewServer()
	grpc_health_v1.RegisterHealthServer(server, told)
	return server.Serve(listener)
}
