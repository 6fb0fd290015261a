package main

import (
	"fmt"
	"strconv"
	"time"

	cilium "github.com/cilium/proxy/go/cilium/api"
	accesslog "github.com/envoyproxy/go-control-plane/envoy/config/accesslog/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	grpclog "github.com/envoyproxy/go-control-plane/envoy/extensions/access_loggers/grpc/v3"
	metadata "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/set_metadata/v3"
	authorize "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/ext_authz/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	tcp "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// Names of filters that only Cilium's build of Envoy has.
const (
	bpfMetadata = "cilium.bpf_metadata"
	network     = "cilium.network"
	l7Policy    = "cilium.l7policy"
)

// translateListener translates a listener that gets connections by TPROXY into one that upstream Envoy accepts.
func translateListener(l *listener.Listener) error {
	meta, err := takeMetadata(l)
	if err != nil || meta == nil {
		return err
	}
	if meta.IsIngress || !meta.IsL7Lb {
		return fmt.Errorf("an L7 policy of pods needs Cilium's own Envoy: each connection has a mark of its own")
	}
	if meta.UseOriginalSourceAddress {
		return fmt.Errorf("east-west L7 load balancing needs Cilium's own Envoy: each connection keeps its client's address")
	}
	to := subjectOf(l, meta)
	open(l)
	for _, chain := range chains(l) {
		if err := translateChain(chain, to); err != nil {
			return err
		}
	}
	return nil
}

// takeMetadata removes Cilium's listener filter and returns its settings, nil if there is none.
func takeMetadata(l *listener.Listener) (*cilium.BpfMetadata, error) {
	var meta *cilium.BpfMetadata
	kept := l.ListenerFilters[:0:0]
	for _, filter := range l.ListenerFilters {
		if filter.Name != bpfMetadata {
			kept = append(kept, filter)
			continue
		}
		meta = &cilium.BpfMetadata{}
		if err := filter.GetTypedConfig().UnmarshalTo(meta); err != nil {
			return nil, err
		}
	}
	l.ListenerFilters = kept
	return meta, nil
}

// open makes the sockets transparent, and lets them listen on every address. Envoy reads the client's destination
// from the local address of the connection, which would be the loopback address if the socket listened there.
func open(l *listener.Listener) {
	l.Transparent = wrapperspb.Bool(true)
	options := []*core.SocketOption{option("SO_MARK", solSocket, soMark, markEgress),
		option("SO_REUSEADDR", solSocket, soReuseAddr, 1)}
	l.SocketOptions = append(l.SocketOptions, options...)
	addresses := []*core.Address{l.Address}
	for _, more := range l.AdditionalAddresses {
		addresses = append(addresses, more.Address)
	}
	for _, address := range addresses {
		switch socket := address.GetSocketAddress(); socket.GetAddress() {
		case "127.0.0.1":
			socket.Address = "0.0.0.0"
		case "::1":
			socket.Address = "::"
		}
	}
}

func chains(l *listener.Listener) []*listener.FilterChain {
	result := append([]*listener.FilterChain{}, l.FilterChains...)
	if l.DefaultFilterChain != nil {
		result = append(result, l.DefaultFilterChain)
	}
	return result
}

func translateChain(chain *listener.FilterChain, to subject) error {
	kept := chain.Filters[:0:0]
	passthrough := passedThrough(chain)
	for _, filter := range chain.Filters {
		http := &manager.HttpConnectionManager{}
		switch {
		case filter.Name == network && passthrough:
			kept = append(kept, connectionFilter(to))
			continue
		case filter.Name == network:
			// Requests are judged once their host is chosen, so that their connections need no judgement.
			continue
		case filter.GetTypedConfig().MessageIs(http):
			if err := filter.GetTypedConfig().UnmarshalTo(http); err != nil {
				return err
			}
			translateHTTP(http, to)
			filter.ConfigType = &listener.Filter_TypedConfig{TypedConfig: packed(http)}
		}
		kept = append(kept, filter)
	}
	chain.Filters = kept
	return nil
}

// passedThrough returns whether a chain passes connections through: a backend terminates TLS.
func passedThrough(chain *listener.FilterChain) bool {
	for _, filter := range chain.Filters {
		if filter.GetTypedConfig().MessageIs((*tcp.TcpProxy)(nil)) {
			return true
		}
	}
	return false
}

// translateHTTP adds the data for the judgement to each request, and the reports to the bridge.
func translateHTTP(http *manager.HttpConnectionManager, to subject) {
	for i, filter := range http.HttpFilters {
		if filter.Name != l7Policy {
			continue
		}
		settings := &cilium.L7Policy{}
		if filter.GetTypedConfig().UnmarshalTo(settings) == nil {
			to.denied = settings.Denied_403Body
		}
		http.HttpFilters[i] = &manager.HttpFilter{Name: "envoy.filters.http.set_metadata",
			ConfigType: &manager.HttpFilter_TypedConfig{TypedConfig: packed(&metadata.Config{
				Metadata: []*metadata.Metadata{{MetadataNamespace: namespace, Value: to.values(), AllowOverwrite: true}},
			})}}
	}
	http.AccessLog = append(http.AccessLog, &accesslog.AccessLog{Name: "envoy.access_loggers.http_grpc",
		ConfigType: &accesslog.AccessLog_TypedConfig{TypedConfig: packed(&grpclog.HttpGrpcAccessLogConfig{
			CommonConfig: &grpclog.CommonGrpcAccessLogConfig{
				LogName: "cilium-edge", GrpcService: bridgeService(to.headers()...),
				TransportApiVersion: core.ApiVersion_V3, BufferFlushInterval: durationpb.New(100 * time.Millisecond),
			},
			AdditionalRequestHeadersToLog: []string{"x-request-id"},
		})}})
}

// connectionFilter judges a connection whose content Envoy does not see.
func connectionFilter(to subject) *listener.Filter {
	return &listener.Filter{Name: "envoy.filters.network.ext_authz",
		ConfigType: &listener.Filter_TypedConfig{TypedConfig: packed(&authorize.ExtAuthz{
			StatPrefix: "cilium-edge", GrpcService: bridgeService(to.headers()...),
			TransportApiVersion: core.ApiVersion_V3, IncludeTlsSession: true,
		})}}
}

func subjectOf(l *listener.Listener, meta *cilium.BpfMetadata) subject {
	to := subject{proxy: meta.ProxyId}
	// A listener on the host network is meant for direct connections.
	if socket := l.Address.GetSocketAddress(); socket.GetAddress() == "127.0.0.1" || socket.GetAddress() == "::1" {
		to.listener = socket.GetPortValue()
	}
	if meta.EnforcePolicyOnL7Lb {
		to.policy = meta.L7LbPolicyName
		to.enforced = true
	}
	return to
}

func header(name string, value uint32) *core.HeaderValue {
	return &core.HeaderValue{Key: name, Value: strconv.FormatUint(uint64(value), 10)}
}
