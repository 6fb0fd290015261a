package main

import (
	"strings"
	"testing"

	cilium "github.com/cilium/proxy/go/cilium/api"
	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	types "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// processing returns Envoy's call for a request with a chosen host.
func processing(to subject, attributes map[string]string, pairs ...string) *process.ProcessingRequest {
	headers, fields := &core.HeaderMap{}, map[string]*structpb.Value{}
	for i := 0; i < len(pairs); i += 2 {
		headers.Headers = append(headers.Headers, &core.HeaderValue{Key: pairs[i], RawValue: []byte(pairs[i+1])})
	}
	for name, value := range attributes {
		fields[name] = structpb.NewStringValue(value)
	}
	return &process.ProcessingRequest{MetadataContext: carried(to.values()),
		Attributes: map[string]*structpb.Struct{"envoy.filters.http.ext_proc": {Fields: fields}},
		Request:    &process.ProcessingRequest_RequestHeaders{RequestHeaders: &process.HttpHeaders{Headers: headers}}}
}

func addresses() map[string]string {
	return map[string]string{"source.address": client + ":40000", "destination.address": ingressIP + ":80",
		"upstream.address": backend + ":8080", "connection.requested_server_name": "a.example"}
}

// ask is one call of the real service.
func ask(t *testing.T, by *judge, requests ...*process.ProcessingRequest) (answers []*process.ProcessingResponse, err error) {
	t.Helper()
	_, connection := bridged(t, by)
	stream, err := process.NewExternalProcessorClient(connection).Process(briefly(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range requests {
		soon(t, "a request sent", func() error { return stream.Send(request) })
		answer, err := stream.Recv()
		if err != nil {
			return answers, err
		}
		answers = append(answers, answer)
	}
	return answers, nil
}

func TestARequestThatMayGoOnIsChangedAsItsRulesSay(t *testing.T) {
	rules := requestsOf(permit(identityWorld), method("GET",
		&cilium.HeaderMatch{Name: "X-Added", Value: "a", MismatchAction: cilium.HeaderMatch_ADD_ON_MISMATCH},
		&cilium.HeaderMatch{Name: "X-Set", Value: "b", MismatchAction: cilium.HeaderMatch_REPLACE_ON_MISMATCH},
		&cilium.HeaderMatch{Name: "X-Gone", MatchAction: cilium.HeaderMatch_DELETE_ON_MATCH}))
	rules.ServerNames = []string{"a.example"}
	judge := judging(t, everybody, ofIngress(ports(port(80, rules)), ports(port(8080, permit(identityBackend)))))
	agent := hear(t, judge.log.path)
	answers, err := ask(t, judge, processing(enforced, addresses(), ":method", "GET", ":path", "/a", "x-gone", "1", "x-set", "2"))
	if err != nil {
		t.Fatal(err)
	}
	changes := answers[0].GetRequestHeaders().GetResponse().GetHeaderMutation()
	if len(changes.GetRemoveHeaders()) != 1 || changes.RemoveHeaders[0] != "X-Gone" || len(changes.SetHeaders) != 2 {
		t.Fatalf("got %v", answers[0])
	}
	for i, want := range []struct {
		header string
		how    core.HeaderValueOption_HeaderAppendAction
	}{{"X-Added=a", appended}, {"X-Set=b", replaced}} {
		// Envoy uses raw_value unchanged.
		got := changes.SetHeaders[i]
		if got.Header.Key+"="+string(got.Header.RawValue) != want.header || got.AppendAction != want.how {
			t.Errorf("got %v", got)
		}
	}
	told := next(t, "an entry", agent.entries)
	if told.EntryType != cilium.EntryType_Request || told.PolicyName != ingressIP || told.DestinationSecurityId != identityBackend ||
		told.GetHttp().GetPath() != "/a" || told.DestinationAddress != backend+":8080" {
		t.Errorf("the agent heard %v", told)
	}
}

func TestADeniedRequestIsAnsweredAsCiliumsFilterDoes(t *testing.T) {
	own := enforced
	own.denied = "go away\r\n"
	for want, to := range map[string]subject{"Access denied\r\n": enforced, "go away\r\n": own} {
		judge := judging(t, everybody, ofIngress(ports(port(80, permit())), nil))
		agent := hear(t, judge.log.path)
		answers, err := ask(t, judge, processing(to, addresses(), ":method", "GET"))
		if err != nil {
			t.Fatal(err)
		}
		got := answers[0].GetImmediateResponse()
		if got.GetStatus().GetCode() != types.StatusCode_Forbidden || string(got.GetBody()) != want {
			t.Errorf("got %v", answers[0])
		}
		// This identifies the end of a request that was already reported.
		if got.GetDetails() != "policy" {
			t.Errorf("got %q", got.GetDetails())
		}
		headers := got.GetHeaders().GetSetHeaders()
		if len(headers) != 1 || headers[0].Header.Key != "content-type" || string(headers[0].Header.RawValue) != "text/plain" {
			t.Errorf("got %v", headers)
		}
		if told := next(t, "an entry", agent.entries); told.EntryType != cilium.EntryType_Denied {
			t.Errorf("the agent heard %v", told)
		}
	}
}

func TestRequestsOfOneCallAreJudgedOneByOne(t *testing.T) {
	judge := judging(t, everybody, ofIngress(ports(port(80, requestsOf(permit(), method("GET")))), ports(port(0, permit()))))
	answers, err := ask(t, judge, processing(enforced, addresses(), ":method", "PUT"), processing(enforced, addresses(), ":method", "GET"))
	if err != nil || answers[0].GetImmediateResponse() == nil || answers[1].GetRequestHeaders() == nil {
		t.Errorf("got %v, %v", answers, err)
	}
}

func TestARequestOverIPv6IsJudgedByThatAddressOfIngress(t *testing.T) {
	attributes := map[string]string{"source.address": "[2001:db8::7]:40000", "destination.address": "[" + ingressIP6 + "]:80",
		"upstream.address": "[fd00:2::3]:8080"}
	peers := book{ingressIP: identityIngress, ingressIP6: identityIngress, "2001:db8::7": 77, "fd00:2::3": identityBackend}
	judge := judging(t, peers, ofIngress(ports(port(80, permit(77))), ports(port(8080, permit(identityBackend)))))
	agent := hear(t, judge.log.path)
	if answers, err := ask(t, judge, processing(enforced, attributes, ":method", "GET")); err != nil || answers[0].GetRequestHeaders() == nil {
		t.Errorf("got %v, %v", answers, err)
	}
	if told := next(t, "an entry", agent.entries); told.PolicyName != ingressIP6 || told.SourceAddress != "[2001:db8::7]:40000" {
		t.Errorf("the agent heard %v", told)
	}
}

// Without an answer Envoy lets no request pass. A request that cannot be judged ends the call.
func TestARequestThatCannotBeJudgedIsNotLetThrough(t *testing.T) {
	open := judging(t, everybody, ofIngress(ports(port(0, permit())), ports(port(0, permit()))))
	without := func(name, value string) *process.ProcessingRequest {
		attributes := addresses()
		attributes[name] = value
		return processing(enforced, attributes, ":method", "GET")
	}
	nobody := processing(enforced, addresses(), ":method", "GET")
	nobody.MetadataContext = nil
	for name, one := range map[string]struct {
		request *process.ProcessingRequest
		why     string
	}{
		"whose listener is not known":   {nobody, "says nothing of policies"},
		"whose sender is not known":     {without("source.address", ""), "source.address"},
		"whose port is not known":       {without("destination.address", ingressIP), "destination.address"},
		"whose host is no address":      {without("upstream.address", "/run/backend.sock"), "upstream.address"},
		"of which this is another part": {&process.ProcessingRequest{Request: &process.ProcessingRequest_RequestBody{}}, "not asked for"},
	} {
		if answers, err := ask(t, open, one.request); err == nil || !strings.Contains(err.Error(), one.why) {
			t.Errorf("%s: got %v, %v", name, answers, err)
		}
	}
	early := judging(t, everybody)
	if answers, err := ask(t, early, processing(enforced, addresses(), ":method", "GET")); err == nil {
		t.Errorf("before the Ingress is known: got %v", answers)
	}
}
