package main

import (
	"net/netip"
	"time"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/ext_proc/v3"
	manager "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	upstreams "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"google.golang.org/protobuf/types/known/durationpb"
)

const httpOptions = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"

// Attributes of a request that Envoy sends to the bridge once the host is chosen.
const (
	attributeUpstream    = "upstream.address"
	attributeSource      = "source.address"
	attributeDestination = "destination.address"
	attributeServerName  = "connection.requested_server_name"
)

// translateCluster adds a judgement of requests once their host is chosen, and sends connections as the node's Ingress.
func (t *translator) translateCluster(c *cluster.Cluster) error {
	options := &upstreams.HttpProtocolOptions{}
	if packedOptions := c.TypedExtensionProtocolOptions[httpOptions]; packedOptions == nil {
		return nil
	} else if err := packedOptions.UnmarshalTo(options); err != nil {
		return err
	}
	if !judged(options.HttpFilters) {
		return nil
	}
	c.TypedExtensionProtocolOptions[httpOptions] = packed(options)
	addresses, err := t.ingress()
	if err != nil {
		return err
	}
	c.UpstreamBindConfig = bindTo(addresses)
	return nil
}

// judged replaces Cilium's filter by a call of the bridge; it returns whether there was such a filter.
func judged(filters []*manager.HttpFilter) bool {
	found := false
	for _, filter := range filters {
		if filter.Name != l7Policy {
			continue
		}
		found = true
		filter.Name = "envoy.filters.http.ext_proc"
		const skip = process.ProcessingMode_SKIP
		filter.ConfigType = &manager.HttpFilter_TypedConfig{TypedConfig: packed(&process.ExternalProcessor{
			GrpcService: bridgeService(),
			ProcessingMode: &process.ProcessingMode{RequestHeaderMode: process.ProcessingMode_SEND,
				ResponseHeaderMode: skip, RequestTrailerMode: skip, ResponseTrailerMode: skip},
			RequestAttributes: []string{attributeUpstream, attributeSource, attributeDestination, attributeServerName},
			MetadataOptions: &process.MetadataOptions{
				ForwardingNamespaces: &process.MetadataOptions_MetadataNamespaces{Untyped: []string{namespace}}},
			MessageTimeout: durationpb.New(5 * time.Second),
		})}
	}
	return found
}

// bindTo makes connections start from the node's Ingress: from its address in the host's family, with its identity in
// the mark.
func bindTo(addresses []netip.Addr) *core.BindConfig {
	config := &core.BindConfig{}
	for _, address := range addresses {
		socket := &core.SocketAddress{Address: address.String(), PortSpecifier: &core.SocketAddress_PortValue{}}
		options := upstreamOptions(address)
		if config.SourceAddress == nil {
			config.SourceAddress, config.SocketOptions = socket, options
			continue
		}
		config.ExtraSourceAddresses = append(config.ExtraSourceAddresses, &core.ExtraSourceAddress{Address: socket,
			SocketOptions: &core.SocketOptionsOverride{SocketOptions: options}})
	}
	return config
}

func upstreamOptions(address netip.Addr) []*core.SocketOption {
	options := []*core.SocketOption{
		option("SO_MARK", solSocket, soMark, markEgress|identityIngress<<16),
		// The port is chosen when the destination is known, which allows more connections than the node has ports.
		option("IP_BIND_ADDRESS_NO_PORT", solIP, ipBindNoPort, 1),
		option("SO_REUSEADDR", solSocket, soReuseAddr, 1),
	}
	if address.Is4() {
		return append(options, option("IP_TRANSPARENT", solIP, ipTransparent, 1))
	}
	return append(options, option("IPV6_TRANSPARENT", solIPv6, ip6Transp, 1))
}
