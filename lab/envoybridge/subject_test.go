package main

import (
	"context"
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	grpcmeta "google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
)

// carried returns the metadata that Envoy sends with a request.
func carried(values *structpb.Struct) *core.Metadata {
	return &core.Metadata{FilterMetadata: map[string]*structpb.Struct{namespace: values}}
}

// callOf returns the context of a call of Envoy with these headers.
func callOf(headers []*core.HeaderValue) context.Context {
	sent := grpcmeta.MD{}
	for _, each := range headers {
		sent.Append(each.Key, each.Value)
	}
	return grpcmeta.NewIncomingContext(context.Background(), sent)
}

// callsTheBridge checks the settings of a call: its target, and its data about the listener.
func callsTheBridge(t *testing.T, service *core.GrpcService, want subject) {
	t.Helper()
	if service.GetEnvoyGrpc().GetClusterName() != bridgeCluster || service.Timeout.AsDuration() <= 0 {
		t.Errorf("got %v", service)
	}
	if got, found := subjectOfCall(callOf(service.InitialMetadata)); !found || got != want {
		t.Errorf("got %+v", got)
	}
}

func TestASubjectArrivesAsItWasSent(t *testing.T) {
	for _, one := range []subject{
		{},
		{enforced: true, proxy: 7, listener: 12000},
		{policy: "fd00::9", enforced: true, proxy: 65535, listener: 65535, denied: "go away\r\n"},
		{policy: "10.9.9.9", listener: 1},
	} {
		if got, found := subjectIn(carried(one.values())); !found || got != one {
			t.Errorf("by a request: got %+v, want %+v", got, one)
		}
		// Without requests the body of an answer is not needed.
		want := one
		want.denied = ""
		if got, found := subjectOfCall(callOf(one.headers())); !found || got != want {
			t.Errorf("by a call: got %+v, want %+v", got, want)
		}
	}
}

func TestWhatSaysNothingOfASubjectHasNone(t *testing.T) {
	other := &core.Metadata{FilterMetadata: map[string]*structpb.Struct{"envoy.lb": {Fields: map[string]*structpb.Value{
		keyEnforced: structpb.NewBoolValue(false)}}}}
	for name, metadata := range map[string]*core.Metadata{"no metadata": nil, "another's": other, "empty": carried(&structpb.Struct{})} {
		if got, found := subjectIn(metadata); found {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	for name, headers := range map[string][]*core.HeaderValue{
		"none":                 nil,
		"no proxy":             {header(keyListener, 12000)},
		"no listener":          {header(keyProxy, 7)},
		"a proxy of no number": {{Key: keyProxy, Value: "seven"}, header(keyListener, 12000)},
	} {
		if got, found := subjectOfCall(callOf(headers)); found {
			t.Errorf("%s: got %+v", name, got)
		}
	}
	if _, found := subjectOfCall(context.Background()); found {
		t.Error("a call without headers")
	}
}
