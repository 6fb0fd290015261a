package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net/netip"
	"strings"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	process "github.com/envoyproxy/go-control-plane/envoy/service/ext_proc/v3"
	types "github.com/envoyproxy/go-control-plane/envoy/type/v3"
	"google.golang.org/protobuf/types/known/structpb"
)

// The answer of Cilium's filter to a client, unless the agent has another text.
const accessDenied = "Access denied\r\n"

// requests answers Envoy's call for each request with a chosen host, as cilium.l7policy does upstream.
type requests struct {
	process.UnimplementedExternalProcessorServer
	judge *judge
}

// Process judges the headers of one request. An error ends the call, so that the request does not pass.
func (r *requests) Process(stream process.ExternalProcessor_ProcessServer) error {
	for {
		asked, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		headers := asked.GetRequestHeaders()
		if headers == nil {
			return fmt.Errorf("a part of a request that was not asked for")
		}
		answer, err := r.answer(asked, readMessage(headers.Headers))
		if err != nil {
			log.Printf("request: %v", err)
			return err
		}
		if err := stream.Send(answer); err != nil {
			return err
		}
	}
}

func (r *requests) answer(asked *process.ProcessingRequest, message *message) (*process.ProcessingResponse, error) {
	to, found := subjectIn(asked.MetadataContext)
	if !found {
		return nil, fmt.Errorf("it came by a listener that says nothing of policies")
	}
	what, err := readTraffic(asked.Attributes)
	if err != nil {
		return nil, err
	}
	what.message = message
	verdict, err := r.judge.judge(to, what)
	if err != nil {
		return nil, err
	}
	r.judge.log.request(to, what, verdict)
	if !verdict.allowed {
		return denial(to.denied), nil
	}
	return &process.ProcessingResponse{Response: &process.ProcessingResponse_RequestHeaders{
		RequestHeaders: &process.HeadersResponse{
			Response: &process.CommonResponse{HeaderMutation: &message.changes}}}}, nil
}

func denial(body string) *process.ProcessingResponse {
	if body == "" {
		body = accessDenied
	}
	if !strings.HasSuffix(body, "\r\n") {
		body += "\r\n"
	}
	return &process.ProcessingResponse{Response: &process.ProcessingResponse_ImmediateResponse{
		ImmediateResponse: &process.ImmediateResponse{
			Status: &types.HttpStatus{Code: types.StatusCode_Forbidden}, Body: []byte(body), Details: "policy",
			Headers: &process.HeaderMutation{SetHeaders: []*core.HeaderValueOption{{
				Header: &core.HeaderValue{Key: "content-type", RawValue: []byte("text/plain")}}}},
		}}}
}

func readTraffic(attributes map[string]*structpb.Struct) (traffic, error) {
	text := map[string]string{}
	for _, each := range attributes {
		for name, value := range each.Fields {
			text[name] = value.GetStringValue()
		}
	}
	result := traffic{serverName: text[attributeServerName]}
	for name, place := range map[string]*netip.AddrPort{attributeSource: &result.source,
		attributeDestination: &result.destination, attributeUpstream: &result.upstream} {
		address, err := netip.ParseAddrPort(text[name])
		if err != nil {
			return traffic{}, fmt.Errorf("%s: %w", name, err)
		}
		*place = address
	}
	return result, nil
}
