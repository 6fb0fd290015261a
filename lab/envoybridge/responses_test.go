package main

import (
	"testing"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	data "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	accesslog "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
	grpcmeta "google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

var began = time.Date(2025, 7, 1, 12, 0, 0, 500, time.UTC)

// ended returns Envoy's log entry of a request, 30 ms after its beginning.
func ended(upstream *core.Address, status uint32, details string) *data.HTTPAccessLogEntry {
	return &data.HTTPAccessLogEntry{
		ProtocolVersion: data.HTTPAccessLogEntry_HTTP2,
		CommonProperties: &data.AccessLogCommon{StartTime: timestamppb.New(began),
			TimeToLastDownstreamTxByte: durationpb.New(30 * time.Millisecond),
			DownstreamRemoteAddress:    socketAddress(client, 40000), DownstreamLocalAddress: socketAddress(ingressIP, 80),
			UpstreamRemoteAddress: upstream},
		Request:  &data.HTTPRequestProperties{RequestMethod: core.RequestMethod_GET, Scheme: "https", Authority: "shop.example", Path: "/a"},
		Response: &data.HTTPResponseProperties{ResponseCode: wrapperspb.UInt32(status), ResponseCodeDetails: details},
	}
}

// logged sends the entries as Envoy does; it returns the entries that the agent gets.
func logged(t *testing.T, to subject, count int, entries ...*data.HTTPAccessLogEntry) []*cilium.LogEntry {
	t.Helper()
	judge := judging(t, everybody, ofIngress(nil, nil))
	agent := hear(t, judge.log.path)
	_, connection := bridged(t, judge)
	ctx := briefly(t)
	for _, each := range to.headers() {
		ctx = grpcmeta.AppendToOutgoingContext(ctx, each.Key, each.Value)
	}
	stream, err := accesslog.NewAccessLogServiceClient(connection).StreamAccessLogs(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// The first message has the identifier of the sender and the existing entries.
	for _, entry := range entries {
		message := &accesslog.StreamAccessLogsMessage{LogEntries: &accesslog.StreamAccessLogsMessage_HttpLogs{
			HttpLogs: &accesslog.StreamAccessLogsMessage_HTTPAccessLogEntries{LogEntry: []*data.HTTPAccessLogEntry{entry}}}}
		soon(t, "an entry sent", func() error { return stream.Send(message) })
	}
	result := []*cilium.LogEntry{}
	for range count {
		result = append(result, next(t, "an entry", agent.entries))
	}
	return result
}

// heard returns the entry that the agent must get for `ended`.
func heard(kind cilium.EntryType, destination string, identity, status uint32) *cilium.LogEntry {
	when := began
	if kind == cilium.EntryType_Response {
		when = began.Add(30 * time.Millisecond)
	}
	return &cilium.LogEntry{EntryType: kind, Timestamp: uint64(when.UnixNano()), PolicyName: ingressIP, ProxyId: 7,
		SourceSecurityId: identityIngress, DestinationSecurityId: identity, SourceAddress: client + ":40000", DestinationAddress: destination,
		L7: &cilium.LogEntry_Http{Http: &cilium.HttpLogEntry{HttpProtocol: cilium.HttpProtocol_HTTP2, Scheme: "https",
			Host: "shop.example", Path: "/a", Method: "GET", Status: status}}}
}

func TestTheAgentIsToldOfEveryResponse(t *testing.T) {
	const request, response = cilium.EntryType_Request, cilium.EntryType_Response
	host := backend + ":8080"
	want := []*cilium.LogEntry{
		heard(response, host, identityBackend, 200),
		// A request without a chosen host was not reported before.
		heard(request, ingressIP+":80", identityIngress, 0), heard(response, ingressIP+":80", identityIngress, 503),
		// A request that the policy refused was reported before.
		heard(response, ingressIP+":80", identityIngress, 403),
		heard(response, host, identityBackend, 403),
	}
	got := logged(t, enforced, len(want), ended(socketAddress(backend, 8080), 200, "via_upstream"),
		ended(nil, 503, "no_healthy_upstream"), ended(nil, 403, "policy"), ended(socketAddress(backend, 8080), 403, "via_upstream"))
	for i := range want {
		if !proto.Equal(got[i], want[i]) {
			t.Errorf("got %v\nwant %v", got[i], want[i])
		}
	}
}

func TestAResponseIsToldOfByItsListenersPolicy(t *testing.T) {
	own := enforced
	own.policy = "10.9.9.9"
	for want, to := range map[string]subject{ingressIP: enforced, "10.9.9.9": own, "": {listener: listenerPort}} {
		got := logged(t, to, 1, ended(socketAddress(backend, 8080), 200, ""))[0]
		if got.PolicyName != want || got.ProxyId != to.proxy {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestAnEntryThatSaysLittleIsToldOfAllTheSame(t *testing.T) {
	got := logged(t, enforced, 2, &data.HTTPAccessLogEntry{})
	if got[1].EntryType != cilium.EntryType_Response || got[1].SourceAddress != "" || got[1].DestinationAddress != "" {
		t.Errorf("got %v", got[1])
	}
}

func TestTheVersionOfHTTPIsTold(t *testing.T) {
	for version, want := range map[data.HTTPAccessLogEntry_HTTPVersion]cilium.HttpProtocol{
		data.HTTPAccessLogEntry_PROTOCOL_UNSPECIFIED: cilium.HttpProtocol_HTTP11,
		data.HTTPAccessLogEntry_HTTP10:               cilium.HttpProtocol_HTTP10,
		data.HTTPAccessLogEntry_HTTP11:               cilium.HttpProtocol_HTTP11,
		data.HTTPAccessLogEntry_HTTP2:                cilium.HttpProtocol_HTTP2,
	} {
		if got := protocol(&data.HTTPAccessLogEntry{ProtocolVersion: version}); got != want {
			t.Errorf("%s: got %s", version, got)
		}
	}
}
