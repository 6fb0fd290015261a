package main

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	v1 "k8s.io/api/core/v1"
)

// checkGRPC asks for the health of a service, without TLS, as the kubelet does.
func checkGRPC(ctx context.Context, probe *v1.GRPCAction, podIP string) error {
	address := net.JoinHostPort(podIP, strconv.Itoa(int(probe.Port)))
	connection, err := grpc.NewClient("passthrough:///"+address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	request := &grpc_health_v1.HealthCheckRequest{}
	if probe.Service != nil {
		request.Service = *probe.Service
	}
	answer, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, request)
	if err != nil {
		return err
	}
	if answer.Status != grpc_health_v1.HealthCheckResponse_SERVING {
		return fmt.Errorf("%s says %s", address, answer.Status)
	}
	return nil
}
