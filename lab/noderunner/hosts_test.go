package main

import (
	"os"
	"strings"
	"testing"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func service(space, name, address string) *v1.Service {
	return &v1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: space, Name: name}, Spec: v1.ServiceSpec{ClusterIP: address}}
}

func TestAPodKnowsServicesByTheirNames(t *testing.T) {
	client := fake.NewClientset(service("kube-system", "hubble-peer", "10.96.0.9"), service("default", "web", "10.96.0.8"),
		service("default", "headless", v1.ClusterIPNone))
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "curl", UID: "u"}}
	w := &worker{pods: &pods{client: client, config: Config{Root: t.TempDir()}}, pod: pod, addresses: []string{"172.20.0.7"}}
	mount, err := w.hosts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(mount.Source)
	if err != nil || mount.Target != "/etc/hosts" {
		t.Fatal(mount, err)
	}
	for _, line := range []string{
		"127.0.0.1 localhost",
		"172.20.0.7 curl",
		"10.96.0.9 hubble-peer.kube-system.svc.cluster.local hubble-peer.kube-system.svc hubble-peer.kube-system",
		"10.96.0.8 web.default.svc.cluster.local web.default.svc web.default web",
	} {
		if !strings.Contains(string(text), line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
	if strings.Contains(string(text), "headless") {
		t.Error("a headless Service has no address")
	}
}
