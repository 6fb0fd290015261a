package main

import (
	"slices"
	"strings"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func named(name string, meta *cilium.BpfMetadata) *listener.Listener {
	one := listening(meta)
	one.Name = name
	return one
}

// eastWest is a resource that the bridge cannot translate.
func eastWest() *cilium.BpfMetadata {
	return &cilium.BpfMetadata{IsL7Lb: true, UseOriginalSourceAddress: true}
}

func names(t *testing.T, response *discovery.DiscoveryResponse) string {
	t.Helper()
	result := []string{}
	for _, resource := range response.Resources {
		one := &listener.Listener{}
		if err := resource.UnmarshalTo(one); err != nil {
			t.Fatal(err)
		}
		result = append(result, one.Name)
	}
	slices.Sort(result)
	return strings.Join(result, " ")
}

// acknowledge makes Envoy accept the response; it returns the request that the agent gets.
func acknowledge(t *testing.T, envoy envoyStream, agent *agentStream, response *discovery.DiscoveryResponse) *discovery.DiscoveryRequest {
	t.Helper()
	send(t, envoy, &discovery.DiscoveryRequest{VersionInfo: response.VersionInfo, ResponseNonce: response.Nonce})
	return agent.request(t)
}

// exchange forwards a version until Envoy has acknowledged it.
func exchange(t *testing.T, envoy envoyStream, agent *agentStream, response *discovery.DiscoveryResponse) (string, *discovery.DiscoveryRequest) {
	t.Helper()
	agent.answer(t, response)
	got := receive(t, envoy)
	return names(t, got), acknowledge(t, envoy, agent, got)
}

func opened(t *testing.T) (envoyStream, *agentStream) {
	t.Helper()
	agent, connection := bridged(t, judging(t, everybody, ofIngress(nil, nil)))
	envoy := listenersOf(t, connection)
	return envoy, agent.stream(t)
}

func TestAVersionThatDidNotAllReachEnvoyIsNotAcknowledged(t *testing.T) {
	envoy, agent := opened(t)
	if _, heard := exchange(t, envoy, agent, told("3", named("good", northSouth()))); heard.ErrorDetail != nil || heard.VersionInfo != "3" {
		t.Fatalf("the agent heard %v", heard)
	}
	got, heard := exchange(t, envoy, agent, told("5", named("good", northSouth()), named("bad", eastWest()), named("worse", &cilium.BpfMetadata{})))
	if got != "good" {
		t.Errorf("Envoy got %s", got)
	}
	if heard.VersionInfo != "3" || heard.ResponseNonce != "5" || codes.Code(heard.ErrorDetail.GetCode()) != codes.InvalidArgument {
		t.Errorf("the agent heard %v", heard)
	}
	reason := heard.ErrorDetail.GetMessage()
	if !strings.Contains(reason, "bad: east-west") || !strings.Contains(reason, "worse: an L7 policy of pods") || strings.Contains(reason, "good") {
		t.Errorf("for the reason: %s", reason)
	}
	// A later version can be complete again.
	if got, heard = exchange(t, envoy, agent, told("6", named("good", northSouth()))); got != "good" || heard.ErrorDetail != nil || heard.VersionInfo != "6" {
		t.Errorf("Envoy got %s, the agent heard %v", got, heard)
	}
	if _, heard = exchange(t, envoy, agent, told("7", named("bad", eastWest()))); heard.VersionInfo != "6" {
		t.Errorf("the agent heard %v", heard)
	}
}

func TestTheFirstVersionCanBeRefused(t *testing.T) {
	envoy, agent := opened(t)
	if got, heard := exchange(t, envoy, agent, told("1", named("bad", eastWest()))); got != "" || heard.VersionInfo != "" || heard.ErrorDetail == nil {
		t.Errorf("Envoy got %s, the agent heard %v", got, heard)
	}
}

// As in Envoy itself: after a refused resource the previous one stays.
func TestTheLastGoodResourceStaysWhileANewerOneIsRefused(t *testing.T) {
	envoy, agent := opened(t)
	exchange(t, envoy, agent, told("1", named("one", northSouth()), named("two", northSouth())))
	for _, version := range []string{"2", "3"} {
		agent.answer(t, told(version, named("one", eastWest()), named("three", northSouth())))
		response := receive(t, envoy)
		if got := names(t, response); got != "one three" {
			t.Fatalf("version %s: Envoy got %s", version, got)
		}
		kept := &listener.Listener{}
		if err := response.Resources[0].UnmarshalTo(kept); err != nil || !kept.Transparent.GetValue() || len(kept.ListenerFilters) != 2 {
			t.Errorf("version %s: Envoy got %v", version, kept)
		}
		if heard := acknowledge(t, envoy, agent, response); heard.ErrorDetail == nil || heard.VersionInfo != "1" {
			t.Errorf("version %s: the agent heard %v", version, heard)
		}
	}
	if got, _ := exchange(t, envoy, agent, told("4", named("three", northSouth()))); got != "three" {
		t.Errorf("Envoy got %s, of what the agent has no more", got)
	}
	// A resource that was removed in between is no longer the last good one.
	if got, _ := exchange(t, envoy, agent, told("5", named("one", eastWest()), named("three", northSouth()))); got != "three" {
		t.Errorf("Envoy got %s", got)
	}
}

func TestEnvoysOwnReasonGoesToTheAgent(t *testing.T) {
	envoy, agent := opened(t)
	exchange(t, envoy, agent, told("1", named("one", northSouth())))
	agent.answer(t, told("2", named("one", eastWest()), named("two", northSouth())))
	receive(t, envoy)
	send(t, envoy, &discovery.DiscoveryRequest{VersionInfo: "1", ResponseNonce: "2",
		ErrorDetail: status.New(codes.InvalidArgument, "address in use").Proto()})
	if heard := agent.request(t); heard.ErrorDetail.GetMessage() != "address in use" || heard.VersionInfo != "1" {
		t.Errorf("the agent heard %v", heard)
	}
}

// Envoy requests other names with its last nonce.
func TestALaterRequestWithARefusedNonceIsNoAcknowledgementEither(t *testing.T) {
	envoy, agent := opened(t)
	exchange(t, envoy, agent, told("1", named("one", northSouth())))
	exchange(t, envoy, agent, told("2", named("one", eastWest())))
	send(t, envoy, &discovery.DiscoveryRequest{VersionInfo: "2", ResponseNonce: "2", ResourceNames: []string{"two"}})
	if heard := agent.request(t); heard.VersionInfo != "1" || heard.ErrorDetail == nil || len(heard.ResourceNames) != 1 {
		t.Errorf("the agent heard %v", heard)
	}
}
