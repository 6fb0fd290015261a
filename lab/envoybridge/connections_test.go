package main

import (
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/codes"
	grpcmeta "google.golang.org/grpc/metadata"
)

func checking(source, destination *core.Address, serverName string) *auth.CheckRequest {
	return &auth.CheckRequest{Attributes: &auth.AttributeContext{
		Source: &auth.AttributeContext_Peer{Address: source}, Destination: &auth.AttributeContext_Peer{Address: destination},
		TlsSession: &auth.AttributeContext_TLSSession{Sni: serverName}}}
}

// check is one call of the real service, with the headers of connectionFilter.
func check(t *testing.T, by *judge, headers []*core.HeaderValue, request *auth.CheckRequest) (*auth.CheckResponse, error) {
	t.Helper()
	_, connection := bridged(t, by)
	ctx := briefly(t)
	for _, each := range headers {
		ctx = grpcmeta.AppendToOutgoingContext(ctx, each.Key, each.Value)
	}
	return auth.NewAuthorizationClient(connection).Check(ctx, request)
}

func TestAConnectionThatIsPassedOnIsJudgedByWhoComesIn(t *testing.T) {
	rules := permit(identityWorld)
	rules.ServerNames = []string{"a.example"}
	from, direct := socketAddress(client, 40000), socketAddress(ingressIP, listenerPort)
	for name, one := range map[string]struct {
		from, to   *core.Address
		serverName string
		want       codes.Code
	}{
		"it may":                     {from, socketAddress(ingressIP, 443), "a.example", codes.OK},
		"another name":               {from, socketAddress(ingressIP, 443), "b.example", codes.PermissionDenied},
		"no name":                    {from, socketAddress(ingressIP, 443), "", codes.PermissionDenied},
		"another port":               {from, socketAddress(ingressIP, 8443), "a.example", codes.PermissionDenied},
		"another peer":               {socketAddress(backend, 40000), socketAddress(ingressIP, 443), "a.example", codes.PermissionDenied},
		"past the datapath":          {from, direct, "a.example", codes.PermissionDenied},
		"it may, in IPv6's way":      {socketAddress("::ffff:"+client, 40000), socketAddress(ingressIP, 443), "a.example", codes.OK},
		"of the Ingress in its IPv6": {socketAddress("2001:db8::7", 40000), socketAddress(ingressIP6, 443), "a.example", codes.OK},
	} {
		judge := judging(t, everybody, ofIngress(ports(port(443, rules), port(listenerPort, permit())), nil))
		agent := hear(t, judge.log.path)
		got, err := check(t, judge, enforced.headers(), checking(one.from, one.to, one.serverName))
		if err != nil || codes.Code(got.GetStatus().GetCode()) != one.want {
			t.Errorf("%s: got %v, %v", name, got, err)
			continue
		}
		told := next(t, "an entry", agent.entries)
		kind := cilium.EntryType_Request
		if one.want != codes.OK {
			kind = cilium.EntryType_Denied
		}
		if told.EntryType != kind || told.DestinationAddress != text(one.to) || told.SourceAddress != text(one.from) ||
			told.ProxyId != 7 || told.L7 != nil || told.PolicyName == "" {
			t.Errorf("%s: the agent heard %v", name, told)
		}
	}
}

func TestAConnectionThatCannotBeJudgedIsNotLetIn(t *testing.T) {
	open := judging(t, everybody, ofIngress(ports(port(0, permit())), nil))
	from, to := socketAddress(client, 40000), socketAddress(ingressIP, 443)
	pipe := &core.Address{Address: &core.Address_Pipe{Pipe: &core.Pipe{Path: "/run/a.sock"}}}
	for name, one := range map[string]struct {
		by      *judge
		headers []*core.HeaderValue
		request *auth.CheckRequest
	}{
		"whose listener is not known":   {open, nil, checking(from, to, "")},
		"whose sender is not known":     {open, enforced.headers(), checking(nil, to, "")},
		"whose sender has no address":   {open, enforced.headers(), checking(pipe, to, "")},
		"whose goal is not known":       {open, enforced.headers(), checking(from, nil, "")},
		"before the Ingress is known":   {judging(t, everybody), enforced.headers(), checking(from, to, "")},
		"without any attributes at all": {open, enforced.headers(), &auth.CheckRequest{}},
	} {
		if got, err := check(t, one.by, one.headers, one.request); err == nil {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
