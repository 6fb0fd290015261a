package main

import (
	"context"
	"fmt"
	"log"
	"net/netip"

	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
)

// connections answers Envoy's call for a connection whose content Envoy does not see, as cilium.network does.
type connections struct {
	auth.UnimplementedAuthorizationServer
	judge *judge
}

// Check judges the client. The destination of the connection is not chosen yet.
func (c *connections) Check(ctx context.Context, asked *auth.CheckRequest) (*auth.CheckResponse, error) {
	to, found := subjectOfCall(ctx)
	if !found {
		return nil, fmt.Errorf("it came by a listener that says nothing of policies")
	}
	what := traffic{serverName: asked.GetAttributes().GetTlsSession().GetSni()}
	var err error
	if what.source, err = netip.ParseAddrPort(text(asked.GetAttributes().GetSource().GetAddress())); err == nil {
		what.destination, err = netip.ParseAddrPort(text(asked.GetAttributes().GetDestination().GetAddress()))
	}
	if err != nil {
		return nil, err
	}
	entry, err := c.judge.comesIn(to, what)
	if err != nil {
		log.Printf("connection: %v", err)
		return nil, err
	}
	what.upstream = what.destination
	c.judge.log.request(to, what, entry.verdict)
	code := codes.OK
	if !entry.allowed {
		code = codes.PermissionDenied
	}
	return &auth.CheckResponse{Status: &status.Status{Code: int32(code)}}, nil
}
