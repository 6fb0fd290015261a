package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"time"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// check runs one probe once. Pods in a network namespace of their own are probed from inside it.
func check(ctx context.Context, probe *v1.Probe, container v1.Container, podIP, netns string) error {
	timeout := time.Duration(max(probe.TimeoutSeconds, 1)) * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	switch {
	case probe.HTTPGet != nil:
		return checkHTTP(ctx, probe.HTTPGet, container, podIP)
	case probe.TCPSocket != nil:
		host := probe.TCPSocket.Host
		if host == "" {
			host = podIP
		}
		address := net.JoinHostPort(host, strconv.Itoa(port(probe.TCPSocket.Port, container)))
		connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			connection.Close()
		}
		return err
	case probe.GRPC != nil:
		return checkGRPC(ctx, probe.GRPC, podIP)
	case probe.Exec != nil:
		argv := probe.Exec.Command
		if netns != "" {
			argv = append([]string{"nsenter", "--net=" + netns}, argv...)
		}
		if out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
		}
		return nil
	}
	return nil
}

func checkHTTP(ctx context.Context, get *v1.HTTPGetAction, container v1.Container, podIP string) error {
	host := get.Host
	if host == "" {
		host = podIP
	}
	scheme := strings.ToLower(string(get.Scheme))
	if scheme == "" {
		scheme = "http"
	}
	address := net.JoinHostPort(host, strconv.Itoa(port(get.Port, container)))
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+get.Path, nil)
	if err != nil {
		return err
	}
	for _, header := range get.HTTPHeaders {
		request.Header.Set(header.Name, header.Value)
	}
	// The kubelet does not verify certificates on probes either.
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true,
	}
	answer, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode >= 400 {
		return fmt.Errorf("HTTP %d", answer.StatusCode)
	}
	return nil
}

func port(value intstr.IntOrString, container v1.Container) int {
	if value.Type == intstr.Int {
		return value.IntValue()
	}
	for _, candidate := range container.Ports {
		if candidate.Name == value.StrVal {
			return int(candidate.ContainerPort)
		}
	}
	return 0
}
