package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/klog/v2"
	remotecommandserver "k8s.io/kubelet/pkg/cri/streaming/remotecommand"
)

const kubeletPort = 10250

// serveKubeletAPI serves `kubectl logs` and `kubectl exec`. It accepts only the API server's certificate.
func serveKubeletAPI(ctx context.Context, config Config, pods *pods) error {
	authority, err := os.ReadFile(config.ClientCA)
	if err != nil {
		return err
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s has no certificate", config.ClientCA)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", pods.serveLogs)
	mux.HandleFunc("/portForward/{namespace}/{pod}", pods.servePortForward)
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", pods.serveExec)
	server := &http.Server{
		Addr: fmt.Sprintf(":%d", kubeletPort), Handler: mux, ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients, MinVersion: tls.VersionTLS12,
		},
	}
	go func() {
		if err := server.ListenAndServeTLS(config.CertFile, config.KeyFile); err != http.ErrServerClosed {
			klog.ErrorS(err, "kubelet API")
		}
	}()
	context.AfterFunc(ctx, func() { server.Close() })
	return nil
}

func (p *pods) serveLogs(writer http.ResponseWriter, request *http.Request) {
	worker := p.byName(request.PathValue("namespace"), request.PathValue("pod"))
	if worker == nil {
		http.Error(writer, "no such pod on this node", http.StatusNotFound)
		return
	}
	file, err := os.Open(worker.logPath(request.PathValue("container")))
	if err != nil {
		http.Error(writer, "the container has not started", http.StatusNotFound)
		return
	}
	defer file.Close()
	_, _ = io.Copy(writer, file)
	for request.URL.Query().Get("follow") == "true" && sleep(request.Context(), 200*time.Millisecond) {
		if _, err := io.Copy(writer, file); err != nil {
			return
		}
		writer.(http.Flusher).Flush()
	}
}

func (p *pods) serveExec(writer http.ResponseWriter, request *http.Request) {
	worker := p.byName(request.PathValue("namespace"), request.PathValue("pod"))
	if worker == nil {
		http.Error(writer, "no such pod on this node", http.StatusNotFound)
		return
	}
	options, err := remotecommandserver.NewOptions(request)
	if err != nil {
		http.Error(writer, err.Error(), http.StatusBadRequest)
		return
	}
	remotecommandserver.ServeExec(writer, request, worker, worker.pod.Name, worker.pod.UID,
		request.PathValue("container"), request.URL.Query()["command"], options,
		4*time.Hour, 30*time.Second, []string{"v4.channel.k8s.io", "v3.channel.k8s.io"})
}

// ExecInContainer runs a command in the namespaces of the container's process.
func (w *worker) ExecInContainer(ctx context.Context, _ string, _ types.UID, container string,
	argv []string, in io.Reader, out, errs io.WriteCloser, _ bool,
	_ <-chan remotecommand.TerminalSize, _ time.Duration) error {
	pid := w.pid(container)
	if pid == 0 {
		return fmt.Errorf("container %s is not running", container)
	}
	enter := []string{"--target", fmt.Sprint(pid), "--net", "--mount", "--uts", "--"}
	command := exec.CommandContext(ctx, "nsenter", append(enter, argv...)...)
	command.Env = []string{searchPath, "HOME=/root"}
	command.Stdin, command.Stdout = in, out
	if errs != nil {
		command.Stderr = errs
	}
	klog.V(2).InfoS("exec", "pod", w.pod.Name, "command", strings.Join(argv, " "))
	err := command.Run()
	if exit, ok := err.(*exec.ExitError); ok {
		return exitStatus{exit}
	}
	return err
}

// exitStatus returns the command's exit code to kubectl (k8s.io/utils/exec.ExitError).
type exitStatus struct{ *exec.ExitError }

func (e exitStatus) ExitStatus() int { return e.ExitCode() }
func (e exitStatus) String() string  { return e.Error() }
