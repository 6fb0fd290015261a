package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
)

func (p *pods) servePortForward(writer http.ResponseWriter, request *http.Request) {
	worker := p.byName(request.PathValue("namespace"), request.PathValue("pod"))
	if worker == nil {
		http.Error(writer, "no such pod on this node", http.StatusNotFound)
		return
	}
	options, err := portforward.NewV4Options(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	portforward.ServePortForward(writer, request, worker, worker.pod.Name, worker.pod.UID, options,
		4*time.Hour, 30*time.Second, portforward.SupportedProtocols)
}

// PortForward connects a stream to a port of the Pod, from the node.
func (w *worker) PortForward(ctx context.Context, _ string, _ types.UID, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	address := "127.0.0.1"
	if !w.pod.Spec.HostNetwork && len(w.addresses) > 0 {
		address = w.addresses[0]
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, strconv.Itoa(int(port))))
	if err != nil {
		return err
	}
	defer connection.Close()
	ends := make(chan error, 2)
	go func() { _, err := io.Copy(connection, stream); ends <- err }()
	go func() { _, err := io.Copy(stream, connection); ends <- err }()
	select {
	case err = <-ends:
	case <-ctx.Done():
	}
	return err
}
