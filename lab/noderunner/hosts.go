package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// hosts writes the container's /etc/hosts. As the lab has no cluster DNS, the file lists the present Services.
func (w *worker) hosts(ctx context.Context) (Mount, error) {
	services, err := w.client.CoreV1().Services(v1.NamespaceAll).List(ctx, metav1.ListOptions{})
	if err != nil {
		return Mount{}, err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "127.0.0.1 localhost\n::1 localhost\n")
	for _, address := range w.addresses {
		fmt.Fprintf(&text, "%s %s\n", address, w.pod.Name)
	}
	for _, service := range services.Items {
		if service.Spec.ClusterIP == "" || service.Spec.ClusterIP == v1.ClusterIPNone {
			continue
		}
		name := service.Name + "." + service.Namespace
		fmt.Fprintf(&text, "%s %s.svc.cluster.local %s.svc %s", service.Spec.ClusterIP, name, name, name)
		if service.Namespace == w.pod.Namespace {
			fmt.Fprintf(&text, " %s", service.Name)
		}
		fmt.Fprintln(&text)
	}
	path := filepath.Join(w.dir(), "hosts")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return Mount{}, err
	}
	return Mount{Source: path, Target: "/etc/hosts"}, os.WriteFile(path, []byte(text.String()), 0o644)
}
