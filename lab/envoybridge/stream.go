package main

import (
	"context"
	"errors"
	"io"
	"log"
	"slices"
	"sync"

	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/anypb"
)

// streams forwards Envoy's xDS streams to the agent, one to one.
type streams struct {
	agent      *grpc.ClientConn
	translator *translator
}

// stream is one forwarded stream. Versions and nonces are unchanged. Envoy's acknowledgements reach the
// agent, except for a version with a resource that could not be translated.
type stream struct {
	translator *translator
	mu         sync.Mutex
	// The responses that Envoy has not superseded, in order.
	sent []sent
	// Whether Envoy has accepted a version that was reported to the agent as refused.
	behind bool
	// The last acknowledged version.
	accepted string
	// Envoy's version of each resource. Envoy keeps it while a newer one is refused, as Envoy itself would do.
	kept map[string]*anypb.Any
}

// sent is a response's nonce and, if the response did not reach Envoy completely, the reason.
type sent struct{ nonce, reason string }

func (s *streams) pass(_ any, down grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(down)
	ctx, cancel := context.WithCancel(down.Context())
	defer cancel()
	description := &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}
	up, err := s.agent.NewStream(ctx, description, method, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	one := &stream{translator: s.translator, kept: map[string]*anypb.Any{}}
	ended := make(chan error, 2)
	go func() { ended <- one.requests(down, up) }()
	go func() { ended <- one.responses(up, down) }()
	if err = <-ended; errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (s *stream) requests(envoy grpc.ServerStream, agent grpc.ClientStream) error {
	for {
		request := &discovery.DiscoveryRequest{}
		if err := envoy.RecvMsg(request); err != nil {
			return err
		}
		s.answered(request)
		if reason := request.GetErrorDetail(); reason != nil {
			log.Printf("refused: %s: %s", request.TypeUrl, reason.Message)
		}
		if err := agent.SendMsg(request); err != nil {
			return err
		}
	}
}

// answered turns Envoy's ACK into a NACK if Envoy did not get the complete response of the agent.
func (s *stream) answered(request *discovery.DiscoveryRequest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	reason := ""
	if at := slices.IndexFunc(s.sent, func(one sent) bool { return one.nonce == request.ResponseNonce }); at >= 0 {
		// Earlier responses are done. This one stays: a later request can have its nonce, with other names.
		s.sent = s.sent[at:]
		reason = s.sent[0].reason
	}
	switch {
	case reason == "" && request.ErrorDetail == nil:
		s.accepted, s.behind = request.VersionInfo, false
		return
	case reason != "" && request.ErrorDetail == nil:
		request.ErrorDetail = &status.Status{Code: int32(codes.InvalidArgument), Message: reason}
		s.behind = true
	}
	if s.behind {
		request.VersionInfo = s.accepted
	}
}

func (s *stream) responses(agent grpc.ClientStream, envoy grpc.ServerStream) error {
	for {
		response := &discovery.DiscoveryResponse{}
		if err := agent.RecvMsg(response); err != nil {
			return err
		}
		if err := s.translate(response); err != nil {
			return err
		}
		if err := envoy.SendMsg(response); err != nil {
			return err
		}
	}
}

// translate translates the resources of the response. For an untranslatable resource it keeps Envoy's version.
func (s *stream) translate(response *discovery.DiscoveryResponse) error {
	resources, kept := response.Resources[:0:0], map[string]*anypb.Any{}
	reason := ""
	for _, resource := range response.Resources {
		name, translated, err := s.translator.translate(resource)
		if errors.Is(err, errNotYet) {
			// Envoy asks again, and the missing data may be known by then.
			return err
		}
		if err != nil {
			reason += name + ": " + err.Error() + "\n"
			translated = s.kept[name]
		}
		if translated == nil {
			continue
		}
		resources = append(resources, translated)
		if name != "" {
			kept[name] = translated
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	response.Resources, s.kept = resources, kept
	s.sent = append(s.sent, sent{response.Nonce, reason})
	return nil
}
