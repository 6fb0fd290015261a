package main

import (
	"errors"
	"io"
	"net/netip"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	data "github.com/envoyproxy/go-control-plane/envoy/data/accesslog/v3"
	accesslog "github.com/envoyproxy/go-control-plane/envoy/service/accesslog/v3"
)

// responses receives Envoy's access log: the end of each request, and requests without a chosen host.
type responses struct {
	accesslog.UnimplementedAccessLogServiceServer
	judge *judge
}

// StreamAccessLogs receives the entries of one listener as long as Envoy sends them.
func (r *responses) StreamAccessLogs(stream accesslog.AccessLogService_StreamAccessLogsServer) error {
	to, _ := subjectOfCall(stream.Context())
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, entry := range message.GetHttpLogs().GetLogEntry() {
			r.tell(to, entry)
		}
	}
}

func (r *responses) tell(to subject, entry *data.HTTPAccessLogEntry) {
	common := entry.GetCommonProperties()
	started := common.GetStartTime().AsTime()
	told := &cilium.LogEntry{
		EntryType: cilium.EntryType_Request, ProxyId: to.proxy, SourceSecurityId: identityIngress,
		SourceAddress: text(common.GetDownstreamRemoteAddress()),
		Timestamp:     uint64(started.UnixNano()),
	}
	answered := common.GetUpstreamRemoteAddress()
	if answered == nil {
		// No host got the request: there was no route, or no available host.
		answered = common.GetDownstreamLocalAddress()
	}
	told.DestinationAddress = text(answered)
	if address, err := netip.ParseAddrPort(told.DestinationAddress); err == nil {
		told.DestinationSecurityId, _ = r.judge.identities.of(address.Addr())
	}
	told.PolicyName = to.policy
	if source, err := netip.ParseAddrPort(told.SourceAddress); err == nil {
		told.PolicyName, _ = r.judge.policyName(to, source.Addr())
	}
	http := &cilium.HttpLogEntry{HttpProtocol: protocol(entry), Scheme: entry.GetRequest().GetScheme(),
		Host: entry.GetRequest().GetAuthority(), Path: entry.GetRequest().GetPath(),
		Method: entry.GetRequest().GetRequestMethod().String()}
	told.L7 = &cilium.LogEntry_Http{Http: http}
	if common.GetUpstreamRemoteAddress() == nil && entry.GetResponse().GetResponseCodeDetails() != "policy" {
		r.judge.log.send(told)
	}
	told.EntryType, http.Status = cilium.EntryType_Response, entry.GetResponse().GetResponseCode().GetValue()
	told.Timestamp = uint64(started.Add(took(common)).UnixNano())
	r.judge.log.send(told)
}

func took(common *data.AccessLogCommon) time.Duration {
	return common.GetTimeToLastDownstreamTxByte().AsDuration()
}

func protocol(entry *data.HTTPAccessLogEntry) cilium.HttpProtocol {
	switch entry.GetProtocolVersion() {
	case data.HTTPAccessLogEntry_HTTP10:
		return cilium.HttpProtocol_HTTP10
	case data.HTTPAccessLogEntry_HTTP2:
		return cilium.HttpProtocol_HTTP2
	}
	return cilium.HttpProtocol_HTTP11
}

// text returns an address with its port; "" if there is none.
func text(address *core.Address) string {
	socket := address.GetSocketAddress()
	ip, err := netip.ParseAddr(socket.GetAddress())
	if err != nil {
		return ""
	}
	return netip.AddrPortFrom(ip, uint16(socket.GetPortValue())).String()
}
