package main

import (
	"os"
	"path/filepath"
	"testing"

	v1 "k8s.io/api/core/v1"
)

func TestShippedTable(t *testing.T) {
	table, err := loadImages("../images.json")
	if err != nil {
		t.Fatal(err)
	}
	cilium := "quay.io/cilium/cilium:v1.18.0@sha256:dfea023972d06ec183cfa3c9e7809716f85daaff042e573ef366e9ec6a0c0ab2"
	for _, test := range []struct {
		image, container string
		runs             bool
	}{
		{cilium, "cilium-agent", true},
		{cilium, "config", true},
		{cilium, "mount-cgroup", false},
		{"traefik/whoami", "webpod", true},
		{"docker.io/nicolaka/netshoot:latest", "curl", true},
	} {
		entry := table.find(v1.Container{Image: test.image, Name: test.container})
		if entry == nil {
			t.Errorf("%s %s: no entry", test.image, test.container)
		} else if (entry.Done == "") != test.runs {
			t.Errorf("%s %s: done is %q", test.image, test.container, entry.Done)
		}
	}
	if entry := table.find(v1.Container{Image: "example.org/traefik/whoami", Name: "x"}); entry != nil {
		t.Errorf("an image of another registry matched %v", entry)
	}
}

func TestBadTableIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "images.json")
	for _, text := range []string{"{", `[{"image": "("}]`, `[{"image": "a", "container": "["}]`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := loadImages(path); err == nil {
			t.Errorf("%s was accepted", text)
		}
	}
}

func TestArgv(t *testing.T) {
	entry := &Image{Entrypoint: []string{"noderunner", "whoami"}}
	argv, err := entry.argv(nil, []string{"--port=8080"})
	if err != nil || len(argv) != 3 || argv[2] != "--port=8080" {
		t.Errorf("entrypoint and args: %v, %v", argv, err)
	}
	if argv, _ = entry.argv([]string{"sleep"}, []string{"1"}); argv[0] != "sleep" || len(argv) != 2 {
		t.Errorf("the Pod's command must win: %v", argv)
	}
	if _, err = (&Image{}).argv(nil, nil); err == nil {
		t.Error("no command at all must be an error")
	}
}
